"""The schema as a whole: who reads what, and its committed SDL."""
