"""The schema, put together once a process: domains, bindings, resolvers."""

from dataclasses import dataclass
from functools import cache

import strawberry
from graphql import GraphQLError, GraphQLSchema
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from schema.base.introduction import INTRODUCTION
from schema.base.scalars import SCALARS
from schema.compiler import bind, complete
from schema.compiler.bind import Catalog
from schema.compiler.run import Operations
from schema.mutations import declare
from schema.mutations.execute import Engine
from schema.reading.queries import Query
from schema.reading.relay import describe_pages
from schema.reading.subscriptions import Subscription
from services.core.discovery import import_all, packages

_SHARED = {"base", "cli", "compiler", "mutations", "reading", "web"}
for _domain in packages("schema"):
    if _domain not in _SHARED:
        import_all(f"schema.{_domain}")  # adds its types, its fields of others' types, and its mutations


_ROOTS = """\
schema {
  query: Query
  mutation: Mutation
  subscription: Subscription
}
"""


class Schema(strawberry.Schema):
    """Strawberry's schema with a description, and without a log of errors, which holds values."""

    def as_str(self) -> str:
        """The SDL. Strawberry does not print the description of a schema."""
        return f'"""\n{INTRODUCTION}"""\n{_ROOTS}\n{super().as_str()}'

    def process_errors(self, errors: list[GraphQLError], execution_context: object = None) -> None:
        """Log nothing: `schema.web.graphql.view` logs errors without their values."""


# Of documents that the endpoint lets through to Strawberry: the largest take up to 3 MB each.
_CACHES = [lambda: ParserCache(maxsize=100), lambda: ValidationCache(maxsize=100)]


@dataclass(frozen=True)
class Built:
    """What the endpoint needs: the schema in both views, the bindings, the plan cache, and the engine of mutations."""

    strawberry: strawberry.Schema
    graphql: GraphQLSchema
    catalog: Catalog
    operations: Operations
    mutations: Engine


@cache
def build() -> Built:
    """The schema. BadDeclaration where a declaration can't be kept."""
    bind.finish()
    made = Schema(
        query=Query,
        mutation=declare.root(),
        subscription=Subscription,
        extensions=_CACHES,
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    graphql = made._schema  # noqa: SLF001 - what graphql-core executes has no public name there
    graphql.description = INTRODUCTION
    describe_pages(graphql)
    catalog = Catalog(graphql)
    complete.install(catalog)
    return Built(made, graphql, catalog, Operations(catalog), Engine(catalog))
