"""Unmasked originals: kept apart, encrypted, or not at all. The caller decides who may look, and logs it.

Only conversations in which something was masked have an original; it holds their content alone. Only the owner can
read the folders and files (0700, 0600).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from cryptography.fernet import Fernet, InvalidToken

from review.basics.errors import InputError
from review.basics.log_paths import LogPaths, literal_path
from storage.records_log import Conversation

KEY_VARIABLE = "SPOTCHECK_ORIGINALS_KEY"
MODES = ("apart", "encrypted", "none")
_MAKE_ONE = (
    "Make one with `python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'`, "
    "keep it safe, and set it in the environment of every process that imports or reveals."
)

Seal = Callable[[bytes], str]
Change = Callable[[bytes], bytes]


def seal_of(mode: str, *, environment: Mapping[str, str] | None = None) -> Seal | None:
    """Return how a setting writes originals: as text, encrypted (Fernet: AES-128-CBC and HMAC-SHA256), or None.

    Raises InputError for an unknown setting, and for a missing or unusable key.
    """
    if mode not in MODES:
        raise InputError(f"privacy.originals: found '{mode}', expected one of {', '.join(MODES)}.")
    if mode == "none":
        return None
    if mode == "apart":
        return _as_text
    fernet = _fernet(environment)
    return lambda content: fernet.encrypt(content).decode("ascii")


def _as_text(content: bytes) -> str:
    return content.decode("utf-8")


def _fernet(environment: Mapping[str, str] | None) -> Fernet:
    key = (os.environ if environment is None else environment).get(KEY_VARIABLE, "").strip()
    if not key:
        raise InputError(f"{KEY_VARIABLE} is not set, and it encrypts the originals. {_MAKE_ONE}")
    try:
        return Fernet(key)
    except ValueError:
        raise InputError(
            f"{KEY_VARIABLE}: found no Fernet key, expected 44 characters of base64. {_MAKE_ONE}"
        ) from None


def sealing(
    *, environment: Mapping[str, str] | None = None
) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    """Return how bytes are encrypted and decrypted with the key of the originals.

    Raises InputError for a missing or unusable key; decrypting raises it for bytes of another key.
    """
    fernet = _fernet(environment)

    def unseal(content: bytes) -> bytes:
        try:
            return fernet.decrypt(content)
        except InvalidToken:
            raise InputError(f"{KEY_VARIABLE}: what was kept was encrypted with another key. Set that key.") from None

    return fernet.encrypt, unseal


def content_before(conversation: Conversation, fields: Sequence[str]) -> bytes:
    """Return the ``fields`` of an unmasked conversation as canonical JSON."""
    content = {name: getattr(conversation, name) for name in fields}
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)


def write_originals(path: Path, rows: Sequence[tuple[str, str]], *, encrypted: bool) -> None:
    """Write (conversation id, sealed content) rows to one Parquet file that only its owner can read."""
    import pyarrow as pa  # processes that mask only seal, and start sooner without
    import pyarrow.parquet as pq

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    table = pa.table(
        {"id": [i for i, _ in rows], "encrypted": [encrypted] * len(rows), "content": [c for _, c in rows]},
        schema=pa.schema([("id", pa.string()), ("encrypted", pa.bool_()), ("content", pa.string())]),
    )
    path.touch(mode=0o600)
    path.chmod(0o600)
    pq.write_table(table, path, compression="zstd")


def reveal_original(
    log: LogPaths, conversation_id: str, *, environment: Mapping[str, str] | None = None
) -> dict[str, Any] | None:
    """Return the unmasked fields of a conversation; None when nothing was masked or no original is kept.

    Raises InputError when the original is encrypted and the key is missing or wrong.
    """
    # DuckDB takes a tenth of a second to load, and most who read this module ask for no original.
    from review.basics.in_memory import in_memory

    files = sorted(p for p in log.originals.glob("*/*.parquet") if not p.parent.name.startswith("."))
    if not files:
        return None
    with in_memory() as db:
        sql = "SELECT encrypted, content FROM read_parquet(?) WHERE id = ? LIMIT 1"
        row = db.execute(sql, [[literal_path(p) for p in files], conversation_id]).fetchone()
    if row is None:
        return None
    encrypted, content = row
    return unsealed(content, encrypted=encrypted, of=f"the original of '{conversation_id}'", environment=environment)


def unsealed(
    content: str, *, encrypted: bool, of: str = "an original", environment: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the unmasked fields of an original as it is kept.

    Raises InputError when it is encrypted and the key is missing or wrong.
    """
    plain: str | bytes = content
    if encrypted:
        try:
            plain = _fernet(environment).decrypt(content.encode("ascii"))
        except InvalidToken:
            raise InputError(
                f"{KEY_VARIABLE}: {of} was encrypted with another key. "
                "Set the key that was in use when it was imported."
            ) from None
    revealed: dict[str, Any] = orjson.loads(plain)
    return revealed
