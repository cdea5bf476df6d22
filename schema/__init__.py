"""The GraphQL schema: one package per domain, whose types declare their fields in SQL; `build` assembles them."""
