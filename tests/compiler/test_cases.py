"""Golden cases: documents with the statement that anybody's answer takes, and the answers. Review them as diffs.

UPDATE_CASES=1 writes them anew. A case begins with comments: `# as: …` (who asks, anonymous by default),
`# language: …` and `# variables: {…}`. `# nodes: …` are the types that the statement knows as nodes, so that a new type
doesn't change it; the answers are the whole schema's.
"""

import json
import os
import re
from copy import copy
from pathlib import Path
from typing import Any

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse

from schema.compiler.bind import Catalog
from schema.compiler.plan import Planner
from schema.compiler.run import NotSpliced, Operations, Plan
from services.core.actor import Acting
from tests.compiler.ways import Asker
from tests.compiler.world import World

CASES = sorted((Path(__file__).parent / "cases").glob("*.graphql"))
UPDATE = "UPDATE_CASES" in os.environ


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
async def test_a_case_has_its_statement_and_its_answers(asker: Asker, world: World, case: Path) -> None:
    document = case.read_text()
    said = dict(re.findall(r"^# (as|language|variables|nodes): (.*)$", document, re.MULTILINE))
    variables = json.loads(said.get("variables", "{}"))
    catalog = copy(asker.built.catalog)
    if "nodes" in said:
        catalog.node_types = tuple(said["nodes"].split(", "))
    text, spliced = _statement(catalog, document, variables)
    _compare(case.with_suffix(".sql"), _laid_out(text))
    answers: dict[str, Any] = {}
    for who in said.get("as", "anonymous").split(", "):
        answers[who] = await asker.three_ways(
            world.slug(who),
            document,
            variables,
            authorization=world.authorization(who),
            language=said.get("language"),
            spliced=spliced,
        )
    _compare(case.with_suffix(".json"), json.dumps(answers, ensure_ascii=False, indent=2) + "\n")


def _compare(file: Path, found: str) -> None:
    if UPDATE:
        file.write_text(found)
    assert found == file.read_text()


def _statement(catalog: Catalog, document: str, variables: dict[str, Any]) -> tuple[str, bool]:
    """The statement for anybody, and whether its answer is spliced."""
    operation = Operations(catalog).find(document, None)
    values = operation.coercion.values(variables)
    try:
        return operation.plan(values).statement(Acting.ANYBODY).text, True
    except NotSpliced:
        definitions = parse(document).definitions
        fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}
        (node,) = (d for d in definitions if isinstance(d, OperationDefinitionNode))
        planner = Planner(catalog, fragments, values)
        grouped = planner.collect("Query", [node.selection_set])
        roots = [planner.root(key, nodes, "Query") for key, nodes in grouped.items()]
        return Plan(catalog, roots, with_types=True).statement(Acting.ANYBODY).text, False


def _laid_out(sql: str) -> str:
    """A line for each clause, indented by how deep it is in parentheses."""
    broken = re.sub(r" ?\n ?", "\n", re.sub(r"\(SELECT\b", "(\nSELECT", sql))
    broken = re.sub(r" (LEFT OUTER JOIN|JOIN|ORDER BY|LIMIT|THEN)\b", r"\n\1", broken)
    lines, depth = [], 0
    for line in broken.split("\n"):
        lines.append("  " * max(0, depth) + line.strip())
        depth += line.count("(") - line.count(")")
    return "\n".join(line.rstrip() for line in lines if line.strip()) + "\n"
