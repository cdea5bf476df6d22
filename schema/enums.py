"""The models' enums as the schema shows them: the same names, with descriptions."""

from enum import StrEnum

import strawberry

import models

_DESCRIBED: tuple[type[StrEnum], ...] = (
    models.AffiliationState,
    models.AssociationKind,
    models.CancellationReason,
    models.CategoryKind,
    models.EventFormat,
    models.EventKind,
    models.EventState,
    models.HostRole,
    models.ManagementLevel,
    models.MandateRole,
    models.MembershipStatus,
    models.PositionClass,
    models.RegistrationState,
    models.Role,
    models.Sector,
    models.VotingWeight,
    models.WorkingTime,
)

for _enum in _DESCRIBED:
    strawberry.enum(_enum, description=_enum.__doc__)
