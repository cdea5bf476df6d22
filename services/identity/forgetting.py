"""Sessions that ended long ago are nobody's to look at any more."""

from datetime import timedelta

from sqlalchemy import or_
from sqlmodel import col

from models import Session
from services.core.jobs.jobs import every
from services.core.work import Work
from services.identity.sessions import SESSION_IDLE

ENDED_SESSIONS_KEPT_FOR = timedelta(days=90)
"""How long a session is kept after its end."""


@every("43 3 * * *")
async def forget_sessions(work: Work) -> None:
    """Delete the sessions that ended long ago; the links that were asked for in them went a day later."""
    before = work.now - ENDED_SESSIONS_KEPT_FOR
    ended = or_(
        col(Session.expires_at) <= before,
        col(Session.revoked_at) <= before,
        col(Session.last_used_at) <= before - SESSION_IDLE,
    )
    await work.session.execute(work.delete(Session, ended))
