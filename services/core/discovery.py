"""Finding what a domain brings by where it is: nothing has to be told of a new one."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules, walk_packages


def import_modules(package: str, named: str | None = None) -> None:
    """Import each module of a package; with `named`, the module of that name in each package below that has one."""
    for found in iter_modules(import_module(package).__path__, f"{package}."):
        if named is None and not found.ispkg:
            import_module(found.name)
        elif named is not None and found.ispkg:
            if find_spec(f"{found.name}.{named}"):
                import_module(f"{found.name}.{named}")
            import_modules(found.name, named)


def import_all(package: str) -> None:
    """Import every module of a package, and of the packages in it."""
    for found in walk_packages(import_module(package).__path__, f"{package}."):
        import_module(found.name)
