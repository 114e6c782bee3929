"""The annotate page through a real reverse proxy: the WebSocket passes, and what is saved is the proxy's user's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from annotate_app import AT, CHROMIUM_FLAGS, THREE, WEEK, build_store
from annotate_desk import KEYS, LABELS, ROOT, all_saved, at_item, press
from nginx_proxy import NGINX, nginx
from raw_client import served

from review.people.people import Person, add_person
from storage.records_review import Annotation
from storage.records_weeks import Assignment
from storage.store import Store

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(NGINX is None, reason="nginx is not on this machine (apt-get install nginx-light)"),
]
HOST = "review.example.org"
ANA = "ana@example.org"
SECRET = "0123456789abcdef0123"


class House(NamedTuple):
    """The store, Ana as the store knows her, and the proxy's port."""

    store: Store
    ana: Person
    port: int


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("proxied")
    (folder / "spotcheck.toml").write_text(f'[access]\nmode = "proxy"\nallowed_hosts = ["{HOST}"]\n')
    store = build_store(folder / "spotcheck.db", items=4, raters=("bob",), rubric=THREE)
    ana = add_person(store, ANA, role="annotator", by="lea", issuer="proxy", subject=ANA)
    for old in store.find(Assignment, rater_id="bob"):
        new = f"ana-{old.item_id}"
        store.add(
            Assignment(
                id=new,
                item_id=old.item_id,
                rater_id=ana.id,
                week=WEEK,
                position=old.position,
                rubric_version=old.rubric_version,
                at=AT,
                by="lea",
            )
        )
    with (
        served(Path(store.path), {"SPOTCHECK_PROXY_SECRET": SECRET}) as app,
        nginx(folder / "nginx", app=app, host=HOST, secret=SECRET, people={ANA: "for-ana"}) as port,
    ):
        yield House(store, ana, port)


def test_a_reviewer_behind_a_proxy_submits_under_the_name_that_the_proxy_gives(engine: Any, house: House) -> None:
    flags = [*CHROMIUM_FLAGS, f"--host-resolver-rules=MAP {HOST} 127.0.0.1"]
    browser = engine.chromium.launch(executable_path=engine.path, args=flags)
    context = browser.new_context(
        http_credentials={"username": ANA, "password": "for-ana"},
        extra_http_headers={"X-Forwarded-User": "lea@example.org"},
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(f"http://{HOST}:{house.port}/annotate?week={WEEK}&rater=lea")
    page.wait_for_selector(f"{ROOT}[data-assignment='ana-item-0000']")
    for k in range(2):
        at_item(page, f"ana-item-{k:04d}")
        press(page, *KEYS)
    at_item(page, "ana-item-0002")
    all_saved(page)
    browser.close()
    assert [(n.rater_id, n.labels) for n in house.store.find(Annotation)] == [(house.ana.id, LABELS)] * 2
