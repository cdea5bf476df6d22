"""The log: it finds a failure, and tells nobody's name."""

import logging

import asyncpg
import pytest

from models import Person
from services.core.telemetry.logs import log_failure
from tests.making import Maker


async def test_a_failure_is_logged_with_its_place_and_its_constraint_but_no_value(
    make: Maker, owner: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    name = "Lusignan"
    ana = await make.person(family_name=name)

    async def twice() -> None:
        try:
            await owner.execute("insert into person select * from person where id = $1", ana.id)
        except asyncpg.UniqueViolationError as error:
            raise RuntimeError(name, ana.id, str(error)) from error

    with pytest.raises(RuntimeError) as failure:
        await twice()
    assert str(ana.id) in str(failure.value.__cause__)
    with caplog.at_level(logging.ERROR, "confed"):
        correlation = log_failure("a request failed", failure.value)
    assert correlation in caplog.text
    assert "test_logs.py" in caplog.text
    assert "RuntimeError" in caplog.text
    assert "23505 public person pk_person" in caplog.text
    assert name not in caplog.text
    assert str(ana.id) not in caplog.text
    assert await make.count(Person) == 1
