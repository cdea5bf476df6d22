"""Mail about events: to each who registered, in their language, as text and HTML, with invitation and ticket.

A message is written down (`Mail`) and its job enqueued with the change that it tells of. The job composes it of what is
so at that moment and hands it to the SMTP server; without one it stays queued. Nothing that it said is kept.
"""

from services.events.mail.announcing import announce, announce_each, announce_to_all

__all__ = ["announce", "announce_each", "announce_to_all"]
