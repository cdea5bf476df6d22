"""The web layer: the GraphQL endpoint, authentication, files, sign-in, health and metrics."""
