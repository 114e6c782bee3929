"""What a monitoring system is told, with the secret and without it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flow_store import add_people
from prometheus_client.parser import text_string_to_metric_families

from pages.parts.desk.outbox import deliver
from review.annotating.submissions import receive
from review.basics import measured
from review.basics.errors import InputError
from review.basics.exposition import LEAST, VARIABLE, Timed, exposition, may_read, secret_of
from review.serving.callers import Secrets
from review.serving.door import Rules
from review.serving.figures import figures
from review.serving.guard import Guard
from review.serving.last_night import Night, note_night
from review.serving.upload_room import UploadRoom
from review.settings.access import LOOPBACK_HOSTS, Access
from storage.leases import only_one
from storage.records_alerts import AlertEvent
from storage.store import Store

KEY = "a secret of the tests"
RULES = Rules(
    access=Access(), secrets=Secrets(), hosts=LOOPBACK_HOSTS, pages=(), role_of=lambda visitor: "", now=lambda: 0.0
)


def told(text: bytes) -> dict[str, float]:
    """The samples by name and labels."""
    families = text_string_to_metric_families(text.decode())
    return {
        " ".join((s.name, *(f"{k}={v}" for k, v in sorted(s.labels.items())))): s.value
        for family in families
        for s in family.samples
    }


def asked(path: str, *, secret: str = "", method: str = "GET", host: str = "10.0.0.3:8501") -> tuple[int, bytes]:
    """Ask a guarded server for a path."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a page"})

    headers = [(b"host", host.encode())] + ([(b"authorization", secret.encode())] if secret else [])
    room = UploadRoom(dict, file=1, person=1, total=1)
    guard = Guard(application, rules=lambda: RULES, room=room, figures=lambda: figures(None))
    scope = {"type": "http", "path": path, "method": method, "headers": headers}
    # In a thread of its own: a browser of another test may have left an event loop running in this one.
    with ThreadPoolExecutor(1) as other:
        other.submit(lambda: asyncio.run(guard(scope, asyncio.Queue[Any]().get, send))).result()
    return sent[0]["status"], b"".join(m.get("body", b"") for m in sent)


def test_only_the_secret_opens_the_figures_and_without_one_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert asked("/metrics", secret=f"Bearer {KEY}")[0] == 404
    monkeypatch.setenv(VARIABLE, KEY)
    for wrong in ("", KEY, f"Bearer {KEY}x", "Bearer", "Basic YTpi"):
        status, body = asked("/metrics", secret=wrong)
        assert status == 401 and b"spotcheck_" not in body, wrong
    status, body = asked("/metrics", secret=f"Bearer {KEY}")
    found = told(body)
    assert status == 200 and found["spotcheck_requests_total kind=figures status=401"] >= 5
    assert found["spotcheck_store_up"] == 0 and "spotcheck_alerts_open" not in found
    assert asked("/metrics", secret=f"Bearer {KEY}", method="POST")[0] == 404
    monkeypatch.setenv(VARIABLE, "short")
    assert asked("/metrics", secret="Bearer short")[0] == 503


def test_the_secret_is_long_and_sent_once() -> None:
    with pytest.raises(InputError, match=rf"{VARIABLE}: found 5 characters, expected at least {LEAST}"):
        secret_of({VARIABLE: "short"})
    twice = [(b"authorization", b"Bearer x"), (b"Authorization", b"Bearer x")]
    assert may_read(twice[:1], "x") and not may_read(twice, "x") and not may_read([(b"authorization", b"Bearer ")], "")


def test_the_figures_say_how_the_store_stands(store: Store) -> None:
    add_people(store)
    before = told(figures(store))
    assert before["spotcheck_store_up"] == 1 and before["spotcheck_alerts_open"] == 0
    assert "spotcheck_nightly_age_seconds" not in before, "no night has run yet"
    opened = {"name": "errors", "kind": "opened", "at": "2026-11-01T00:00:00+00:00", "by": "lea", "owner": ""}
    store.add(AlertEvent(id="1", alert="a1", reason="", detail={}, **opened))
    note_night(store.path, Night("2026-11-01T00:00:00.000+00:00", {}))
    deliver(receive, store, "ana", [{"submission_id": "s-00000001", "kind": "annotation", "assignment": "nobody's"}])
    deliver(receive, store, "nobody", [{}])
    with only_one(store.path, "a thing", store.path.with_name("a.lock")):
        after = told(figures(store))
    assert after["spotcheck_alerts_open"] == 1 and after["spotcheck_nightly_age_seconds"] > 0
    assert after["spotcheck_leases_held_here"] == before["spotcheck_leases_held_here"] + 1
    for outcome in ("refused", "not written"):
        name = f"spotcheck_submissions_total outcome={outcome}"
        assert after[name] == before.get(name, 0) + 1
    assert after["spotcheck_submit_seconds_count"] == before.get("spotcheck_submit_seconds_count", 0) + 2


def test_times_fall_into_groups_that_add_up() -> None:
    for seconds in (0.001, 0.005, 0.3, 99.0):
        measured.took("of a test", "x", seconds=seconds)
    found = told(exposition([Timed("of a test", "Times.", ("page",))]))
    groups = {k.split("le=")[1].split()[0]: v for k, v in found.items() if "_bucket" in k}
    assert groups["0.005"] == 2 and groups["0.25"] == 2 and groups["0.5"] == 3 and groups["+Inf"] == 4
