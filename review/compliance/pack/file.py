"""A pack as one file: a ZIP with a manifest, its signature, and parts of one line each row.

The manifest names the SHA-256 of each part. A part also has a list of short digests, one for each of its lines, so that
a line that was changed is found by its number when the whole no longer holds.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from review.basics.errors import InputError
from review.compliance.pack.signing import ALGORITHM, digest

FORMAT = "spotcheck evidence pack, version 1"
MANIFEST, SIGNATURE = "manifest.json", "signature.json"
LINE = 8
"""Bytes of the digest of a line."""
MADE = (1980, 1, 1, 0, 0, 0)
"""The time of every part: the same content makes the same file."""
MOST = 4 * 1024**3
"""Bytes of an unpacked part: more is no pack of ours."""
DAMAGED = (
    *(OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError),  # of the file; NotImplementedError among them
    *(orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError),  # of what it says
)
"""What a damaged pack raises while it is read."""


def lines_of(rows: Iterable[Any]) -> bytes:
    """Return rows as JSON Lines."""
    return b"".join(orjson.dumps(row, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE) for row in rows)


def line_digests(data: bytes) -> bytes:
    """Return the short digests of the lines of a part, one after the other."""
    return b"".join(hashlib.sha256(line).digest()[:LINE] for line in data.split(b"\n")[:-1])


def write_pack(target: Path, manifest: bytes, signature: Mapping[str, str], parts: Mapping[str, bytes]) -> None:
    """Write the file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        signed = orjson.dumps({"algorithm": ALGORITHM, **signature})
        for name, data in {MANIFEST: manifest, SIGNATURE: signed, **parts}.items():
            pack.writestr(zipfile.ZipInfo(name, MADE), data, zipfile.ZIP_DEFLATED)


def with_line_digests(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return parts together with the digests of their lines, which stand in a part of their own."""
    return {**parts, **{f"{name}.lines": line_digests(data) for name, data in parts.items() if name.endswith(".jsonl")}}


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A pack that was read. Nothing of it is verified yet; ``manifest_bytes`` is what the signature is about."""

    manifest: Mapping[str, Any]
    manifest_bytes: bytes
    key: str
    signature: str
    parts: Mapping[str, bytes] = field(repr=False)

    def rows(self, name: str, fields: Sequence[str]) -> list[dict[str, Any]]:
        """Return the rows of a part that have texts in some fields; the others were never written like that."""
        rows = read_lines(self.parts.get(name, b""))
        return [row for row in rows if isinstance(row, dict) and all(isinstance(row.get(f), str) for f in fields)]


def read_lines(data: bytes) -> Iterator[Any]:
    """Yield the rows of a part; a line that is no JSON is None."""
    for line in data.split(b"\n")[:-1]:
        try:
            yield orjson.loads(line)
        except orjson.JSONDecodeError:
            yield None


def read_pack(file: Path) -> Pack:
    """Read a pack. Raises InputError for a file that is none, or that is damaged."""
    try:
        with zipfile.ZipFile(file) as pack:
            entries = pack.infolist()
            if sum(one.file_size for one in entries) > MOST or len({one.filename for one in entries}) != len(entries):
                raise InputError(f"{file}: this is no evidence pack: it is too large, or names a part twice.")
            parts = {one.filename: pack.read(one) for one in entries}
        manifest, signature = orjson.loads(parts[MANIFEST]), orjson.loads(parts[SIGNATURE])
        if manifest["format"] != FORMAT:
            raise InputError(f"{file}: found the format {manifest['format']!r}, expected {FORMAT!r}.")
        _refuse_shapeless(manifest)
        return Pack(
            manifest=manifest,
            manifest_bytes=parts[MANIFEST],
            key=str(signature["key"]),
            signature=str(signature["signature"]),
            parts={name: data for name, data in parts.items() if name not in (MANIFEST, SIGNATURE)},
        )
    except FileNotFoundError:
        raise InputError(f"{file}: there is no such file.") from None
    except InputError:
        raise
    except DAMAGED as error:
        raise InputError(f"{file}: this is no evidence pack, or it is damaged ({error}).") from None


def _refuse_shapeless(manifest: Mapping[str, Any]) -> None:
    """Raise TypeError or KeyError for a manifest that lacks what a verification reads of it."""
    if not all(isinstance(value, str) for value in dict(manifest["parts"]).values()):
        raise TypeError("the manifest names a part without a digest")
    for week in manifest["weeks"]:
        names = [week["week"], *dict(week["sample"])]
        numbers, counts = list[Any](), list[Any]()
        for draw in week["draws"]:
            names += [draw["seed"], draw["key_rule"], *(one["name"] for one in draw["strata"])]
            numbers += [one["probability"] for one in draw["strata"]]
            counts += [one[what] for one in draw["strata"] for what in ("population", "sampled")]
        names += [identity for ids in week["sample"].values() for identity in ids]
        whole = all(isinstance(n, int) and n >= 0 for n in counts)
        if not whole or not all(isinstance(name, str) for name in names) or not all(map(_is_number, numbers)):
            raise TypeError("the manifest has a week of another form")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def digests_of(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each part."""
    return {name: digest(data) for name, data in parts.items()}
