"""Messages with a link that signs in, in words: subject, text and HTML, in the person's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from html import escape
from uuid import UUID

from uuid_utils.compat import uuid7

from models import Association, Confederation, LinkPurpose, Person
from services.core.outside.mail import Outcome, addressed, hand_over, one_line
from services.core.settings import Settings
from services.core.work import Work

LOCALES = ("fr", "en")
"""The languages that there are texts in."""


class NotTaken(Exception):
    """The mail server took no message now: the job is done again later, and makes another link then."""


@dataclass(frozen=True)
class Words:
    """A message in one language, with fields in braces."""

    subject: str
    lines: tuple[str, ...]
    button: str
    after: tuple[str, ...]


_GREETING = {"fr": "Bonjour {name},", "en": "Hello {name},"}
_IGNORE = {
    "fr": "Si vous n’avez rien demandé, ignorez ce message : sans ce lien, personne n’entre. Ne le transmettez pas.",
    "en": "If you didn’t ask for this, ignore this message: nobody gets in without the link. Don’t pass it on.",
}
_ONCE = {
    "fr": "Le lien est valable dix minutes, une seule fois.",
    "en": "The link is good for ten minutes, once.",
}

LINKS: Mapping[LinkPurpose, Mapping[str, Words]] = {
    LinkPurpose.SIGN_IN: {
        "fr": Words("Votre lien de connexion – {host}", ("Voici votre lien de connexion.",), "Se connecter", ()),
        "en": Words("Your link to sign in – {host}", ("Here is your link to sign in.",), "Sign in", ()),
    },
    LinkPurpose.STEP_UP: {
        "fr": Words(
            "Confirmez que c’est vous – {host}",
            ("Ouvrez ce lien dans le navigateur où vous êtes connecté pour confirmer que c’est bien vous.",),
            "Confirmer",
            (),
        ),
        "en": Words(
            "Confirm that it is you – {host}",
            ("Open this link in the browser that you are signed in with, to confirm that it is you.",),
            "Confirm",
            (),
        ),
    },
    LinkPurpose.ADDRESS: {
        "fr": Words(
            "Confirmez votre adresse – {host}",
            ("Ouvrez ce lien dans le navigateur où vous êtes connecté pour confirmer que cette adresse est la vôtre.",),
            "Confirmer l’adresse",
            (),
        ),
        "en": Words(
            "Confirm your address – {host}",
            ("Open this link in the browser that you are signed in with, to confirm that this address is yours.",),
            "Confirm the address",
            (),
        ),
    },
}

INVITATION: Mapping[str, Words] = {
    "fr": Words(
        "{by} vous invite – {host}",
        ("{by} a un dossier à votre nom et vous invite à en prendre possession.",),
        "Accepter l’invitation",
        ("Le lien est valable quatorze jours, une seule fois.", "Si cela ne vous dit rien, ignorez ce message."),
    ),
    "en": Words(
        "{by} invites you – {host}",
        ("{by} has a record in your name, and invites you to take possession of it.",),
        "Accept the invitation",
        ("The link is good for fourteen days, once.", "If this means nothing to you, ignore this message."),
    ),
}


async def link_message(
    work: Work, settings: Settings, purpose: LinkPurpose, person: Person, *, address: str, url: str
) -> EmailMessage:
    """The message with a link. ValueError for an address that no header can hold."""
    locale = _writable(person.locale, *work.actor.tenant.locales)
    said = LINKS[purpose][locale]
    said = Words(said.subject, said.lines, said.button, (_ONCE[locale], _IGNORE[locale]))
    return await _message(work, settings, said, locale, person, address=address, url=url)


async def invitation_message(
    work: Work, settings: Settings, association: Association, person: Person, *, address: str, url: str
) -> EmailMessage:
    """The message with an invitation."""
    locale = _writable(person.locale, *work.actor.tenant.locales)
    by = _chosen(association.name, locale)
    return await _message(work, settings, INVITATION[locale], locale, person, address=address, url=url, by=by)


async def send(message: EmailMessage, id: UUID, url: str) -> bool:
    """Hand it to the server at a URL; whether it took it. NotTaken where it might later."""
    outcome = await hand_over(message, id, url)
    if outcome is Outcome.LATER:
        raise NotTaken
    return outcome is Outcome.TAKEN


async def _message(
    work: Work, settings: Settings, said: Words, locale: str, person: Person, *, address: str, url: str, by: str = ""
) -> EmailMessage:
    confederation = await work.session.get_one(Confederation, work.tenant_id)
    host, name = _chosen(confederation.name, locale), f"{person.given_name} {person.family_name}"
    fields = {"host": one_line(host), "name": one_line(name), "by": one_line(by)}
    before = [line.format(**fields) for line in (_GREETING[locale], *said.lines)]
    subject = said.subject.format(**fields)
    message = addressed(
        uuid7(),  # each has a link of its own, so that none is taken for a repetition
        to=(name, address),
        sender=(host, settings.mail_from),
        subject=subject,
        at=work.now,
    )
    message.set_content("\n\n".join([*before, f"{said.button}{_colon(locale)}\n{url}", *said.after]) + "\n")
    paragraphs = [f"<p>{escape(line)}</p>" for line in before]
    paragraphs.append(f'<p><a href="{escape(url)}">{escape(said.button)}</a></p>')
    paragraphs += [f"<p>{escape(line)}</p>" for line in said.after]
    message.add_alternative(_PAGE.format(locale=locale, title=escape(subject), body="\n".join(paragraphs)), "html")
    message["Content-Language"] = locale
    return message


_PAGE = """<!DOCTYPE html>
<html lang="{locale}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title></head>
<body style="margin:0;padding:24px;font-family:sans-serif;font-size:16px;line-height:1.5;color:#1a1a1a">
<div style="max-width:600px;margin:0 auto">
{body}
</div>
</body>
</html>
"""


def _colon(locale: str) -> str:
    return "\u00a0:" if locale == "fr" else ":"


def _writable(*wished: str) -> str:
    return next((locale for wish in wished if (locale := wish.partition("-")[0]) in LOCALES), "en")


def _chosen(texts: Mapping[str, str], locale: str) -> str:
    return texts.get(locale) or next(iter(texts.values()))
