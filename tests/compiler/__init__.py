"""The read compiler, held against a naive executor over the same declarations."""

import pytest

pytest.register_assert_rewrite("tests.compiler.ways")
