"""Assembly of the schema, once per process: domains, bindings and resolvers."""

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
        # importing adds the domain's types, mutations, and fields of other domains' types
        import_all(f"schema.{_domain}")


_ROOTS = """\
schema {
  query: Query
  mutation: Mutation
  subscription: Subscription
}
"""


class Schema(strawberry.Schema):
    """Strawberry's schema with a description, and without its error log, which would contain values."""

    def as_str(self) -> str:
        """Return the SDL with the description of the schema, which Strawberry does not print."""
        return f'"""\n{INTRODUCTION}"""\n{_ROOTS}\n{super().as_str()}'

    def process_errors(self, errors: list[GraphQLError], execution_context: object = None) -> None:
        """Log nothing: `schema.web.graphql.view` logs errors without their values."""


# Caches for documents that the endpoint passes on to Strawberry: the largest take up to 3 MB each.
_CACHES = [lambda: ParserCache(maxsize=100), lambda: ValidationCache(maxsize=100)]


@dataclass(frozen=True)
class Built:
    """What the endpoint needs: the schema in both forms, the bindings, the plan cache, and the engine of mutations."""

    strawberry: strawberry.Schema
    graphql: GraphQLSchema
    catalog: Catalog
    operations: Operations
    mutations: Engine


@cache
def build() -> Built:
    """Build the schema. Raise BadDeclaration for an invalid declaration."""
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
