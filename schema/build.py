"""The schema, put together once a process: domains, bindings, resolvers."""

from dataclasses import dataclass
from functools import cache

import strawberry
from graphql import GraphQLError, GraphQLSchema
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from schema import mutations
from schema.compiler import bind, complete
from schema.compiler.bind import Catalog
from schema.compiler.run import Operations
from schema.direct import Direct
from schema.queries import Query
from schema.scalars import SCALARS
from schema.subscriptions import Subscription
from services.core.discovery import import_modules

import_modules("schema")  # each adds its types, its fields to others', and its mutations


class Schema(strawberry.Schema):
    """Strawberry's, without its own log of errors, which has messages in it: `schema.web.view` logs what is ours."""

    def process_errors(self, errors: list[GraphQLError], execution_context: object = None) -> None:
        """Nothing here."""


# Of documents that the endpoint lets through to Strawberry: the largest take up to 3 MB each.
_CACHES = [lambda: ParserCache(maxsize=100), lambda: ValidationCache(maxsize=100)]


@dataclass(frozen=True)
class Built:
    """What the endpoint needs: the schema in both views, the bindings, the plan cache, and mutations done directly."""

    strawberry: strawberry.Schema
    graphql: GraphQLSchema
    catalog: Catalog
    operations: Operations
    direct: Direct


@cache
def build() -> Built:
    """The schema. BadDeclaration where a declaration can't be kept."""
    bind.finish()
    made = Schema(
        query=Query,
        mutation=mutations.root(),
        subscription=Subscription,
        extensions=_CACHES,
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    graphql = made._schema  # noqa: SLF001 - what graphql-core executes has no public name there
    catalog = Catalog(graphql)
    complete.install(catalog)
    mutations.install(catalog)
    return Built(made, graphql, catalog, Operations(catalog), Direct(made, catalog))
