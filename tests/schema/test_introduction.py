"""The schema's own description explains the words that the other descriptions use."""

import re

from graphql import build_schema

from schema.base.introduction import INTRODUCTION
from schema.build import build
from tests.schema.test_sdl import TIERS, members


def test_every_tier_of_confidentiality_is_explained() -> None:
    used = {tier for _, member in members(build().graphql) for tier in TIERS.findall(member.description or "")}
    explained = set(re.findall(r"^- ([A-Z]+): ", INTRODUCTION, re.MULTILINE))
    assert used <= explained == {"PUBLIC", "MEMBERS", "STAFF", "PARTICIPANTS", "SEALED"}


def test_the_description_is_in_the_sdl_and_in_introspection() -> None:
    assert build().graphql.description == INTRODUCTION
    assert build_schema(build().strawberry.as_str()).description == INTRODUCTION.strip()


def test_generated_descriptions_are_grammatical() -> None:
    texts = {name: type_.description for name, type_ in build().graphql.type_map.items()}
    assert texts["JournalEntryConnection"] == "A page of journal entries."
    assert texts["JournalEntryEdge"] == "A `JournalEntry` with its cursor."
    assert texts["JournalEntryWhere"] == "Conditions on journal entries. All that are given must hold."
    assert texts["AdvocacyFileStateFilter"] == "Conditions on an `AdvocacyFileState`. All that are given must hold."
