"""GraphQL over HTTP, beyond what an answer says: methods, media types, credentials, and what is refused how."""
