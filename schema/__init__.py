"""The GraphQL schema: one module a domain, each saying what its fields are in SQL; `build` puts them together."""
