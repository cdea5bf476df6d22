"""Requests that nobody means well, and what each is answered. The table is `cases.py`.

The suite sends them to the application in its process; `python -m tests.web.graphql.corpus URL` to a running server,
and prints which took longest. Another answer than the table's ends that with 1; a time never does.
"""
