"""The tables of federation, people, membership, access, segments, events, registrations, reports and journal."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "confederation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("locales", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("privacy_officer", sa.String(), nullable=True),
        sa.CheckConstraint(
            "jsonb_typeof(name) = 'object' and name <> '{}'::jsonb", name=op.f("confederation_name_by_locale")
        ),
        sa.CheckConstraint("cardinality(locales) > 0", name=op.f("confederation_has_a_locale")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confederation")),
        sa.UniqueConstraint("slug", name=op.f("uq_confederation_slug")),
    )
    op.create_table(
        "association",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("about", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "UMBRELLA",
                "ASSOCIATION",
                "CHAPTER",
                "PARTNER",
                name="a_known_association_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "sector",
            sa.Enum(
                "PUBLIC",
                "PARAPUBLIC",
                "PERIPUBLIC",
                "PRIVATE",
                name="a_known_sector",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("website", sa.String(), nullable=True),
        sa.CheckConstraint(
            "jsonb_typeof(name) = 'object' and name <> '{}'::jsonb", name=op.f("association_name_by_locale")
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id"], ["confederation.id"], name=op.f("fk_association_confederation_id")
        ),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_association")),
        sa.UniqueConstraint("confederation_id", "slug", name=op.f("uq_association_confederation_id_slug")),
    )
    op.create_table(
        "journal_entry",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_person_id", sa.Uuid(), nullable=True),
        sa.Column("on_behalf_of_id", sa.Uuid(), nullable=True),
        sa.Column("subject_type", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["confederation_id"], ["confederation.id"], name=op.f("fk_journal_entry_confederation_id")
        ),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_journal_entry")),
    )
    op.create_index(
        "journal_by_association", "journal_entry", ["confederation_id", "association_id", "at"], unique=False
    )
    op.create_index(
        "journal_by_subject", "journal_entry", ["confederation_id", "subject_type", "subject_id"], unique=False
    )
    op.create_table(
        "person",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("deceased_on", sa.Date(), nullable=True),
        sa.Column("access_version", sa.Integer(), nullable=False),
        sa.Column("association_ids", postgresql.ARRAY(sa.UUID()), server_default="{}", nullable=False),
        sa.CheckConstraint("given_name <> '' and family_name <> ''", name=op.f("person_has_a_name")),
        sa.ForeignKeyConstraint(["confederation_id"], ["confederation.id"], name=op.f("fk_person_confederation_id")),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_person")),
    )
    op.create_index("person_by_association", "person", ["association_ids"], unique=False, postgresql_using="gin")
    op.create_index("person_by_name", "person", ["confederation_id", "family_name", "given_name"], unique=False)
    op.create_table(
        "affiliation",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("umbrella_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "APPLIED",
                "ACTIVE",
                "SUSPENDED",
                "ENDED",
                name="a_known_affiliation_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("visible_from_above", sa.Boolean(), nullable=False),
        sa.Column(
            "voting_weight",
            sa.Enum(
                "EQUAL", "HEADCOUNT", name="a_known_voting_weight", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("per_capita_rate", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.CheckConstraint("association_id <> umbrella_id", name=op.f("affiliation_with_another")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("affiliation_ends_on_follows_starts_on")),
        sa.CheckConstraint("per_capita_rate >= 0", name=op.f("affiliation_per_capita_rate_not_negative")),
        sa.ForeignKeyConstraint(
            ["confederation_id", "association_id"],
            ["association.confederation_id", "association.id"],
            name=op.f("fk_affiliation_confederation_id_association_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "umbrella_id"],
            ["association.confederation_id", "association.id"],
            name=op.f("fk_affiliation_confederation_id_umbrella_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id"], ["confederation.id"], name=op.f("fk_affiliation_confederation_id")
        ),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_affiliation")),
    )
    op.create_index("affiliation_by_umbrella", "affiliation", ["confederation_id", "umbrella_id"], unique=False)
    op.create_index(
        "one_live_affiliation",
        "affiliation",
        ["confederation_id", "association_id", "umbrella_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'ENDED'"),
    )
    op.create_table(
        "event_series",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("name", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "jsonb_typeof(name) = 'object' and name <> '{}'::jsonb", name=op.f("event_series_name_by_locale")
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "association_id"],
            ["association.confederation_id", "association.id"],
            name=op.f("fk_event_series_confederation_id_association_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id"], ["confederation.id"], name=op.f("fk_event_series_confederation_id")
        ),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_event_series")),
        sa.UniqueConstraint("confederation_id", "slug", name=op.f("uq_event_series_confederation_id_slug")),
    )
    op.create_table(
        "idempotency_record",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["confederation_id", "person_id"],
            ["person.confederation_id", "person.id"],
            name=op.f("fk_idempotency_record_confederation_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id"], ["confederation.id"], name=op.f("fk_idempotency_record_confederation_id")
        ),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_idempotency_record")),
        sa.UniqueConstraint("confederation_id", "person_id", "key", name="one_answer_a_key"),
    )
    op.create_table(
        "mandate",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "PRESIDENT",
                "VICE_PRESIDENT",
                "SECRETARY",
                "TREASURER",
                "GOVERNOR",
                name="a_known_mandate_role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("published_name", sa.String(), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("mandate_ends_on_follows_starts_on")),
        sa.CheckConstraint("not published or published_name is not null", name=op.f("mandate_published_under_a_name")),
        sa.ForeignKeyConstraint(
            ["confederation_id", "association_id"],
            ["association.confederation_id", "association.id"],
            name=op.f("fk_mandate_confederation_id_association_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "person_id"],
            ["person.confederation_id", "person.id"],
            name=op.f("fk_mandate_confederation_id_person_id"),
        ),
        sa.ForeignKeyConstraint(["confederation_id"], ["confederation.id"], name=op.f("fk_mandate_confederation_id")),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_mandate")),
    )
    op.create_index("mandate_by_association", "mandate", ["confederation_id", "association_id"], unique=False)
    op.create_index("mandate_by_person", "mandate", ["confederation_id", "person_id"], unique=False)
    op.create_table(
        "membership_category",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "REGULAR",
                "ASSOCIATE",
                "RETIRED",
                "STUDENT",
                "HONORARY",
                name="a_known_category_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "jsonb_typeof(name) = 'object' and name <> '{}'::jsonb", name=op.f("membership_category_name_by_locale")
        ),
        sa.CheckConstraint("grace_days >= 0", name=op.f("membership_category_grace_not_negative")),
        sa.ForeignKeyConstraint(
            ["confederation_id", "association_id"],
            ["association.confederation_id", "association.id"],
            name=op.f("fk_membership_category_confederation_id_association_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id"], ["confederation.id"], name=op.f("fk_membership_category_confederation_id")
        ),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_membership_category")),
        sa.UniqueConstraint(
            "confederation_id",
            "association_id",
            "slug",
            name=op.f("uq_membership_category_confederation_id_association_id_slug"),
        ),
        sa.UniqueConstraint(
            "confederation_id",
            "id",
            "association_id",
            name=op.f("uq_membership_category_confederation_id_id_association_id"),
        ),
    )
    op.create_table(
        "person_reference",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("association_ids", postgresql.ARRAY(sa.UUID()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(
            ["confederation_id", "person_id"],
            ["person.confederation_id", "person.id"],
            name=op.f("fk_person_reference_confederation_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id"], ["confederation.id"], name=op.f("fk_person_reference_confederation_id")
        ),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_person_reference")),
        sa.UniqueConstraint(
            "confederation_id", "system", "value", name=op.f("uq_person_reference_confederation_id_system_value")
        ),
    )
    op.create_table(
        "position",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("employer", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column(
            "position_class",
            sa.Enum(
                "BOARD_MEMBER",
                "BODY_MEMBER",
                "SENIOR_EXECUTIVE",
                "SENIOR_MANAGER",
                "MANAGER",
                name="a_known_position_class",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "working_time",
            sa.Enum(
                "FULL_TIME",
                "PART_TIME",
                name="a_known_working_time",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "level",
            sa.Enum(
                "FIRST_LINE",
                "MIDDLE",
                "SENIOR",
                "EXECUTIVE",
                name="a_known_management_level",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "sector",
            sa.Enum(
                "PUBLIC",
                "PARAPUBLIC",
                "PERIPUBLIC",
                "PRIVATE",
                name="a_known_sector",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reports_to_id", sa.Uuid(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("association_ids", postgresql.ARRAY(sa.UUID()), server_default="{}", nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("position_ends_on_follows_starts_on")),
        sa.ForeignKeyConstraint(
            ["confederation_id", "person_id"],
            ["person.confederation_id", "person.id"],
            name=op.f("fk_position_confederation_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "reports_to_id"],
            ["position.confederation_id", "position.id"],
            name=op.f("fk_position_confederation_id_reports_to_id"),
        ),
        sa.ForeignKeyConstraint(["confederation_id"], ["confederation.id"], name=op.f("fk_position_confederation_id")),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_position")),
    )
    op.create_index(
        "position_by_person", "position", ["confederation_id", "person_id", "starts_on", "id"], unique=False
    )
    op.create_table(
        "role_grant",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "ADMINISTRATOR",
                "REGISTRAR",
                "MEMBERSHIP_OFFICER",
                "COORDINATOR",
                "ADVISER",
                "COUNSELLOR",
                name="a_known_role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("cascades", sa.Boolean(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("role_grant_ends_on_follows_starts_on")),
        sa.ForeignKeyConstraint(
            ["confederation_id", "association_id"],
            ["association.confederation_id", "association.id"],
            name=op.f("fk_role_grant_confederation_id_association_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "person_id"],
            ["person.confederation_id", "person.id"],
            name=op.f("fk_role_grant_confederation_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id"], ["confederation.id"], name=op.f("fk_role_grant_confederation_id")
        ),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_role_grant")),
    )
    op.create_index("role_grant_by_person", "role_grant", ["confederation_id", "person_id"], unique=False)
    op.create_table(
        "segment",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "jsonb_typeof(name) = 'object' and name <> '{}'::jsonb", name=op.f("segment_name_by_locale")
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "association_id"],
            ["association.confederation_id", "association.id"],
            name=op.f("fk_segment_confederation_id_association_id"),
        ),
        sa.ForeignKeyConstraint(["confederation_id"], ["confederation.id"], name=op.f("fk_segment_confederation_id")),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_segment")),
        sa.UniqueConstraint(
            "confederation_id",
            "id",
            "association_id",
            "published",
            name=op.f("uq_segment_confederation_id_id_association_id_published"),
        ),
        sa.UniqueConstraint("confederation_id", "slug", name=op.f("uq_segment_confederation_id_slug")),
    )
    op.create_table(
        "event",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("series_id", sa.Uuid(), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("follow_up_to_id", sa.Uuid(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "STUDY_AND_EXCHANGE_MEETING",
                "CONVENTION",
                "LOCAL_MEETING",
                "CODEVELOPMENT_SESSION",
                "WEBINAR",
                "LEARNING_EXPEDITION",
                "WELCOME_SESSION",
                "PROFESSIONAL_DEVELOPMENT",
                "RECOGNITION",
                "SOCIAL",
                "GENERAL_ASSEMBLY",
                name="a_known_event_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "format",
            sa.Enum(
                "IN_PERSON",
                "ONLINE",
                "HYBRID",
                name="a_known_event_format",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "DRAFT",
                "PUBLISHED",
                "OPEN",
                "CLOSED",
                "HELD",
                "REPORTED",
                "POSTPONED",
                "CANCELLED",
                name="a_known_event_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published", sa.Boolean(), sa.Computed("published_at is not null", persisted=True), nullable=False),
        sa.Column("title", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("summary", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("venue", sa.String(), nullable=True),
        sa.Column("city", sa.String(), nullable=True),
        sa.Column("languages", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("registration_opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("registration_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancellation_reason", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "case state when 'DRAFT' then published_at is null when 'CANCELLED' then true else published_at is not null end",
            name=op.f("event_published_unless_a_draft"),
        ),
        sa.CheckConstraint(
            "jsonb_typeof(title) = 'object' and title <> '{}'::jsonb", name=op.f("event_title_by_locale")
        ),
        sa.CheckConstraint("(series_id is null) = (edition is null)", name=op.f("event_edition_of_a_series")),
        sa.CheckConstraint("edition > 0", name=op.f("event_edition_counts_from_one")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("event_ends_after_it_starts")),
        sa.CheckConstraint("follow_up_to_id <> id", name=op.f("event_follows_up_another")),
        sa.CheckConstraint(
            "registration_closes_at > registration_opens_at", name=op.f("event_registration_closes_after_opening")
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "association_id"],
            ["association.confederation_id", "association.id"],
            name=op.f("fk_event_confederation_id_association_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "follow_up_to_id"],
            ["event.confederation_id", "event.id"],
            name=op.f("fk_event_confederation_id_follow_up_to_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "series_id"],
            ["event_series.confederation_id", "event_series.id"],
            name=op.f("fk_event_confederation_id_series_id"),
        ),
        sa.ForeignKeyConstraint(["confederation_id"], ["confederation.id"], name=op.f("fk_event_confederation_id")),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_event")),
        sa.UniqueConstraint(
            "confederation_id",
            "id",
            "association_id",
            "published",
            name=op.f("uq_event_confederation_id_id_association_id_published"),
        ),
        sa.UniqueConstraint(
            "confederation_id", "id", "association_id", name=op.f("uq_event_confederation_id_id_association_id")
        ),
        sa.UniqueConstraint("confederation_id", "slug", name=op.f("uq_event_confederation_id_slug")),
    )
    op.create_index(
        "event_by_association", "event", ["confederation_id", "association_id", "starts_at", "id"], unique=False
    )
    op.create_index("event_by_start", "event", ["confederation_id", "starts_at", "id"], unique=False)
    op.create_index("one_event_an_edition", "event", ["confederation_id", "series_id", "edition"], unique=True)
    op.create_table(
        "membership",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("grace_until", sa.Date(), nullable=True),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column(
            "cancellation_reason",
            sa.Enum(
                "RESIGNED",
                "TRANSFERRED",
                "EXCLUDED",
                "DECEASED",
                name="a_known_cancellation_reason",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "override_status",
            sa.Enum(
                "PENDING",
                "NEW",
                "CURRENT",
                "GRACE",
                "EXPIRED",
                "CANCELLED",
                "DECEASED",
                name="a_known_membership_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("override_reason", sa.String(), nullable=True),
        sa.Column("override_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(cancelled_on is null) = (cancellation_reason is null)", name=op.f("membership_cancelled_for_a_reason")
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("membership_ends_on_follows_starts_on")),
        sa.CheckConstraint("grace_until >= ends_on", name=op.f("membership_grace_until_follows_ends_on")),
        sa.CheckConstraint(
            "override_status is null or (override_reason is not null and override_until is not null)",
            name=op.f("membership_override_has_a_reason_and_an_end"),
        ),
        sa.CheckConstraint("starts_on >= joined_on", name=op.f("membership_starts_on_follows_joined_on")),
        sa.ForeignKeyConstraint(
            ["confederation_id", "association_id"],
            ["association.confederation_id", "association.id"],
            name=op.f("fk_membership_confederation_id_association_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "category_id", "association_id"],
            ["membership_category.confederation_id", "membership_category.id", "membership_category.association_id"],
            name=op.f("fk_membership_confederation_id_category_id_association_id"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "person_id"],
            ["person.confederation_id", "person.id"],
            name=op.f("fk_membership_confederation_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id"], ["confederation.id"], name=op.f("fk_membership_confederation_id")
        ),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_membership")),
        sa.UniqueConstraint("confederation_id", "association_id", "number", name="one_membership_a_number"),
    )
    op.create_index(
        "membership_by_association",
        "membership",
        ["confederation_id", "association_id", "joined_on", "id"],
        unique=False,
    )
    op.create_index("membership_by_person", "membership", ["confederation_id", "person_id"], unique=False)
    op.create_index(
        "one_live_membership",
        "membership",
        ["confederation_id", "association_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("cancelled_on is null"),
    )
    op.create_table(
        "segment_clause",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("within_id", sa.Uuid(), nullable=True),
        sa.Column("with_affiliates", sa.Boolean(), nullable=False),
        sa.Column(
            "sector",
            sa.Enum(
                "PUBLIC",
                "PARAPUBLIC",
                "PERIPUBLIC",
                "PRIVATE",
                name="a_known_sector",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "mandate_role",
            sa.Enum(
                "PRESIDENT",
                "VICE_PRESIDENT",
                "SECRETARY",
                "TREASURER",
                "GOVERNOR",
                name="a_known_mandate_role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "position_class",
            sa.Enum(
                "BOARD_MEMBER",
                "BODY_MEMBER",
                "SENIOR_EXECUTIVE",
                "SENIOR_MANAGER",
                "MANAGER",
                name="a_known_position_class",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "level",
            sa.Enum(
                "FIRST_LINE",
                "MIDDLE",
                "SENIOR",
                "EXECUTIVE",
                name="a_known_management_level",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "membership_status",
            sa.Enum(
                "PENDING",
                "NEW",
                "CURRENT",
                "GRACE",
                "EXPIRED",
                "CANCELLED",
                "DECEASED",
                name="a_known_membership_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("locale", sa.String(), nullable=True),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["confederation_id", "segment_id", "association_id", "published"],
            ["segment.confederation_id", "segment.id", "segment.association_id", "segment.published"],
            name=op.f("fk_segment_clause_confederation_id_segment_id_association_id_published"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "within_id"],
            ["association.confederation_id", "association.id"],
            name=op.f("fk_segment_clause_confederation_id_within_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id"], ["confederation.id"], name=op.f("fk_segment_clause_confederation_id")
        ),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_segment_clause")),
    )
    op.create_index(
        "segment_clause_in_order", "segment_clause", ["confederation_id", "segment_id", "rank"], unique=False
    )
    op.create_table(
        "event_audience",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("by_interest", sa.Boolean(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["confederation_id", "event_id", "association_id", "published"],
            ["event.confederation_id", "event.id", "event.association_id", "event.published"],
            name=op.f("fk_event_audience_confederation_id_event_id_association_id_published"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "segment_id"],
            ["segment.confederation_id", "segment.id"],
            name=op.f("fk_event_audience_confederation_id_segment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id"], ["confederation.id"], name=op.f("fk_event_audience_confederation_id")
        ),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_event_audience")),
        sa.UniqueConstraint("confederation_id", "event_id", "segment_id", name="an_audience_once_an_event"),
    )
    op.create_table(
        "event_host",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("host_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("HOST", "PARTNER", name="a_known_host_role", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["confederation_id", "event_id", "association_id", "published"],
            ["event.confederation_id", "event.id", "event.association_id", "event.published"],
            name=op.f("fk_event_host_confederation_id_event_id_association_id_published"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "host_id"],
            ["association.confederation_id", "association.id"],
            name=op.f("fk_event_host_confederation_id_host_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id"], ["confederation.id"], name=op.f("fk_event_host_confederation_id")
        ),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_event_host")),
        sa.UniqueConstraint("confederation_id", "event_id", "host_id", name="a_host_once_an_event"),
    )
    op.create_table(
        "report",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("summary", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published", sa.Boolean(), sa.Computed("published_at is not null", persisted=True), nullable=False),
        sa.CheckConstraint(
            "jsonb_typeof(summary) = 'object' and summary <> '{}'::jsonb", name=op.f("report_summary_by_locale")
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "event_id", "association_id"],
            ["event.confederation_id", "event.id", "event.association_id"],
            name=op.f("fk_report_confederation_id_event_id_association_id"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["confederation_id"], ["confederation.id"], name=op.f("fk_report_confederation_id")),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_report")),
        sa.UniqueConstraint("confederation_id", "event_id", name="one_report_an_event"),
        sa.UniqueConstraint(
            "confederation_id",
            "id",
            "association_id",
            "published",
            name=op.f("uq_report_confederation_id_id_association_id_published"),
        ),
    )
    op.create_table(
        "seat_pool",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "format",
            sa.Enum(
                "IN_PERSON",
                "ONLINE",
                "HYBRID",
                name="a_known_event_format",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.CheckConstraint("format in ('IN_PERSON', 'ONLINE')", name=op.f("seat_pool_of_one_format")),
        sa.CheckConstraint("capacity >= 0", name=op.f("seat_pool_capacity_not_negative")),
        sa.CheckConstraint("taken <= capacity", name=op.f("never_one_seat_too_many")),
        sa.CheckConstraint("taken >= 0", name=op.f("seat_pool_taken_not_negative")),
        sa.ForeignKeyConstraint(
            ["confederation_id", "event_id", "association_id", "published"],
            ["event.confederation_id", "event.id", "event.association_id", "event.published"],
            name=op.f("fk_seat_pool_confederation_id_event_id_association_id_published"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["confederation_id"], ["confederation.id"], name=op.f("fk_seat_pool_confederation_id")),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_seat_pool")),
        sa.UniqueConstraint("confederation_id", "event_id", "format", name="a_pool_a_format"),
        sa.UniqueConstraint("confederation_id", "id", "event_id", name="seat_pool_of_its_event"),
    )
    op.create_table(
        "speaker",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("speaker_has_a_name")),
        sa.ForeignKeyConstraint(
            ["confederation_id", "event_id", "association_id", "published"],
            ["event.confederation_id", "event.id", "event.association_id", "event.published"],
            name=op.f("fk_speaker_confederation_id_event_id_association_id_published"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["confederation_id"], ["confederation.id"], name=op.f("fk_speaker_confederation_id")),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_speaker")),
    )
    op.create_index("speaker_in_order", "speaker", ["confederation_id", "event_id", "rank", "id"], unique=False)
    op.create_table(
        "avenue",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "jsonb_typeof(title) = 'object' and title <> '{}'::jsonb", name=op.f("avenue_title_by_locale")
        ),
        sa.CheckConstraint("number > 0", name=op.f("avenue_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["confederation_id", "report_id", "association_id", "published"],
            ["report.confederation_id", "report.id", "report.association_id", "report.published"],
            name=op.f("fk_avenue_confederation_id_report_id_association_id_published"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["confederation_id"], ["confederation.id"], name=op.f("fk_avenue_confederation_id")),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_avenue")),
        sa.UniqueConstraint("confederation_id", "report_id", "number", name="an_avenue_a_number"),
    )
    op.create_table(
        "registration",
        sa.Column("confederation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("association_id", sa.Uuid(), nullable=False),
        sa.Column("pool_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("registered_by_id", sa.Uuid(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "CONFIRMED",
                "WAITLISTED",
                "OFFERED",
                "CANCELLED",
                "REFUSED",
                "NO_SHOW",
                "ATTENDED",
                name="a_known_registration_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("arrival", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(cancelled_at is null) = (state <> 'CANCELLED')", name=op.f("registration_cancelled_at_a_time")
        ),
        sa.CheckConstraint(
            "(checked_in_at is null) = (state <> 'ATTENDED')", name=op.f("registration_attended_at_a_time")
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "event_id", "association_id"],
            ["event.confederation_id", "event.id", "event.association_id"],
            name=op.f("fk_registration_confederation_id_event_id_association_id"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "person_id"],
            ["person.confederation_id", "person.id"],
            name=op.f("fk_registration_confederation_id_person_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "pool_id", "event_id"],
            ["seat_pool.confederation_id", "seat_pool.id", "seat_pool.event_id"],
            name=op.f("fk_registration_confederation_id_pool_id_event_id"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id", "registered_by_id"],
            ["person.confederation_id", "person.id"],
            name=op.f("fk_registration_confederation_id_registered_by_id"),
        ),
        sa.ForeignKeyConstraint(
            ["confederation_id"], ["confederation.id"], name=op.f("fk_registration_confederation_id")
        ),
        sa.PrimaryKeyConstraint("confederation_id", "id", name=op.f("pk_registration")),
    )
    op.create_index(
        "one_live_registration",
        "registration",
        ["confederation_id", "event_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("state not in ('CANCELLED', 'REFUSED')"),
    )
    op.create_index("registration_by_event", "registration", ["confederation_id", "event_id", "state"], unique=False)
    op.create_index("registration_by_person", "registration", ["confederation_id", "person_id"], unique=False)
    op.create_index(
        "registration_queue",
        "registration",
        ["confederation_id", "pool_id", "priority", "arrival"],
        unique=False,
        postgresql_where=sa.text("state = 'WAITLISTED'"),
    )


def downgrade() -> None:
    op.drop_index("registration_queue", table_name="registration", postgresql_where=sa.text("state = 'WAITLISTED'"))
    op.drop_index("registration_by_person", table_name="registration")
    op.drop_index("registration_by_event", table_name="registration")
    op.drop_index(
        "one_live_registration",
        table_name="registration",
        postgresql_where=sa.text("state not in ('CANCELLED', 'REFUSED')"),
    )
    op.drop_table("registration")
    op.drop_table("avenue")
    op.drop_index("speaker_in_order", table_name="speaker")
    op.drop_table("speaker")
    op.drop_table("seat_pool")
    op.drop_table("report")
    op.drop_table("event_host")
    op.drop_table("event_audience")
    op.drop_index("segment_clause_in_order", table_name="segment_clause")
    op.drop_table("segment_clause")
    op.drop_index("one_live_membership", table_name="membership", postgresql_where=sa.text("cancelled_on is null"))
    op.drop_index("membership_by_person", table_name="membership")
    op.drop_index("membership_by_association", table_name="membership")
    op.drop_table("membership")
    op.drop_index("one_event_an_edition", table_name="event")
    op.drop_index("event_by_start", table_name="event")
    op.drop_index("event_by_association", table_name="event")
    op.drop_table("event")
    op.drop_table("segment")
    op.drop_index("role_grant_by_person", table_name="role_grant")
    op.drop_table("role_grant")
    op.drop_index("position_by_person", table_name="position")
    op.drop_table("position")
    op.drop_table("person_reference")
    op.drop_table("membership_category")
    op.drop_index("mandate_by_person", table_name="mandate")
    op.drop_index("mandate_by_association", table_name="mandate")
    op.drop_table("mandate")
    op.drop_table("idempotency_record")
    op.drop_table("event_series")
    op.drop_index("one_live_affiliation", table_name="affiliation", postgresql_where=sa.text("state <> 'ENDED'"))
    op.drop_index("affiliation_by_umbrella", table_name="affiliation")
    op.drop_table("affiliation")
    op.drop_index("person_by_name", table_name="person")
    op.drop_index("person_by_association", table_name="person", postgresql_using="gin")
    op.drop_table("person")
    op.drop_index("journal_by_subject", table_name="journal_entry")
    op.drop_index("journal_by_association", table_name="journal_entry")
    op.drop_table("journal_entry")
    op.drop_table("association")
    op.drop_table("confederation")
