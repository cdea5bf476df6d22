"""A domain that there isn't sends messages about toys: a kind and a link table of its own, and nothing else changed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text

from models import READ_REGISTRATIONS, Message, MessageState, Person, Role
from models.base.permissions import Permission, permissions
from models.base.policies import policies
from models.messages import messages
from services.core.actor import system
from services.core.errors import AlreadyExists
from services.core.settings import Settings
from services.core.work import Work
from services.messages import kinds, outbox
from services.messages.kinds import Pace, message_kind
from services.messages.letters import Letter
from services.messages.outbox import Due
from services.messages.words import writable
from tests.making import Maker
from tests.services.events.mail.conftest import Post
from tests.services.events.mail.sink import Sink

KIND = "toys.greeting"


async def compose(work: Work, message: Message, settings: Settings) -> Letter | None:
    """The toy as it is now; nothing where it is broken."""
    query = text("select toy from toy_message where confederation_id = :tenant and message_id = :id")
    toy = await work.session.scalar(query, {"tenant": work.tenant_id, "id": message.id})
    if toy == "broken":
        return None
    person = await work.find(Person, message.person_id)
    return Letter(
        templates="tests.services.messages",
        template="greeting",
        locale=writable(person.locale),
        host="Les jouets",
        name=person.given_name,
        said={"toy": toy},
        facts=(("Couleur", "rouge"), ("Poids", "")),
        headers=(("Reply-To", "toys@example.org"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click\r\nBcc: x")),
    )


@pytest.fixture(autouse=True)
async def _toys(owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The domain: its kind, and its link table with a composite key."""
    kinds.kind_of("events.confirmation")  # the others are declared before
    monkeypatch.setattr(kinds, "_kinds", dict(kinds._kinds))
    message_kind(KIND, permission=READ_REGISTRATIONS, pace=Pace.BULK)(compose)
    await owner.execute(
        """create table toy_message (
             confederation_id uuid, id uuid, message_id uuid not null, person_id uuid not null, toy text,
             primary key (confederation_id, id),
             foreign key (confederation_id, message_id, person_id)
               references message (confederation_id, id, person_id));
           grant select, insert on toy_message to confed_app"""
    )
    yield
    await owner.execute("drop table toy_message")


async def greet(
    make: Maker, person: Person, toy: str, cause: UUID, *, by: Person | None = None, whose: Person | None = None
) -> UUID:
    """Home sends somebody a toy. `whose`: the person that the link names, the same otherwise."""
    home = await make.home()
    async with make.acting_as(by or system(make.tenant)) as work:
        (id,) = await outbox.queue(work, [Due(KIND, person.id, cause)], home.id)
        link = "insert into toy_message values (:tenant, :id, :message, :person, :toy)"
        keys = {"tenant": work.tenant_id, "id": uuid4(), "message": id, "person": (whose or person).id}
        await work.session.execute(text(link), keys | {"toy": toy})
    return id


async def ana_of(make: Maker, locale: str = "fr") -> Person:
    """A member with an address."""
    ana = await make.member(person={"locale": locale, "given_name": "Ana"})
    await make.contact_point(ana, value="ana@example.org")
    return ana


SAID = {
    "fr": ("Un jouet : ours <b>", "Bonjour Ana, voici «\u00a0ours <b>\u00a0».\n\nCouleur\u00a0: rouge"),
    "en": ("A toy: ours <b>", "Hello Ana, here is “ours <b>”.\n\nCouleur: rouge"),
}


@pytest.mark.parametrize("locale", SAID)
async def test_it_is_sent_in_the_persons_language_by_templates_of_the_domains(
    make: Maker, server: Sink, post: Post, locale: str
) -> None:
    subject, said = SAID[locale]
    id = await greet(make, await ana_of(make, locale), "ours <b>", uuid4())
    await post()
    mail = server.only()
    assert server.recipients == [["ana@example.org"]]
    assert (mail["Subject"], mail["Message-ID"]) == (subject, f"<{id}@confed.example>")
    assert (mail["Auto-Submitted"], mail["List-Id"], mail["Content-Language"]) == ("auto-generated", None, locale)
    assert mail["Reply-To"] == "toys@example.org"
    assert (mail["List-Unsubscribe-Post"], mail["Bcc"]) == ("List-Unsubscribe=One-Click Bcc: x", None)
    plain, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert plain.replace("\r\n", "\n").strip() == said
    assert "ours &lt;b&gt;" in html
    (message,) = await make.all(Message)
    assert (message.kind, message.state, message.attempts) == (KIND, MessageState.SENT, 1)
    assert "ours" not in str(message.model_dump()), "What it said is not kept."


async def test_of_one_cause_a_person_hears_once(make: Maker, server: Sink, post: Post) -> None:
    ana, ben, cause = await ana_of(make), await make.member(), uuid4()
    await greet(make, ana, "ours", cause)
    with pytest.raises(AlreadyExists):
        await greet(make, ana, "ours", cause)
    await greet(make, ben, "ours", cause)
    await greet(make, ana, "ours", uuid4())
    await post()
    assert len(server.messages) == 2
    assert sorted(found.state for found in await make.all(Message)) == ["NO_ADDRESS", "SENT", "SENT"]


async def test_what_is_true_no_longer_is_not_said(make: Maker, server: Sink, post: Post) -> None:
    await greet(make, await ana_of(make), "broken", uuid4())
    await post()
    assert server.messages == []
    assert [found.state for found in await make.all(Message)] == [MessageState.OUTDATED]


async def test_a_link_can_not_name_another_person_than_the_message_is_to(make: Maker) -> None:
    ana, ben = await ana_of(make), await make.member()
    with pytest.raises(Exception, match="toy_message_confederation_id_message_id_person_id_fkey"):
        await greet(make, ana, "ours", uuid4(), whose=ben)
    assert await make.count(Message) == 0


@pytest.mark.parametrize("who", ["the person", "staff of the sender", "somebody else"])
async def test_whoever_makes_the_change_its_message_is_queued(make: Maker, server: Sink, post: Post, who: str) -> None:
    ana = await ana_of(make)
    by = {"the person": ana, "staff of the sender": await make.staff(), "somebody else": await make.member()}[who]
    await greet(make, ana, "ours", uuid4(), by=by)
    await post()
    assert len(server.messages) == 1


async def test_who_holds_the_kinds_permission_where_it_was_sent_reads_that_it_was(make: Maker) -> None:
    ana = await ana_of(make)
    id = await greet(make, ana, "ours", uuid4())
    readers = {
        "ana": ana,
        "registrar": await make.staff(Role.REGISTRAR),
        "officer": await make.staff(Role.MEMBERSHIP_OFFICER),  # holds the permission of another kind
        "registrar elsewhere": await make.staff(Role.REGISTRAR, await make.association()),
        "member": await make.member(),
        "stranger": await (await make.other()).staff(),
    }
    seen = set()
    for name, person in readers.items():
        async with make.acting_as(person) as work:
            if await work.seen(Message, [id]):
                seen.add(name)
    assert seen == {"ana", "registrar"}


async def test_nobody_but_the_outbox_writes_a_message_to_somebody_else(make: Maker) -> None:
    ana, staff = await ana_of(make), await make.staff()
    id = await greet(make, ana, "ours", uuid4())
    with pytest.raises(Exception, match="row-level security"):
        async with make.acting_as(staff) as work:
            await work.insert(
                Message(
                    person_id=ana.id,
                    kind=KIND,
                    cause_id=uuid4(),
                    at=datetime.now(UTC),
                )
            )
    async with make.acting_as(staff) as work:
        update = text("update message set state = 'FAILED' where id = :id")
        assert (await work.session.execute(update, {"id": id})).rowcount == 0  # type: ignore[attr-defined]
    assert [found.state for found in await make.all(Message)] == [MessageState.QUEUED]


def test_another_permission_by_which_kinds_are_read_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "_readers", set(messages._readers))
    monkeypatch.setattr(policies, "by_table", dict(policies.by_table))
    monkeypatch.setattr("models.base.permissions.permissions", dict(permissions))
    messages.readable_with(Permission("toys.read", about_persons=True, scope=False))
    rule = policies.of(Message).read
    assert "permission in ('toys.read')" in rule.sql
    assert {"toys.read", READ_REGISTRATIONS} <= rule.permissions


async def test_a_person_who_is_gone_is_not_written_to(make: Maker, server: Sink, post: Post) -> None:
    ana = await ana_of(make)
    await greet(make, ana, "ours", uuid4())
    ana.deceased_on = datetime.now(UTC).date()
    await make.save(ana)
    await post()
    assert server.messages == []
    assert [found.state for found in await make.all(Message)] == [MessageState.NO_ADDRESS]
