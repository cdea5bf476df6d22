"""The calendar entry that a message carries (RFC 5545, RFC 5546).

Each registration is an entry of its own: its UID is the registration's key, whatever becomes of the event. SEQUENCE is
the event's, which counts the changes that matter to a calendar; DTSTAMP is the moment of the change that the message is
about, so that of two messages with the same sequence the later one counts, in whatever order they arrive.
"""

from icalendar import Calendar, Event, vCalAddress, vText

from services.core.outside.mail import one_line
from services.events.files.calendars import calendar
from services.events.mail.letters import Letter


def invitation(letter: Letter, *, organizer: str, attendee: str) -> tuple[str, bytes] | None:
    """The method and the entry, between two mail addresses; null where the message carries none."""
    given = letter.invitation
    if given is None:
        return None
    entry = Event()
    entry.add("uid", given.uid)
    entry.add("sequence", given.sequence)
    entry.add("dtstamp", given.at)
    entry.add("dtstart", letter.starts_at)
    entry.add("dtend", letter.ends_at)
    entry.add("summary", one_line(letter.event), parameters={"language": letter.locale})
    if letter.where:
        entry.add("location", one_line(letter.where))
    entry.add("status", "CANCELLED" if given.is_taken_back else "CONFIRMED")
    entry.add("organizer", _address(organizer, letter.host))
    person = _address(attendee, letter.name)
    person.params.update({"role": "REQ-PARTICIPANT", "partstat": "ACCEPTED", "rsvp": "FALSE"})
    entry.add("attendee", person)
    method = "CANCEL" if given.is_taken_back else "REQUEST"
    whole: Calendar = calendar()
    whole.add("method", method)
    whole.add_component(entry)
    return method, whole.to_ical()


def _address(address: str, name: str) -> vCalAddress:
    made = vCalAddress(f"mailto:{address}")
    # A quoted parameter takes neither quotes nor control characters (RFC 5545, 3.2).
    made.params["cn"] = vText(one_line(name).replace('"', "'"))
    return made
