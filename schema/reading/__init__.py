"""Shared parts of reads: Relay types, the root query, the request, and the recording of confidential reads."""
