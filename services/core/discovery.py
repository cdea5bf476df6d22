"""Finding what a domain brings by where it is: nothing has to be told of a new one."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules


def import_modules(package: str, named: str | None = None) -> None:
    """Import each module of a package; with `named`, the module of that name in each of its packages that has one."""
    for found in iter_modules(import_module(package).__path__, f"{package}."):
        name = found.name if named is None else f"{found.name}.{named}"
        if (named is None and not found.ispkg) or (named is not None and found.ispkg and find_spec(name)):
            import_module(name)
