"""`python -m tests.web.graphql.corpus URL`: the corpus against a running server, and which requests took longest."""

import json
import sys
import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

from tests.web.graphql.corpus.cases import CASES, Case

GRAPHQL = "application/graphql-response+json"
SLOWEST = 5
"""How many are told."""


def answer(connection: HTTPConnection, path: str, case: Case) -> tuple[int, str | None, float]:
    """The status and the first code that a server answers with, and the milliseconds that it took."""
    headers = {"content-type": "application/json", "accept": GRAPHQL, **case.headers}
    query = f"?{case.query}" if case.query else ""
    began = time.perf_counter()
    connection.request(case.method, path + query, case.body if case.method == "POST" else None, headers)
    response = connection.getresponse()
    body = response.read()
    took = (time.perf_counter() - began) * 1e3
    try:
        errors = json.loads(body).get("errors", [])
        return response.status, errors[0]["extensions"]["code"] if errors else None, took
    except (ValueError, LookupError):
        return response.status, f"something else: {body[:100]!r}", took


def main(url: str) -> int:
    """How many cases are answered otherwise than the table has it."""
    parts = urlsplit(url)
    times, others = [], 0
    for case in CASES:
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        try:
            status, code, took = answer(connection, parts.path, case)
        except OSError as error:  # it may hang up on what it doesn't read
            status, code, took = (413, "BODY_TOO_LARGE", 0.0) if case.status == 413 else (0, type(error).__name__, 0.0)
        finally:
            connection.close()
        if (status, code) != (case.status, case.code):
            others += 1
            print(f"{case.name}: {status} {code} instead of {case.status} {case.code}", file=sys.stderr)
        times.append((took, case.name))
    times.sort(reverse=True)
    slowest = ", ".join(f"{name} {took:.0f} ms" for took, name in times[:SLOWEST])
    print(
        f"Hostile requests: {len(CASES) - others} of {len(CASES)} are answered as the table has it. Slowest: {slowest}."
    )
    return others


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1]), 1))
