"""The read compiler: a GraphQL operation → a plan (cached) → one SQL statement that returns the answer as JSON text →
bytes.

`declare` declares fields in SQL. `bind` assigns these declarations to the fields of the finished schema. `plan`
resolves an operation (fragments, directives, arguments, limits). `sql` writes the statement. `run` executes it and
splices the answer into the response. `complete` gives the same values to graphql-core for operations that can't be
spliced.
"""
