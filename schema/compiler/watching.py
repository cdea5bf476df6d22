"""What a field that can be subscribed to depends on: the topic under which changes of its answer are told."""

from dataclasses import dataclass

from sqlmodel import SQLModel


@dataclass(frozen=True)
class Watch:
    """The topic of the row of `model` whose global identifier an argument is (`models.base.topics`).

    `argument`: its name as the field declares it; without one, the topic of the person who watches.
    """

    model: type[SQLModel]
    argument: str | None = None
