"""Roles: Ana's, and an umbrella's only administrator's."""

from typing import Any

from models import Person, Role, RoleGrant
from tests.access.world import FAR, World

AFTER = ("people.persons", "tenancy.federation")


async def rows(world: World) -> None:
    """A role that gives Ana nothing at home, and one that gives her something where there is nothing to see."""
    make, ana = world.make, world.person("own")
    world.add("RoleGrant Ana's", await make.grant(ana, Role.COUNSELLOR, world.home, ends_on=FAR))
    world.add("RoleGrant umbrella's", (await make.all(RoleGrant, association_id=world.beside.id))[0])
    await make.grant(ana, Role.EDITOR, await make.association())
    await make.grant(world.row(Person, "chief"), Role.COUNSELLOR, world.home)
    ana.access_version += 1
    await make.save(ana)
    world.reached("RoleDescription", "", "roles")
    world.reached("HeldPermission", "Ana's", f'node(id: "{world.ids["Person Ana"]}") {{ ... on Person', "permissions")
    world.named("Person member", world.person("member"))
    world.named("Person administrator", world.person("staff"))


def roots(world: World) -> dict[str, dict[str, str]]:
    """The table of roles."""
    return {"roles": {"": "roles { role permissions }"}}


def inputs(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    """Granting and ending."""
    ids = world.ids

    def grant(person: str, role: Role) -> dict[str, Any]:
        return {"associationId": ids["Association home"], "personId": ids[f"Person {person}"], "role": role.value}

    return {
        "grantRole": {
            "editor": grant("member", Role.EDITOR),
            "administrator": grant("member", Role.ADMINISTRATOR),
            "to the administrator": grant("administrator", Role.FACILITATOR),
        },
        "endRole": {
            "Ana's": {"roleGrantId": ids["RoleGrant Ana's"]},
            "umbrella's": {"roleGrantId": ids["RoleGrant umbrella's"]},
        },
    }
