"""What a mutation takes: its input type, made of the parameters of its operation, and how the one becomes the other.

A parameter is a scalar or an enum, the key of a row (`Ref`), texts by locale (`Texts`), a dataclass whose docstring and
annotated fields are an input type of their own, or a list of any of these. `Annotated[…, "…"]` describes it.

Operations tell what a problem is about in the names of their own parameters; `Shape.place` finds that in the input as
the client wrote it, with the positions of lists.
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
    """How a value looks to clients, and to the operation."""

    @property
    def annotation(self) -> Any:
        """As Strawberry takes it."""

    def decode(self, value: Any, path: Path) -> Any:
        """The operation's value. `path`: where in the input it stands. NotFound for an identifier of nothing."""

    def place(self, value: Any, steps: Path) -> Path:
        """The operation's path in the names and positions of the input, as far as the input has such a place."""


@dataclass(frozen=True)
class Plain:
    """A scalar or an enum."""

    annotation: Any

    def decode(self, value: Any, path: Path) -> Any:
        """The value itself, of an enum its member."""
        is_enum = isinstance(self.annotation, type) and issubclass(self.annotation, Enum)
        return self.annotation(value) if is_enum and not isinstance(value, self.annotation) else value

    def place(self, value: Any, steps: Path) -> Path:
        """Nothing is inside."""
        return ()


@dataclass(frozen=True)
class Reference:
    """The key of a row of a type."""

    kind: str
    annotation: Any = strawberry.ID

    def decode(self, value: Any, path: Path) -> Any:
        """The key. NotFound where the identifier is malformed or of another type: it names nothing that there is."""
        found = decode_id(value)
        if found is None or found[0] != self.kind:
            raise NotFound(words(self.kind), path=path)
        return found[1]

    def place(self, value: Any, steps: Path) -> Path:
        """Nothing is inside."""
        return ()


@dataclass(frozen=True)
class Items:
    """A list."""

    of: Shape

    @property
    def annotation(self) -> Any:
        """A list of what it is of."""
        return list[self.of.annotation]  # type: ignore[name-defined]

    def decode(self, value: Any, path: Path) -> Any:
        """Each item."""
        return [self.of.decode(item, (*path, str(rank))) for rank, item in enumerate(value)]

    def place(self, value: Any, steps: Path) -> Path:
        """The position, and the place inside that item."""
        if not steps or not steps[0].isdecimal() or int(steps[0]) >= len(value or ()):
            return ()
        return (steps[0], *self.of.place(value[int(steps[0])], steps[1:]))


@dataclass(frozen=True)
class Localized:
    """Texts by the code of their locale."""

    @property
    def annotation(self) -> Any:
        """A list of texts with their locales."""
        return list[input_type(TextInput)]  # type: ignore[misc]

    def decode(self, value: Any, path: Path) -> Any:
        """Of several texts in one locale, the last."""
        return {item["locale"].code: item["text"] for item in value}

    def place(self, value: Any, steps: Path) -> Path:
        """Operations name a text by its locale; the input has it at a position."""
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
    """What the operation's problems call it, where that is another name."""

    @property
    def key(self) -> str:
        """As clients write it."""
        return camel(self.name)


@dataclass(frozen=True)
class Object:
    """A nested input: a dataclass. Of a mutation, all that it takes, with `make` for the arguments of its operation."""

    annotation: Any
    make: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    besides: frozenset[str] = frozenset()
    """Names of input fields that the engine takes for itself."""
    one_of: bool = False

    def decode(self, value: Any, path: Path) -> Any:
        """The dataclass. What was left out is left to the defaults."""
        return self.make(**self.arguments(value, path))

    def arguments(self, value: Mapping[str, Any], path: Path = ()) -> dict[str, Any]:
        """What was given, by the parameters' names."""
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
        """The field of that name, or the one that identifies it: `person` is `personId`."""
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
        """The parameters that name a row of a kind, said in words."""
        return [p for p in self.parameters if isinstance(p.shape, Reference) and words(p.shape.kind) == kind]


def words(kind: str) -> str:
    """A type's name in words, as refusals say it."""
    return snake(kind).replace("_", " ")


def of_operation(operate: Any, title: str, **besides: Parameter) -> Object:
    """What the operation of a mutation takes by keyword, with the input type `<title>Input`.

    `besides`: what every input has, for the engine.
    """
    hints = typing.get_type_hints(operate, include_extras=True)
    signature = inspect.signature(operate).parameters.values()
    taken = tuple(_parameter(p.name, hints[p.name], p.default) for p in list(signature)[1:])
    description = f"What `{camel(operate.__name__)}` takes."
    annotation = _strawberry(f"{title}Input", description, (*besides.values(), *taken))
    return Object(annotation, dict, taken, frozenset(map(camel, besides)))


def input_type(cls: type) -> Any:
    """The input type of a dataclass."""
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
    """How an annotation looks to clients, how it is described, and what may stand for a value: None, `Unset`."""
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
