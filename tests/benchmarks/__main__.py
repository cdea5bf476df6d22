"""`python -m tests.benchmarks`: load the database, start the servers, compare their answers, measure, tell."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from services.core.database.embedded import embedded_postgres
from services.core.settings import Settings
from tests.benchmarks.generator import Generator
from tests.benchmarks.load import ensure_loaded
from tests.benchmarks.processes import Postgres, Server, cores, serving, since
from tests.benchmarks.queries import Read, reads
from tests.benchmarks.report import LIMIT, OURS, USUAL, Figures, Results, machine, markdown, middle, tables

FACTORIES = {
    OURS: "tests.benchmarks.ours:create_app",
    USUAL: "tests.benchmarks.usual:create_app",
    LIMIT: "tests.benchmarks.limit:create_app",
}
COMPARED = 12  # variables of each read for which the answers are compared first
console = Console(stderr=True)


def main(
    *,
    quick: Annotated[bool, typer.Option(help="One short round: whether it works, not how fast.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print the tables as Markdown.")] = False,
    seconds: Annotated[int, typer.Option(min=1, help="Seconds of a round.")] = 4,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; the servers take turns in each.")] = 3,
    servers: Annotated[str, typer.Option(help="Which to measure, by commas.")] = f"{OURS},{USUAL},{LIMIT}",
    only: Annotated[str, typer.Option(help="Which reads, by commas.")] = "Q1,Q2,Q3",
) -> None:
    """Measure this server beside a usual one and the limit, over the same rows, each kept to a core."""
    if quick:
        seconds, rounds = 3, 1
    settings = Settings()
    home = settings.data_dir.resolve() / "bench"
    home.mkdir(parents=True, exist_ok=True)
    names = [name for name in FACTORIES if name in servers.split(",")]
    with ExitStack() as stack:
        server_url = settings.database_url or stack.enter_context(embedded_postgres(home, durable=False))
        url = asyncio.run(ensure_loaded(server_url))
        chosen = [read for read in asyncio.run(reads(url)) if read.name in only.split(",")]
        postgres = asyncio.run(Postgres.of(url))
        core, other = cores()
        stack.enter_context(postgres.kept_to(other))
        generator = Generator(home, other)
        running = [_serve(stack, name, url, core, home) for name in names]
        compare(running, chosen)
        results = measure(running, chosen, generator, postgres, seconds=seconds, rounds=rounds)
        about = machine(postgres.version, generator.name)
    if as_markdown:
        typer.echo(markdown(chosen, results, about))
        return
    printed = Console()
    for table in tables(chosen, results):
        printed.print(table)
    printed.print(about)


def _serve(stack: ExitStack, name: str, url: str, core: int, home: Path) -> Server:
    return stack.enter_context(serving(name, FACTORIES[name], url, core, home))


def compare(servers: Sequence[Server], chosen: Sequence[Read]) -> None:
    """Hold the servers' answers against each other. SystemExit where they differ: the figures would mean nothing."""
    for read in chosen:
        step = max(1, len(read.variables) // COMPARED)
        for variables in read.variables[::step]:
            answers = {server.name: server.ask(read, variables) for server in servers}
            first, *others = answers
            for other in others:
                if answers[first] != answers[other]:
                    told = "\n".join(f"{name}: {str(answer)[:600]}" for name, answer in answers.items())
                    raise SystemExit(f"{read.name} {variables}: {first} and {other} answer differently.\n{told}")


def measure(
    servers: Sequence[Server],
    chosen: Sequence[Read],
    generator: Generator,
    postgres: Postgres,
    *,
    seconds: int,
    rounds: int,
) -> Results:
    """The median over the rounds; in each round every server has its turn, so that a slow minute is everybody's."""
    runs: dict[tuple[str, str], list[Figures]] = defaultdict(list)
    with Progress(console=console) as progress:
        task = progress.add_task("Warming up", total=len(chosen) * len(servers) * (rounds + 1))
        for read in chosen:
            for server in servers:
                # Past PostgreSQL's change to generic plans on every connection, and past every lazy import.
                generator.run(server, read, min(seconds, 3))
                progress.advance(task)
            for _ in range(rounds):
                for server in servers:
                    progress.update(task, description=f"{read.name} {server.name}")
                    runs[read.name, server.name].append(_run(server, read, generator, postgres, seconds))
                    progress.advance(task)
    return {read.name: {server.name: middle(runs[read.name, server.name]) for server in servers} for read in chosen}


def _run(server: Server, read: Read, generator: Generator, postgres: Postgres, seconds: int) -> Figures:
    server_before, postgres_before = server.cpu(), postgres.cpu()
    result = generator.run(server, read, seconds)
    server_after, postgres_after = server.cpu(), postgres.cpu()
    if result.requests < 2 * read.connections:
        return _run(server, read, generator, postgres, 3 * seconds)  # too slow for so short a round
    in_postgres = since(postgres_before, postgres_after) / result.requests * 1e6 if postgres_before else None
    return Figures(
        result.requests / result.seconds,
        result.p50,
        result.p99,
        since(server_before, server_after) / result.requests * 1e6,
        in_postgres,
        result.bytes / result.requests,
    )


if __name__ == "__main__":
    typer.run(main)
