"""Row security is lifted by `models.base.elevation` and `Work` only: nobody else spells the setting, in whatever way.

Their callers and reasons are listed in `tests.test_architecture`; here are those who spell what they are made of.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping

import pytest

from tests.test_architecture import elevations, parsed, sources

UNKNOWN = "\0"
"""What a part of a text is that is known only when the code runs."""

SPELLS = {
    "models/base/elevation.py": "writes it",
    "models/base/policies.py": "reads any setting by its name, for the policies",
    "services/core/work.py": "writes the actor's settings, and this one as `Work.elevated`",
    "services/core/actor.py": "names the settings of the permissions that an actor holds",
    "services/trusted_documents/finding.py": "sets the tenant and nothing else",
    "schema/compiler/statements.py": "sets what the actor's settings are",
    "schema/tenancy/role.py": "reads the settings of the permissions that an actor holds",
}
"""Where settings are written, or named by names made up at run time, and what for: review each."""

PLATFORM = {
    "services/core/actor.py": "says what it is",
    "services/core/jobs/worker.py": "does the jobs",
    "services/demo/stage.py": "founds the demo, and plays it in time",
    "schema/cli/documents.py": "is who runs commands on the server",
    "schema/cli/journal.py": "is who runs commands on the server",
    "schema/mutations/together.py": "decides for many who ask at the same time, each by their own rights",
    "schema/web/graphql/actors.py": "renews and revokes sessions: whoever shows one may not change it",
    "schema/web/signin/links.py": "signs in who is nobody yet",
    "schema/web/signin/oidc.py": "signs in who is nobody yet",
    "schema/web/signin/passkeys.py": "signs in who is nobody yet",
}
"""Where the platform itself acts, elevated from the beginning, and what for: review each."""


def constants(tree: ast.Module) -> dict[str, ast.expr]:
    """What the names of a module, its functions and classes are set to, where once."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        if isinstance(node, ast.Assign | ast.AnnAssign) and value is not None:
            for target in targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(value)
    return {name: values[0] for name, values in found.items() if len(values) == 1}


def said(node: ast.AST, names: Mapping[str, ast.expr], depth: int = 8) -> str:
    """The text that an expression makes, as far as it can be read."""

    def part(of: ast.AST) -> str:
        return said(of, names, depth - 1)

    if depth == 0:
        return UNKNOWN
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Constant(value=bytes(data)):
            return data.decode(errors="replace")
        case ast.Name(id=name) if name in names:
            return part(names[name])
        case ast.JoinedStr(values=parts):
            return "".join(map(part, parts))
        case ast.FormattedValue(value=value):
            return part(value)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return part(left) + part(right)
        case ast.BinOp(left=left, op=ast.Mod(), right=right):
            return filled(part(left), "%s", map(part, right.elts if isinstance(right, ast.Tuple) else [right]))
        case ast.Call(
            func=ast.Attribute(value=value, attr="join"), args=[ast.List(elts=parts) | ast.Tuple(elts=parts)]
        ):
            return part(value).join(map(part, parts))
        case ast.Call(func=ast.Attribute(value=value, attr="format"), args=parts):
            return filled(part(value), "{}", map(part, parts))
        case ast.Call(func=ast.Attribute(value=value, attr="replace"), args=[old, new]):
            return part(value).replace(part(old), part(new))
        case _:
            return UNKNOWN


def filled(text: str, gap: str, parts: Iterable[str]) -> str:
    """A template with its gaps filled, one after the other."""
    for part in parts:
        text = text.replace(gap, part, 1)
    return text


def texts(tree: ast.Module) -> Iterator[str]:
    """Every text that a module makes; its docstrings are none. And `set_config`, asked for as an attribute."""
    names = constants(tree)
    prose = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "set_config":
            yield node.attr
        elif isinstance(node, ast.expr) and id(node) not in prose:
            yield said(node, names)


def spelled(tree: ast.Module) -> set[str]:
    """Ways in which a module names the setting, writes settings, or may name any."""
    found = set()
    for text in texts(tree):
        lower = text.lower()
        if "confed.elevated" in lower or lower.strip(" .'\"") == "elevated":
            found.add("names the setting")
        if "set_config" in lower:
            found.add("writes settings")
        if f"confed.{UNKNOWN}" in lower or lower.endswith("confed."):
            found.add("names a setting made up at run time")
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "models.base.elevation":
            found |= {"names the setting" for name in node.names if name.name in {"SETTING", "*"}}
        if isinstance(node, ast.ImportFrom) and node.module == "models.base":
            found |= {"names the setting" for name in node.names if name.name == "elevation"}
    return found


def acts_as_the_platform(tree: ast.Module) -> bool:
    """Whether a module makes the actor that is elevated from the beginning."""
    return any(
        (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "system")
        or (isinstance(node, ast.keyword) and node.arg == "is_system")
        or (isinstance(node, ast.ImportFrom) and any(name.name == "system" for name in node.names))
        for node in ast.walk(tree)
    )


def code() -> dict[str, ast.Module]:
    """Every module of the application, without migrations: they are what the models say."""
    paths = sources("app.py", "models", "services", "schema")
    return {str(path): parsed(path) for path in paths if path.parts[:2] != ("models", "migrations")}


def test_settings_are_spelled_only_in_the_places_listed() -> None:
    found = {path: spelled(tree) for path, tree in code().items()}
    assert {path for path, ways in found.items() if ways} == SPELLS.keys()


def test_the_platform_acts_only_in_the_places_listed() -> None:
    assert {path for path, tree in code().items() if acts_as_the_platform(tree)} == PLATFORM.keys()


SEVENTH = {
    "a statement": "text(\"select set_config('confed.elevated', 'x', true)\")",
    "in capitals": "text(\"SELECT SET_CONFIG('CONFED.ELEVATED', 'x', true)\")",
    "set local": "text(\"set local confed.elevated = 'x'\")",
    "an f-string": "text(f\"set local confed.{name} = 'x'\")",
    "an f-string of a constant": "NAME = 'elevated'\ntext(f\"set local confed.{NAME} = 'x'\")",
    "a sum": 'text("set local conf" + "ed.ele" + "vated = \'x\'")',
    "a sum with what is given": "text('set local confed.' + name)",
    "names of the module": "A = 'set local con'\nB = 'fed.elevated'\ntext(A + B)",
    "a name in a function": "def f():\n    a = 'confed.'\n    b = 'elevated'\n    return a + b",
    "join": "text('.'.join(['confed', 'elevated']))",
    "format": "text('set local {}.{}'.format('confed', 'elevated'))",
    "percent": "text('set local confed.%s' % 'elevated')",
    "percent of two": "text('%s.%s' % ('confed', name))",
    "replace": "text('set local confed.person'.replace('person', 'elevated'))",
    "bytes": "run(b'set local confed.elevated')",
    "the private method": "await work._set({'confed.elevated': 'x'})",
    "the private method, made up": "await work._set({f'confed.{what}': 'x'})",
    "the actor's settings": "actor.settings['confed.elevated'] = 'x'",
    "a function of SQLAlchemy": "select(func.set_config(name, 'x', True))",
    "the constant": "from models.base.elevation import SETTING",
    "the constant, of its module": "from models.base import elevation\nelevation.SETTING",
}


@pytest.mark.parametrize("way", SEVENTH)
def test_a_seventh_place_is_found_however_it_is_spelled(way: str) -> None:
    assert spelled(ast.parse(SEVENTH[way]))


def test_what_calls_the_routines_is_listed_with_its_reason() -> None:
    ways = ("elevated_read", "elevated_start", "elevated_body", "work.elevated", "elevation.elevated_read")
    assert all(elevations(ast.parse(f"X = {way}('because', '')")) == {"because"} for way in ways)
    with pytest.raises(AssertionError):
        elevations(ast.parse("elevated_read(why, '')"))
    with pytest.raises(AssertionError):
        elevations(ast.parse("elevated_read(f'{why}', '')"))


def test_another_who_acts_as_the_platform_is_found() -> None:
    ways = (
        "from services.core.actor import Actor, system",
        "begin(database, actor.system(tenant))",
        "replace(actor, is_system=True)",
        "from services.core.actor import system as somebody",
    )
    assert all(acts_as_the_platform(ast.parse(way)) for way in ways)


def test_what_only_speaks_of_it_is_no_offence() -> None:
    prose = '"""To be called elevated: sets confed.elevated."""\nasync def f():\n    """elevated"""'
    assert spelled(ast.parse(prose)) == set()
    assert spelled(ast.parse("async with work.elevated('a figure'):\n    pass")) == set()
