"""The models' enums as the schema shows them: the same names, with descriptions."""

from enum import StrEnum

import strawberry

import models  # noqa: F401 - each module of it declares its enums

for _enum in StrEnum.__subclasses__():
    if _enum.__module__.startswith("models."):
        strawberry.enum(_enum, description=_enum.__doc__)
