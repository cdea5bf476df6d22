"""Questions that an event asks those who register, and their answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from alembic_utils.pg_function import PGFunction
from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from models.base.enums import DescribedEnum
from models.base.figures import derivation
from models.base.permissions import Permission
from models.base.personal import classified
from models.base.policies import holds, own, policy, when
from models.base.records import TenantRecord, belongs_to, carries, choice, localized, localized_check, moment, unique
from models.events.events import MANAGE_EVENTS
from models.events.registrations import MANAGE_REGISTRATIONS, READ_REGISTRATIONS


class QuestionKind(DescribedEnum):
    """Type of a question's answer."""

    TEXT = "TEXT", "One line of text."
    LONG_TEXT = "LONG_TEXT", "Several lines of text."
    NUMBER = "NUMBER", "A number."
    BOOLEAN = "BOOLEAN", "Yes or no."
    DATE = "DATE", "A calendar day."
    CHOICE = "CHOICE", "One of the question's options."
    CHOICES = "CHOICES", "Any number of the question's options."


class AnswerFault(DescribedEnum):
    """Why an answer is not accepted."""

    MISSING = "MISSING", "A required answer is missing."
    UNKNOWN = "UNKNOWN", "The event asks no such question."
    WRONG_TYPE = "WRONG_TYPE", "The value is not of the question's kind."
    NOT_ASKED = "NOT_ASKED", "The question is not asked of this person, or not given their other answers."
    NO_SUCH_OPTION = "NO_SUCH_OPTION", "The question has no such option."
    TOO_LONG = "TOO_LONG", "The answer is too long."


class Question(TenantRecord, table=True):
    """A question of an event's registration form. PUBLIC with the event.

    Once answered, a question is frozen: a change creates another version under the same key and retires the previous
    one.
    """

    __table_args__ = (
        belongs_to("event", "event_id", "association_id", "published"),
        belongs_to("segment", "segment_id"),
        belongs_to("question", "depends_on_id"),
        carries("association_id", "sensitive"),
        unique("event_id", "key", "version", name="a_version_a_number"),
        Index(
            "one_current_version",
            "confederation_id",
            "event_id",
            "key",
            unique=True,
            postgresql_where=text("retired_at is null"),
        ),
        localized_check("question", "label"),
        CheckConstraint("(kind in ('CHOICE', 'CHOICES')) = (options is not null)", name="question_options_of_a_choice"),
        CheckConstraint("jsonb_typeof(options) = 'array'", name="question_options_are_listed"),
        CheckConstraint("(depends_on_id is null) = (depends_on_value is null)", name="question_depends_on_an_answer"),
        CheckConstraint("depends_on_id <> id", name="question_depends_on_another"),
        CheckConstraint("version > 0", name="question_version_counts_from_one"),
    )

    event_id: UUID
    association_id: UUID  # the event's
    published: bool = False  # with the event
    key: str  # the same in each version; the column's name in exports
    version: int = 1
    rank: int = 0
    kind: QuestionKind = choice(QuestionKind)
    label: dict[str, str] = localized()
    help: dict[str, str] | None = localized(nullable=True)
    options: list[dict[str, Any]] | None = Field(default=None, sa_type=JSONB(none_as_null=True))  # [{key, label}]
    required: bool = False
    sensitive: bool = False  # diet, accessibility: only readable with `needs.read`
    segment_id: UUID | None = None  # who is asked; null: everybody
    depends_on_id: UUID | None = None  # asked only if that question has the given answer
    depends_on_value: Any = Field(default=None, sa_type=JSONB(none_as_null=True), nullable=True)
    retired_at: datetime | None = moment(nullable=True)


class Answer(TenantRecord, table=True):
    """A person's answer. The person's, STAFF of the event; a sensitive one only for holders of `needs.read`."""

    __table_args__ = (
        belongs_to("registration", "registration_id", "event_id", "association_id", "person_id"),
        belongs_to("question", "question_id", "association_id", "sensitive"),
        unique("registration_id", "question_id", name="one_answer_a_question"),
        Index("answer_by_question", "confederation_id", "question_id"),
    )

    registration_id: UUID
    event_id: UUID
    association_id: UUID
    person_id: UUID
    question_id: UUID
    sensitive: bool = False
    value: Any = Field(sa_type=JSONB, nullable=False)
    answered_at: datetime = moment()


READ_NEEDS = Permission("needs.read", about_persons=True, scope=False)

policy(
    Question,
    read=when(Question.published) | holds(MANAGE_EVENTS, Question.association_id),
    write=holds(MANAGE_EVENTS, Question.association_id),
)
_not_sensitive = ~when(Answer.sensitive)
policy(
    Answer,
    read=own(Answer.person_id)
    | (_not_sensitive & holds(READ_REGISTRATIONS, Answer.association_id))
    | holds(READ_NEEDS, Answer.association_id),
    write=own(Answer.person_id) | holds(MANAGE_REGISTRATIONS, Answer.association_id),
)

classified(
    Question,
    neither="event_id association_id published key version rank kind label help options required sensitive "
    "segment_id depends_on_id depends_on_value retired_at",
)
classified(
    Answer,
    personal={"person_id": "answered_at"},
    confidential={"person_id": "value"},
    neither="registration_id event_id association_id question_id sensitive",
)

question_options = derivation(
    PGFunction(
        schema="public",
        signature="question_options(options jsonb)",
        definition="""returns table (key text, label jsonb) language sql immutable parallel safe as $figure$
  select each.value ->> 'key', each.value -> 'label'
  from jsonb_array_elements(options) with ordinality each(value, place) order by each.place
$figure$""",
    )
)
"""The options of a question as rows, in order. Reads nothing: it derives from the row it is given."""
