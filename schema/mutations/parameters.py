"""The input type of a mutation, derived from the parameters of its operation, and the conversion between the two.

A parameter is a scalar or an enum, the key of a row (`Ref`), texts by locale (`Texts`), a dataclass (its docstring and
annotated fields become an input type), or a list of any of these. `Annotated[…, "…"]` describes it.

An operation's problems name its own parameters. `Shape.place` finds the same place in the input as the client wrote it,
with the positions in lists.
"""

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Protocol, Union, get_args, get_origin

import strawberry

from schema.base.ids import Ref, decode_id
from schema.base.inputs import ByLocale, Named, OneOf, TextInput
from schema.compiler.names import camel, snake
from services.core.errors import InvalidInput, NotFound
from services.core.unset import UNSET, Unset

Path = tuple[str, ...]
_REQUIRED: Any = object()


class Shape(Protocol):
    """The form of a value for clients and for the operation."""

    @property
    def annotation(self) -> Any:
        """Return the annotation for Strawberry."""

    def decode(self, value: Any, path: Path) -> Any:
        """Convert a client's value to the operation's. `path` is its place in the input. Raise NotFound for an ID that
        names nothing.
        """

    def place(self, value: Any, steps: Path) -> Path:
        """Convert the operation's path to names and positions of the input, as far as the input has such a place."""


@dataclass(frozen=True)
class Plain:
    """A scalar or an enum."""

    annotation: Any

    def decode(self, value: Any, path: Path) -> Any:
        """Return the value; for an enum, its member."""
        is_enum = isinstance(self.annotation, type) and issubclass(self.annotation, Enum)
        return self.annotation(value) if is_enum and not isinstance(value, self.annotation) else value

    def place(self, value: Any, steps: Path) -> Path:
        """Return the path unchanged: a plain value has no parts."""
        return ()


@dataclass(frozen=True)
class Reference:
    """The key of a row of a type."""

    kind: str
    annotation: Any = strawberry.ID

    def decode(self, value: Any, path: Path) -> Any:
        """Return the key. Raise NotFound if the ID is malformed or of another type: it names nothing."""
        found = decode_id(value)
        if found is None or found[0] != self.kind:
            raise NotFound(words(self.kind), path=path)
        return found[1]

    def place(self, value: Any, steps: Path) -> Path:
        """Return the path unchanged: a key has no parts."""
        return ()


@dataclass(frozen=True)
class Items:
    """A list."""

    of: Shape

    @property
    def annotation(self) -> Any:
        """Return the list type of the items."""
        return list[self.of.annotation]  # type: ignore[name-defined]

    def decode(self, value: Any, path: Path) -> Any:
        """Convert each item."""
        return [self.of.decode(item, (*path, str(rank))) for rank, item in enumerate(value)]

    def place(self, value: Any, steps: Path) -> Path:
        """Return the position, and the place inside that item."""
        if not steps or not steps[0].isdecimal() or int(steps[0]) >= len(value or ()):
            return ()
        return (steps[0], *self.of.place(value[int(steps[0])], steps[1:]))


@dataclass(frozen=True)
class Localized:
    """Texts by locale code."""

    @property
    def annotation(self) -> Any:
        """Return the type for a list of texts with their locales."""
        return list[input_type(TextInput)]  # type: ignore[misc]

    def decode(self, value: Any, path: Path) -> Any:
        """Convert to a mapping. Of several texts in the same locale, the last counts."""
        return {item["locale"].code: item["text"] for item in value}

    def place(self, value: Any, steps: Path) -> Path:
        """Convert the operation's locale to the position in the input's list."""
        found = [i for i, item in enumerate(value or ()) if steps and item["locale"].code == steps[0]]
        return (str(found[-1]), "text") if found else ()


@dataclass(frozen=True)
class Parameter:
    """A parameter, or a field of a nested input."""

    name: str
    shape: Shape
    description: str
    default: Any
    nullable: bool
    also: str = ""
    """The name that the operation's problems use, if it is another."""

    @property
    def key(self) -> str:
        """Return the name that clients use."""
        return camel(self.name)


@dataclass(frozen=True)
class Object:
    """A nested input: a dataclass. Of a mutation, the whole input; `make` returns the arguments of its operation."""

    annotation: Any
    make: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    besides: frozenset[str] = frozenset()
    """Names of input fields that the engine uses itself."""
    one_of: bool = False

    def decode(self, value: Any, path: Path) -> Any:
        """Create the dataclass. Absent fields get their defaults."""
        return self.make(**self.arguments(value, path))

    def arguments(self, value: Mapping[str, Any], path: Path = ()) -> dict[str, Any]:
        """Return the given values by parameter name."""
        found = {}
        for parameter in self.parameters:
            key = parameter.key
            if key not in value:
                continue
            given = value[key]
            if given is not None:
                given = parameter.shape.decode(given, (*path, key))
            elif not parameter.nullable:
                raise InvalidInput("a value, or nothing at all", "null", path=(*path, key))
            found[parameter.name] = given
        return found

    def place(self, value: Any, steps: Path) -> Path:
        """Return the field of that name, or the one with its ID: `person` is `personId`."""
        if not steps:
            return tuple(value or ()) if self.one_of else ()
        key = camel(steps[0])
        if key in self.besides:
            return (key,)
        for parameter in self.parameters:
            if key in (parameter.key, parameter.also) or f"{key}Id" == parameter.key:
                return (parameter.key, *parameter.shape.place((value or {}).get(parameter.key), steps[1:]))
        return ()

    def references(self, kind: str) -> list[Parameter]:
        """Return the parameters that name a row of a kind, which is given in words."""
        return [p for p in self.parameters if isinstance(p.shape, Reference) and words(p.shape.kind) == kind]


def words(kind: str) -> str:
    """Return a type's name in words, as used in refusals."""
    return snake(kind).replace("_", " ")


def of_operation(operate: Any, title: str, **besides: Parameter) -> Object:
    """Derive the input type `<title>Input` from the keyword parameters of a mutation's operation.

    `besides`: input fields that every mutation has, for the engine.
    """
    hints = typing.get_type_hints(operate, include_extras=True)
    signature = inspect.signature(operate).parameters.values()
    taken = tuple(_parameter(p.name, hints[p.name], p.default) for p in list(signature)[1:])
    description = f"Input of `{camel(operate.__name__)}`."
    annotation = _strawberry(f"{title}Input", description, (*besides.values(), *taken))
    return Object(annotation, dict, taken, frozenset(map(camel, besides)))


def input_type(cls: type) -> Any:
    """Create the input type of a dataclass."""
    return _object(cls).annotation


_MADE: dict[type, Object] = {}


def _object(cls: type) -> Object:
    if cls not in _MADE:
        hints = typing.get_type_hints(cls, include_extras=True)
        taken = tuple(_parameter(f.name, hints[f.name], _default(f)) for f in fields(cls))
        description = inspect.getdoc(cls) or ""
        one_of = issubclass(cls, OneOf)
        annotation = _strawberry(cls.__name__, description, taken, one_of=one_of)
        _MADE[cls] = Object(annotation, cls, taken, one_of=one_of)
    return _MADE[cls]


def _default(field: Any) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return _REQUIRED if field.default is MISSING else field.default


def _parameter(name: str, annotation: Any, default: Any) -> Parameter:
    shape, description, options = _shape(annotation)
    also = next((mark.name for mark in get_args(annotation)[1:] if isinstance(mark, Named)), "")
    assert description, f'{name} has no description: Annotated[…, "…"]'
    required = default is inspect.Parameter.empty or default is _REQUIRED
    return Parameter(name, shape, description, _REQUIRED if required else default, NoneType in options, camel(also))


def _shape(annotation: Any) -> tuple[Shape, str, set[Any]]:
    """Return the shape of an annotation, its description, and its empty value: None, `Unset`."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *marks = get_args(annotation)
        shape: Shape
        shape, description, options = (Localized(), "", set()) if _is_mapping(inner) else _shape(inner)
        for mark in marks:
            if isinstance(mark, Ref):
                shape, description = Reference(mark.kind), mark.description
            elif isinstance(mark, ByLocale):
                shape = Localized()
            elif isinstance(mark, str):
                description = mark
        return shape, description, options
    if origin in (Union, UnionType):
        (inner,) = (option for option in get_args(annotation) if option not in (NoneType, Unset))
        shape, description, options = _shape(inner)
        return shape, description, options | (set(get_args(annotation)) & {NoneType, Unset})
    if isinstance(origin, type) and issubclass(origin, Sequence):
        shape, description, _ = _shape(get_args(annotation)[0])
        return Items(shape), description, set()
    if is_dataclass(annotation):
        assert isinstance(annotation, type)
        return _object(annotation), "", set()
    return Plain(annotation), "", set()


def _is_mapping(annotation: Any) -> bool:
    origin = get_origin(annotation)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _strawberry(name: str, description: str, parameters: Sequence[Parameter], *, one_of: bool = False) -> Any:
    annotations: dict[str, Any] = {}
    namespace: dict[str, Any] = {"__annotations__": annotations}
    for parameter in parameters:
        annotation, default = parameter.shape.annotation, parameter.default
        said: dict[str, Any] = {"description": parameter.description}
        if default is UNSET or (one_of and default is None):
            said["default"] = strawberry.UNSET
        elif isinstance(default, Sequence) and not isinstance(default, str):
            said["default_factory"] = lambda default=default: list(default)
        elif default is not _REQUIRED:
            said["default"] = default
        may_lack = parameter.nullable or default is UNSET or (one_of and default is None)
        annotations[parameter.name] = annotation | None if may_lack else annotation
        namespace[parameter.name] = strawberry.field(**said)
    return strawberry.input(type(name, (), namespace), description=description, one_of=one_of or None)
