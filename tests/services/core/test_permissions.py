"""Permissions: each is declared once, given by a role and asked for by something; none opens by omission."""

import ast
import copy

import pytest

import models
from models import MANAGE_EVENTS, Role
from models.base.permissions import Permission, permissions
from models.base.policies import policies
from services.core.permissions import ROLES, SCOPES, held_by
from services.core.settings import CHECKOUT
from tests.test_architecture import parsed, sources

CONSTANTS = {name: value for name, value in vars(models).items() if isinstance(value, Permission)}
ROLES_SAY = "services/core/permissions.py"


def granted() -> set[Permission]:
    return set().union(*(duties.permissions for duties in ROLES.values()))


def asked_for(*trees: ast.AST) -> set[Permission]:
    """What policies ask for, and what the code does besides importing it."""
    names = {
        node.id if isinstance(node, ast.Name) else node.attr
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute)
    }
    return {*policies.permissions, *(CONSTANTS[name] for name in names & CONSTANTS.keys())}


def named_by_text(tree: ast.AST) -> set[str]:
    """Texts that name a permission: a slip of the keys in one is found by nobody."""
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and text in permissions}


def test_every_permission_is_given_by_a_role_and_asked_for() -> None:
    trees = [parsed(path) for path in sources("services", "schema") if str(path) != ROLES_SAY]
    declared = set(permissions.values())
    assert ROLES.keys() == set(Role)
    assert granted() == declared
    assert asked_for(*trees) == declared


def test_permissions_are_named_by_what_declares_them() -> None:
    assert set(CONSTANTS.values()) == set(permissions.values())
    found = {str(path): named_by_text(parsed(path)) for path in sources("app.py", "services", "schema")}
    assert {path: names for path, names in found.items() if names} == {}
    assert named_by_text(ast.parse("actor.may('events.manage', id)")) == {"events.manage"}


def test_one_that_no_role_gives_or_nothing_asks_for_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("models.base.permissions.permissions", dict(permissions))
        new = Permission("bulletins.write", about_persons=False, scope=False)
        assert new not in granted()
        assert new not in asked_for(ast.parse("from models import WRITE_BULLETINS"))
        patch.setitem(CONSTANTS, "WRITE_BULLETINS", new)
        assert new not in asked_for(ast.parse("from models import WRITE_BULLETINS"))
        assert new in asked_for(ast.parse("actor.require(WRITE_BULLETINS, id)"))
    assert "bulletins.write" not in permissions


def test_a_permission_has_every_part_and_one_name() -> None:
    declare: type = Permission
    for parts in ({}, {"about_persons": True}, {"scope": False}):
        with pytest.raises(TypeError):
            declare("loose.manage", **parts)
    for name in ("events.manage", "events", "Events.manage", "events.manage.all"):
        with pytest.raises(ValueError, match=name):
            declare(name, about_persons=False, scope=False)
    assert "loose.manage" not in permissions
    assert copy.deepcopy(MANAGE_EVENTS) is MANAGE_EVENTS


def test_where_persons_are_not_visible_from_above_a_role_gives_nothing_about_them() -> None:
    assert held_by(Role.REGISTRAR, visible=False) == {"events.manage", "segments.manage"}
    assert held_by(Role.REGISTRAR) == ROLES[Role.REGISTRAR].permissions
    assert all(not permission.about_persons for role in Role for permission in held_by(role, visible=False))


def test_what_a_machine_may_hold_is_neither_trust_nor_confidential() -> None:
    assert {
        "events.manage",
        "registrations.read",
        "registrations.manage",
        "persons.read",
        "memberships.read",
        "segments.manage",
        "fees.manage",
    } == SCOPES
    assert CHECKOUT.joinpath(ROLES_SAY).exists()
