"""The names of judges and their versions: ``name@2``, with a free name and a number that was never used before."""

from __future__ import annotations

import re

from review.basics.errors import InputError
from review.basics.limits import MAX_NAME
from storage.queries.judge_names import gave_verdicts, versions_of_name
from storage.store import Store

_NUMBER = "[1-9][0-9]{0,8}"
_REFERENCE = re.compile(rf"(?P<name>.+)@(?P<version>{_NUMBER})", re.DOTALL)


def split_reference(ref: str) -> tuple[str, str | None]:
    """Split ``name@2`` into name and version; the version is None for a bare name, which means the latest version.

    An @ without a number after it belongs to the name.
    """
    found = _REFERENCE.fullmatch(ref)
    return (found["name"], found["version"]) if found else (ref, None)


def check_name(name: str) -> None:
    """Raise InputError for a name that looks like a version or cannot be read."""
    usable = 0 < len(name) <= MAX_NAME and name == name.strip() and name.isprintable()
    if not usable or split_reference(name)[1] is not None:
        raise InputError(
            f"judge: found the name {name[:MAX_NAME]!r}, expected 1 to {MAX_NAME} printable characters that do not end "
            "in @ and a number, which would name a version."
        )


def check_free(store: Store, name: str) -> None:
    """Raise InputError if verdicts from the log or a file already use this name: they would mix."""
    if gave_verdicts(store, name):
        raise InputError(
            f"judge: the name {name!r} belongs to verdicts from the log or a file. Choose another name, so that they "
            "do not mix with the verdicts of this judge."
        )


def next_version(store: Store, name: str) -> str:
    """Return the next version number: above all versions that were made here or have verdicts from a file.

    A file may name a version that was never made here. With the same number its verdicts would pass for those of the
    new version.
    """
    known = versions_of_name(store, name)
    return str(max((int(version) for version in known if re.fullmatch(_NUMBER, version)), default=0) + 1)
