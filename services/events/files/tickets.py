"""Tickets as pictures: a QR code that contains only the ticket's code."""

import io
from functools import lru_cache

import segno
from sqlalchemy import func, select

from services.core.errors import NotFound
from services.core.work import Work


async def check_ticket(work: Work, code: str) -> None:
    """NotFound unless a live registration has this ticket. Open to anybody who has the code: the code is the secret."""
    if len(code) > 40 or not await work.session.scalar(select(func.figures.is_ticket(code))):
        raise NotFound("ticket")


@lru_cache(256)
def png(code: str) -> bytes:
    """The picture as PNG, large enough for a telephone's screen."""
    return _picture(code, "png", scale=8)


@lru_cache(256)
def svg(code: str) -> bytes:
    """The picture as SVG."""
    return _picture(code, "svg", scale=8)


def path(confederation: str, code: str) -> str:
    """The picture's path on this server."""
    return f"/{confederation}/tickets/{code}.png"


def _picture(code: str, kind: str, *, scale: int) -> bytes:
    out = io.BytesIO()
    # Error correction level Q: readable from a cracked screen or a creased print.
    segno.make_qr(code, error="q", boost_error=False).save(out, kind=kind, scale=scale, border=4)
    return out.getvalue()
