"""What a process counts of itself, for `/metrics`: plain numbers in memory, read when somebody asks.

Of kinds, codes, mutations and jobs only, whose names are the code's: nothing tells of a person, a document or a
confederation.
"""

from bisect import bisect_left
from collections import Counter, defaultdict

BUCKET_BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds: the upper bounds of a histogram's buckets, each included; the last bucket has none."""


class Histogram:
    """How long things took."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKET_BOUNDS) + 1)
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        """One more."""
        self.counts[bisect_left(BUCKET_BOUNDS, seconds)] += 1
        self.seconds += seconds


class Meters:
    """Everything that is counted. `mutations`: by name and what came of it, `done` or a problem's code."""

    def __init__(self) -> None:
        self.requests: defaultdict[str, Histogram] = defaultdict(Histogram)
        self.jobs: defaultdict[str, Histogram] = defaultdict(Histogram)
        self.failed_jobs: Counter[str] = Counter()
        self.mutations: Counter[tuple[str, str]] = Counter()
        self.refusals: Counter[str] = Counter()
        self.lots = 0
        self.gathered = 0
        self.waits: Counter[str] = Counter()
        self.waited: defaultdict[str, float] = defaultdict(float)  # seconds


METERS = Meters()
"""This process's."""
