"""Names of files and judges as the store keeps them: without e-mail addresses and phone numbers."""

from __future__ import annotations

from review.audit.store_secrets import hmac_key
from review.privacy.pseudonyms import may_hold_address, without_addresses
from review.settings.project import project_of
from review.sources.normalise import address_hash
from storage.store import Store


def plain_name(store: Store, text: str) -> str:
    """Return a name or an id with a keyed hash in place of addresses, as an import of conversations writes it.

    A project that keeps addresses in its ids (``ids = "keep"`` under ``[privacy]``) keeps them here too.
    """
    if not may_hold_address(text):
        return text
    if project_of(store.path).privacy.ids != "hash":
        return text
    key = hmac_key(store)
    return without_addresses(text, lambda address: address_hash(key, address))
