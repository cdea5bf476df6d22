"""Makes rows for tests: whatever a test doesn't say gets a sensible value, unique where it must be.

Rows are written by the platform itself, past permissions and operations, so that a test of an operation depends on no
other operation. Copies that operations keep (`association_ids`, `taken`) are kept here too. Any further column of a row
can be given by its name, and wins.
"""

from tests.making.base import LONG_AGO, ActingAs, name, texts
from tests.making.events import EventMaker, assert_seats_reconcile

__all__ = ["LONG_AGO", "ActingAs", "Maker", "assert_seats_reconcile", "name", "texts"]


class Maker(EventMaker):
    """Makes rows in one confederation (fr, en; America/Toronto): federation, people, events, each in its module."""
