"""The topic of a field that can be subscribed to: changes of its answer are notified under it."""

from dataclasses import dataclass

from sqlmodel import SQLModel


@dataclass(frozen=True)
class Watch:
    """The topic of a row of `model`, given by its global ID in an argument (`models.base.topics`).

    `argument`: name of the argument in the field's declaration; without one, the topic of the person who subscribes.
    """

    model: type[SQLModel]
    argument: str | None = None
