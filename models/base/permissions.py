"""Permissions: what a role allows, each declared beside the model that it gives access to."""

import re

_NAME = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+")


class Permission(str):
    """A permission: its name, `<what>.<verb>`, and how far it reaches. Every part must be given.

    `about_persons`: held from an umbrella, it reaches an association only if its affiliation is `visible_from_above`.
    `scope`: a secret site key may hold it. Not for permissions about roles or keys, nor about data confidential to a
    few.
    """

    about_persons: bool
    scope: bool

    def __new__(cls, name: str, *, about_persons: bool, scope: bool) -> "Permission":
        """Declare a permission. ValueError: the name is malformed or already declared."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no permission: a name is <what>.<verb>.")
        if name in permissions:
            raise ValueError(f"The permission {name!r} is declared twice.")
        made = super().__new__(cls, name)
        made.about_persons = about_persons
        made.scope = scope
        permissions[name] = made
        return made

    def __deepcopy__(self, _memo: object) -> "Permission":
        return self

    @property
    def setting(self) -> str:
        """Name of the actor's setting that holds the permission's associations, without its prefix."""
        return self.replace(".", "_")


permissions: dict[str, Permission] = {}
"""Every declared permission, by name."""
