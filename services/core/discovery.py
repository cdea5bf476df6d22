"""Find domains' modules by name: a new domain needs no registration."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules, walk_packages


def import_named(package: str, name: str) -> None:
    """Import the module of this name from each subpackage, at any depth, that has one."""
    for found in iter_modules(import_module(package).__path__, f"{package}."):
        if found.ispkg:
            if find_spec(f"{found.name}.{name}"):
                import_module(f"{found.name}.{name}")
            import_named(found.name, name)


def import_all(package: str) -> None:
    """Import every module of a package and its subpackages."""
    for found in walk_packages(import_module(package).__path__, f"{package}."):
        import_module(found.name)


def packages(package: str) -> list[str]:
    """The names of a package's direct subpackages."""
    return [found.name for found in iter_modules(import_module(package).__path__) if found.ispkg]
