"""Input that nobody means well: always refused with a code, never a failure of the server."""
