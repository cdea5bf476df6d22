"""The models' enums as GraphQL enums, with the same names and the description of each value."""

import strawberry

import models  # noqa: F401 - each module of it declares its enums
from models.base.enums import DescribedEnum
from schema.base.describing import describe_values

for _enum in DescribedEnum.__subclasses__():
    describe_values(
        strawberry.enum(_enum, description=_enum.__doc__), {member.name: member.description for member in _enum}
    )
