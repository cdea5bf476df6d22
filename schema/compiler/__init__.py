"""The read compiler: a GraphQL operation → a plan (cached) → one SQL statement that answers as JSON text → bytes.

`declare` says what a field is in SQL; `bind` finds that for each field of the finished schema; `plan` resolves an
operation against it (fragments, directives, arguments, limits); `sql` writes the statement; `run` sends it and splices
the answer; `complete` gives the same answers to graphql-core, for whatever can't be spliced.
"""
