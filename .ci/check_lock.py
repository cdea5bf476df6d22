"""Check, offline, that the lock files satisfy pyproject.toml: every requirement pinned and hashed, no address named."""

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


def read_lock(name: str, problems: list[str]) -> dict[str, str]:
    """The pinned version by package; what is wrong with the file itself goes to `problems`."""
    text = (ROOT / name).read_text(encoding="utf-8")
    if re.search(r"\w://|^\s*-(?!-hash)|^\S+ @ ", text, re.MULTILINE):
        problems.append(f"{name} names an address or an option")
    pins: dict[str, str] = {}
    for package, version, rest in PIN.findall(text):
        pins[canonicalize_name(package)] = version
        if "--hash=sha256:" not in rest:
            problems.append(f"{name}: {package} has no hash")
    return pins


def unmet(requirements: list[str], name: str, pins: dict[str, str]) -> list[str]:
    wanted = [Requirement(text) for text in requirements]
    found = [(one, pins.get(canonicalize_name(one.name))) for one in wanted]
    return [f"{name} has {pin or 'no pin'} for {one}" for one, pin in found if not pin or pin not in one.specifier]


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    problems: list[str] = []
    runtime = read_lock("requirements.lock", problems)
    test = read_lock("requirements-test.lock", problems)
    problems += unmet(project["dependencies"], "requirements.lock", runtime)
    problems += unmet(project["optional-dependencies"]["test"], "requirements-test.lock", test)
    problems += [
        f"requirements-test.lock has {test.get(package, 'no pin')} where requirements.lock has {package}=={version}"
        for package, version in runtime.items()
        if test.get(package) != version
    ]
    print("\n".join(problems) or f"The locks satisfy pyproject.toml: {len(runtime)} packages, {len(test)} with tests.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
