"""Messages about events: which is due to whom who registered, and what it says, with calendar entry and tickets.

It is queued with the change that it tells of, and composed of what is so when its turn comes (`services.messages`).
"""

from services.events.mail.announcing import Told, announce, announce_each, announce_to_all

__all__ = ["Told", "announce", "announce_each", "announce_to_all"]
