"""When retention removed a conversation, and by which rule: for people who look for one that is not there any more."""

from __future__ import annotations

from review.audit.store_secrets import hmac_key
from review.basics.log_paths import log_of
from review.log.expired import expired_with
from review.settings.retention import CLASSES
from storage.records_retention import RetentionRun
from storage.store import Store


def removed_words(store: Store, conversation: str) -> str:
    """Return when and by which rule a conversation was removed and what stays of it, "" where retention did not."""
    log = log_of(store.path)
    run = expired_with(log.logs, hmac_key(store), conversation) if log.logs.is_dir() else None
    row = store.get(RetentionRun, run) if run else None
    if row is None:
        return ""
    days = ", ".join(f"{name} {row.settings[f'{name}_days']} days" for name in CLASSES)
    return (
        f"Retention removed it on {row.at[:10]}, with its steps and the step in which it began, by the rules of that "
        f"time ({days}). Its kind of error and its version are counted as before."
    )
