"""Makes rows for tests: whatever a test doesn't say gets a sensible value, unique where it must be.

Rows are written by the platform itself, past permissions and operations, so that a test of an operation depends on no
other operation. Copies that operations keep (`association_ids`, `taken`) are kept here too. Any further column of a row
can be given by its name, and wins. What admits its participants only is written, and read, as one of them: `save_as`,
`all_as`.

A domain adds its module, with `class MentoringMaker(PeopleMaker)` on the maker of what its rows belong to, and one base
to `Maker`, before the bases that are here: a maker may not come after one that it is built on.
"""

from tests.making.advocacy import AdvocacyMaker
from tests.making.base import LONG_AGO, ActingAs, name, texts
from tests.making.events import EventMaker, assert_seats_reconcile
from tests.making.identity import IdentityMaker
from tests.making.mail import MailMaker
from tests.making.mentoring import MentoringMaker, assert_places_reconcile
from tests.making.prices import PriceMaker
from tests.making.questions import QuestionMaker

__all__ = ["LONG_AGO", "ActingAs", "Maker", "assert_places_reconcile", "assert_seats_reconcile", "name", "texts"]


class Maker(
    AdvocacyMaker,
    MentoringMaker,
    PriceMaker,
    MailMaker,
    QuestionMaker,
    EventMaker,
    IdentityMaker,
):
    """Makes rows in one confederation (fr, en; America/Toronto): of each domain, in its module."""
