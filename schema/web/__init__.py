"""The edge: the GraphQL endpoint, who asks, and health."""
