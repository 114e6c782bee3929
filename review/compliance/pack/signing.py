"""Sign a pack so that somebody without the store's secret key can verify it: Ed25519, from the audit key.

The signing key is derived from the audit key of the store, so there is no second secret to keep. The audit key itself
signs with HMAC, which only its holders can verify; the public key of this pair can be handed to anybody.
"""

from __future__ import annotations

import hashlib
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from review.basics.errors import Refused
from storage.store import Store

PURPOSE = b"spotcheck evidence pack, ed25519\0"
ALGORITHM = "Ed25519"


def _private(store: Store) -> Ed25519PrivateKey:
    """Return the key that signs packs of this store. Raises Refused when the audit key is not here."""
    key = store.signing_key()
    if key is None:
        raise Refused(
            "The audit key of this store is not here, and a pack is signed with it. Start as the user who keeps it."
        )
    return Ed25519PrivateKey.from_private_bytes(hmac.digest(key, PURPOSE, "sha256"))


def sign(store: Store, message: bytes) -> tuple[str, str]:
    """Return the public key and the signature of a message, both as hexadecimal text."""
    key = _private(store)
    return key.public_key().public_bytes_raw().hex(), key.sign(message).hex()


def public_key(store: Store) -> str:
    """Return the public key that verifies the packs of this store."""
    return _private(store).public_key().public_bytes_raw().hex()


def signature_holds(message: bytes, *, key: str, signature: str) -> bool:
    """Return whether the holder of this public key signed the message."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()
