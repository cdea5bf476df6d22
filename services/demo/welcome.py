"""The first screen: what to open, and the demo persons."""

from rich.markdown import Markdown

HANDLES = {
    "ccc-cmc": ("admin", "registrar", "governor", "manager", "adviser"),
    "ses": ("admin", "coordinator", "holder", "newcomer", "counsellor"),
    "managers": ("admin", "facilitator", "member", "stranger", "director"),
}
"""The demo persons of each confederation, as their tokens name them."""


def welcome(host: str, port: int) -> Markdown:
    """What a new user needs to start."""
    base = f"http://{host}:{port}"
    rows = "\n".join(f"| {base}/{slug}/graphql | {', '.join(handles)} |" for slug, handles in HANDLES.items())
    return Markdown(f"""\
# Confed is running

Open one of these in a browser for GraphiQL, or post queries to it.

| address | demo persons |
| --- | --- |
{rows}

To act as a demo person, send `Authorization: Bearer demo:CONFEDERATION:PERSON`, say `Bearer demo:ccc-cmc:registrar`.
Nobody signs in so but on this private demo database. Ctrl-C stops the server and its PostgreSQL.
""")
