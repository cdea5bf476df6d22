"""Figures of the runs, and how they are told: a table for the terminal, Markdown for docs/benchmark.md."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil
from rich.table import Table

from tests.benchmarks.queries import Read

OURS, USUAL, LIMIT = "confed", "usual", "limit"
TITLES = {OURS: "this server", USUAL: "usual server", LIMIT: "the limit"}


@dataclass(frozen=True)
class Figures:
    """One run; and the median of several, figure by figure."""

    rate: float  # requests/s
    p50: float  # µs
    p99: float  # µs
    server_cpu: float  # µs a request
    postgres_cpu: float | None  # µs a request; None where PostgreSQL is on another machine
    size: float  # bytes an answer, headers too


def middle(runs: Sequence[Figures]) -> Figures:
    """The median of each figure."""
    postgres = [run.postgres_cpu for run in runs if run.postgres_cpu is not None]
    return Figures(
        median(run.rate for run in runs),
        median(run.p50 for run in runs),
        median(run.p99 for run in runs),
        median(run.server_cpu for run in runs),
        median(postgres) if postgres else None,
        median(run.size for run in runs),
    )


Results = dict[str, dict[str, Figures]]
"""By the read's name, then the server's."""


def machine(postgres: str, generator: str) -> str:
    """What it was measured on."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{len(os.sched_getaffinity(0))} cores ({model}), {memory:.0f} GB, "
        f"{platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, PostgreSQL {postgres}; load: {generator}"
    )


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text().splitlines() if file.exists() else []


HEADINGS = ("", "requests/s", "p50 ms", "p99 ms", "server CPU µs", "PostgreSQL CPU µs", "answer kB")


def rows(read: Read, figures: dict[str, Figures]) -> list[tuple[str, ...]]:
    """A row of cells for each server."""
    return [
        (
            f"{read.name} {TITLES[name]}",
            f"{f.rate:,.0f}" if f.rate >= 100 else f"{f.rate:.1f}",
            f"{f.p50 / 1000:.2f}",
            f"{f.p99 / 1000:.2f}",
            f"{f.server_cpu:,.0f}",
            "–" if f.postgres_cpu is None else f"{f.postgres_cpu:,.0f}",
            f"{f.size / 1000:.1f}",
        )
        for name, f in figures.items()
    ]


AIMS = ("", "of the limit", "aim", "times the usual", "aim", "server CPU µs", "aim")


def against_aims(read: Read, figures: dict[str, Figures]) -> tuple[tuple[str, bool], ...]:
    """Cells and whether each is as it should be; nothing where a server wasn't measured."""
    ours = figures.get(OURS)
    if ours is None:
        return ()
    aim, limit, usual = read.aim, figures.get(LIMIT), figures.get(USUAL)
    share = ours.rate / limit.rate if limit else None
    times = ours.rate / usual.rate if usual else None
    return (
        (read.name, True),
        ("–" if share is None else f"{share:.2f}", share is None or share >= aim.of_the_limit),
        (f"≥ {aim.of_the_limit}", True),
        ("–" if times is None else f"{times:.1f}×", times is None or times >= aim.times_the_usual),
        (f"≥ {aim.times_the_usual}×", True),
        (f"{ours.server_cpu:.0f}", ours.server_cpu < aim.cpu),
        (f"< {aim.cpu}", True),
    )


def tables(reads: Sequence[Read], results: Results) -> list[Table]:
    """For the terminal: the figures, and the aims where this server was measured."""
    measured = Table(*HEADINGS)
    aims = Table(*AIMS)
    for table in (measured, aims):
        for heading in table.columns[1:]:
            heading.justify = "right"
    for read in reads:
        for row in rows(read, results[read.name]):
            measured.add_row(*row)
        measured.add_section()
        if cells := against_aims(read, results[read.name]):
            aims.add_row(*(text if good else f"[red]{text}" for text, good in cells))
    return [measured, aims] if aims.row_count else [measured]


def markdown(reads: Sequence[Read], results: Results, about: str) -> str:
    """For docs/benchmark.md."""
    body = [row for read in reads for row in rows(read, results[read.name])]
    judged = [[text for text, _ in cells] for read in reads if (cells := against_aims(read, results[read.name]))]
    parts = [_markdown(HEADINGS, body), *([_markdown(AIMS, judged)] if judged else []), f"{about}.", *_legend(reads)]
    return "\n\n".join(parts) + "\n"


def _legend(reads: Sequence[Read]) -> list[str]:
    return ["; ".join(f"{read.name}: {read.text}, {read.connections} connections" for read in reads) + "."]


def _markdown(headings: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(headings) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (headings, rule, *body))
