"""The key of the audit chain: made once for each store, kept outside of it, and looked up by the store's id.

The store holds another key, for hashes of identities. A person who can write the store must not be able to read the key
of the chain, or the chain proves nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path

import click

VARIABLE = "SPOTCHECK_AUDIT_KEY"
"""The environment variable that gives the key where it is not kept in the configuration folder."""
_FOUND: dict[tuple[str | None, ...], bytes] = {}
"""Keys that were found before, by short name and environment: every write asks for one."""
LEAST = 32
"""Characters that a key has at least."""


class ProofError(Exception):
    """The chain of this store cannot be extended. The message says why and what to do."""


def key_file(store_id: str) -> Path:
    """Return where this user keeps the key of a store. Raises ProofError for an id that no store has."""
    if not re.fullmatch(r"[0-9A-Za-z_-]{1,64}", store_id):
        raise ProofError(f"the id of the store is {store_id[:80]!r}, expected letters and digits. Restore a backup.")
    return Path(click.get_app_dir("spotcheck")) / "audit-keys" / f"{store_id}.key"


def key_id(key: bytes) -> str:
    """Return a short name of a key, which reveals nothing about it."""
    return hashlib.sha256(b"spotcheck audit key\0" + key).hexdigest()[:16]


def given_key() -> bytes | None:
    """Return the key in the environment, or None. Raises ProofError when it is too short."""
    text = os.environ.get(VARIABLE, "").strip()
    if text and len(text) < LEAST:
        raise ProofError(f"{VARIABLE}: found {len(text)} characters, expected at least {LEAST}.")
    return text.encode() if text else None


def kept_key(store_id: str) -> bytes | None:
    """Return the key that this user keeps for a store, or None. Raises ProofError when the file cannot be read."""
    file = key_file(store_id)
    try:
        return file.read_bytes().strip() or None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ProofError(f"the audit key {file} cannot be read ({error.strerror}). Change its permissions.") from None


def find_key(store_id: str, wanted: str) -> bytes | None:
    """Return the key with this short name: from the environment, else from the user's folder, else None."""
    keys = (given_key(), kept_key(store_id))
    found = next((key for key in keys if key and key_id(key) == wanted), None)
    if found is not None:
        _FOUND[_place(wanted)] = found
    return found


def found_key(wanted: str) -> bytes | None:
    """Return the key with this short name if this process found it before in the same environment."""
    return _FOUND.get(_place(wanted))


def _place(wanted: str) -> tuple[str | None, ...]:
    return (wanted, *map(os.environ.get, (VARIABLE, "XDG_CONFIG_HOME", "HOME")))


def new_key(store_id: str) -> bytes:
    """Return a key for a chain that has none yet: the one in the environment, else a random one, not kept yet.

    Raises ProofError when the user's folder already has a key for this store: then the chain had one.
    """
    given = given_key()
    if given:
        return given
    file = key_file(store_id)
    if file.exists():
        raise ProofError(
            f"this machine has the audit key {file} for this store, but no entry of the store is signed with it. "
            "Either the records were replaced, or this is a copy from before the key was made. "
            f"To go on with this copy, give it a key of its own in {VARIABLE}, or move that file away."
        )
    return secrets.token_hex(32).encode()


def keep_key(store_id: str, key: bytes) -> None:
    """Write a new key into the user's folder, readable by the user alone, unless the environment gives it.

    Raises ProofError when the folder cannot be written.
    """
    if given_key() == key:
        return
    file = key_file(store_id)
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            target.write(key)
            target.flush()
            os.fsync(target.fileno())
    except OSError as error:
        raise ProofError(
            f"the audit key cannot be written to {file} ({error.strerror}). "
            f"Give a key of at least {LEAST} characters in {VARIABLE}."
        ) from None


def forget_key(store_id: str, key: bytes) -> None:
    """Remove a kept key whose first signed entry could not be written."""
    if kept_key(store_id) == key:
        key_file(store_id).unlink()
