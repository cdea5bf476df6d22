"""Associations and affiliations."""

from typing import Any

from models import Affiliation, AffiliationState, Association, AssociationKind, Sector
from tests.making.base import LONG_AGO, BaseMaker, number, texts


class FederationMaker(BaseMaker):
    """Makes associations. What a test gives no association belongs to `home`."""

    _home: Association | None = None

    async def home(self) -> Association:
        """The association that everything is of when a test names none."""
        if self._home is None:
            self._home = await self.association()
        return self._home

    async def umbrella(self, **columns: Any) -> Association:
        """A body of the confederation that associations are affiliated with."""
        return await self.association(AssociationKind.UMBRELLA, None, **columns)

    async def association(
        self,
        kind: AssociationKind = AssociationKind.ASSOCIATION,
        sector: Sector | None = Sector.PUBLIC,
        slug: str | None = None,
        under: Association | None = None,
        visible_from_above: bool = False,
        **columns: Any,
    ) -> Association:
        """An association, affiliated with `under` where that is given."""
        count = number()
        association = await self.add(
            Association,
            columns,
            slug=slug or f"association-{count}",
            name=texts(f"Association n° {count}", f"Association No. {count}"),
            kind=kind,
            sector=sector,
        )
        if under is not None:
            await self.affiliation(association, under, visible_from_above=visible_from_above)
        return association

    async def affiliation(self, association: Association, umbrella: Association, **columns: Any) -> Affiliation:
        """An active affiliation since long ago."""
        return await self.add(
            Affiliation,
            columns,
            association_id=association.id,
            umbrella_id=umbrella.id,
            state=AffiliationState.ACTIVE,
            starts_on=LONG_AGO,
        )
