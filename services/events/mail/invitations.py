"""The calendar entry in a message (RFC 5545, RFC 5546).

Each registration is an entry of its own: its UID is the registration's key, whatever becomes of the event. SEQUENCE is
the event's, which counts the changes that matter to a calendar; DTSTAMP is the moment of the change that the message is
about, so that of two messages with the same sequence the later one counts, in whatever order they arrive.
"""

from dataclasses import dataclass
from datetime import datetime

from icalendar import Calendar, Event, vCalAddress, vText

from services.core.outside.mail import one_line
from services.events.files.calendars import calendar


@dataclass(frozen=True)
class Invitation:
    """A calendar entry: a request or a cancellation. `event`, `where`: texts in the `locale`."""

    uid: str
    sequence: int
    at: datetime
    is_taken_back: bool
    event: str
    where: str
    starts_at: datetime
    ends_at: datetime
    locale: str
    host: str
    name: str

    def entry(self, organizer: str, attendee: str) -> tuple[str, bytes]:
        """The iTIP method and the entry, between two mail addresses."""
        entry = Event()
        entry.add("uid", self.uid)
        entry.add("sequence", self.sequence)
        entry.add("dtstamp", self.at)
        entry.add("dtstart", self.starts_at)
        entry.add("dtend", self.ends_at)
        entry.add("summary", one_line(self.event), parameters={"language": self.locale})
        if self.where:
            entry.add("location", one_line(self.where))
        entry.add("status", "CANCELLED" if self.is_taken_back else "CONFIRMED")
        entry.add("organizer", _address(organizer, self.host))
        person = _address(attendee, self.name)
        person.params.update({"role": "REQ-PARTICIPANT", "partstat": "ACCEPTED", "rsvp": "FALSE"})
        entry.add("attendee", person)
        method = "CANCEL" if self.is_taken_back else "REQUEST"
        whole: Calendar = calendar()
        whole.add("method", method)
        whole.add_component(entry)
        return method, whole.to_ical()


def _address(address: str, name: str) -> vCalAddress:
    made = vCalAddress(f"mailto:{address}")
    # A quoted parameter must not contain quotes or control characters (RFC 5545, 3.2).
    made.params["cn"] = vText(one_line(name).replace('"', "'"))
    return made
