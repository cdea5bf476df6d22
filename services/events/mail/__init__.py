"""Messages about events to registered people, with calendar entry and tickets.

A message is queued in the transaction of the change, and composed from the current state when it is sent
(`services.messages`).
"""

from services.events.mail.announcing import Told, announce, announce_each, announce_to_all

__all__ = ["Told", "announce", "announce_each", "announce_to_all"]
