"""Three servers on one database behind the proxy of the compose file: one is killed, and the database goes away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from annotate_desk import KEYS, LABELS, ROOT, all_saved, at_item, checked, press
from collector_calls import PROTOBUF, spans
from nginx_proxy import NGINX
from page_at_rest import at_rest
from raw_client import Visit
from servers_house import TOKEN, WEEK, House, arrived, served_by, several_servers, submit
from websockets.exceptions import ConnectionClosed

from storage.records_review import Annotation

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(NGINX is None, reason="nginx is not on this machine (apt-get install nginx-light)"),
]
PATIENCE = 240
"""Seconds after which people are given up; a busy machine draws twenty pages in a minute."""
TEN = tuple(f"rater{k}" for k in range(10))


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("several")
    with several_servers(folder, raters=("ana", "ben", *TEN), items=12, collector=True) as running:
        yield running


def page_at(house: House, new_context: Callable[..., Any], rater: str) -> Any:
    """A page of a person who is logged in, at the first item."""
    context = new_context(fresh=True, ignore_https_errors=True)
    name, _, value = house.cookie(rater).partition("=")
    context.add_cookies([{"name": name, "value": value, "url": house.url, "httpOnly": True, "secure": True}])
    page = context.new_page()
    page.goto(f"{house.url}/annotate?week={WEEK}")
    at_item(page, f"{rater}-0000")
    return page


def server_of(page: Any) -> str:
    (name,) = [c["value"] for c in page.context.cookies() if c["name"] == "spotcheck_server"]
    return str(name)


def rows(house: House, rater: str) -> dict[str, Any]:
    """Assignment -> labels; fails on two annotations of one assignment."""
    found = house.store.find(Annotation, rater_id=rater)
    assert len({a.assignment_id for a in found}) == len(found)
    return {a.assignment_id: a.labels for a in found}


def test_a_reviewer_goes_on_at_another_server(house: House, new_context: Callable[..., Any]) -> None:
    page = page_at(house, new_context, "ana")
    press(page, *KEYS)
    at_item(page, "ana-0001")
    all_saved(page)
    press(page, "2", "c")
    page.keyboard.type("half a thought")
    first = server_of(page)
    house.kill(first)
    page.keyboard.type(", and the rest")
    page.wait_for_selector("[data-testid=stApp][data-test-connection-state=CONNECTED]")
    press(page, "Escape", "4", "3", "Enter")
    at_item(page, "ana-0002")
    all_saved(page)
    assert server_of(page) != first
    said = {a.assignment_id: a.comment for a in house.store.find(Annotation, rater_id="ana")}
    assert said == {"ana-0000": "", "ana-0001": "half a thought, and the rest"}
    assert rows(house, "ana")["ana-0001"] == {**LABELS, "correctness": "partly"}
    # Once the first is back, all of this browser stays with the other one, where its session is.
    house.start(first)
    house.ready(first)
    page.reload()
    at_item(page, "ana-0002")
    assert server_of(page) != first


def test_ten_people_submit_while_a_server_is_killed(house: House) -> None:
    """Each sends an entry again until it is acknowledged, as the browser's outbox does."""
    acknowledged: dict[str, list[str]] = {rater: [] for rater in TEN}
    begun, dead = threading.Barrier(len(TEN) + 1), threading.Event()

    def work(rater: str) -> None:
        server, place = "", 0
        while place < 6:
            try:
                with house.visit(rater, server) as one:
                    server = served_by(one, server)
                    for _ in range(2):  # the first visitor of a fresh server is led to the first page
                        one.run("annotate", query=f"week={WEEK}")
                    while place < 6:
                        if place == 3 and not dead.is_set():
                            begun.wait(timeout=PATIENCE)
                            dead.wait(timeout=PATIENCE)
                        acknowledged[rater].append(submit(one, rater, f"{rater}-{place:04d}", place))
                        place += 1
            except (ConnectionClosed, ConnectionError, EOFError):
                continue

    threads = [threading.Thread(target=work, args=(rater,)) for rater in TEN]
    for thread in threads:
        thread.start()
    begun.wait(timeout=PATIENCE)
    house.kill("two")
    dead.set()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    for rater in TEN:
        found = house.store.find(Annotation, rater_id=rater)
        assert [a.submission_id for a in found] == acknowledged[rater]
        assert [a.assignment_id for a in found] == [f"{rater}-{k:04d}" for k in range(6)]
    house.start("two")
    house.ready("two")


def test_browsers_keep_and_deliver_while_the_database_is_away(house: House, new_context: Callable[..., Any]) -> None:
    page = page_at(house, new_context, "ben")
    other = page.context.new_page()
    other.goto(f"{house.url}/week")
    at_rest(other)
    house.database.stop()
    for k in range(3):
        at_item(page, f"ben-{k:04d}")
        press(page, *KEYS)
    at_item(page, "ben-0003")
    press(page, "2")
    page.wait_for_selector("text=The database does not answer now")
    page.wait_for_selector(f"{ROOT}[data-unsaved='3']")
    # The server itself is well: nobody should restart it. Strangers do not learn where the database is.
    at = server_of(page)
    health = requests.get(f"http://127.0.0.1:{house.ports[at]}/_stcore/health", timeout=5)
    assert health.status_code == 200
    stranger = requests.get(house.url, cookies={"spotcheck_server": at}, verify=str(house.trusted), timeout=30)
    assert stranger.status_code in (403, 503) and "postgresql" not in stranger.text
    other.reload()
    other.wait_for_selector("text=The database does not answer now")
    house.database.start()
    all_saved(page)
    assert rows(house, "ben") == {f"ben-{k:04d}": LABELS for k in range(3)}
    assert checked(page, "correctness") == ["partly"]
    other.wait_for_selector("h1")
    at_rest(other)


def test_a_session_and_its_requests_go_to_one_server(house: House) -> None:
    with house.visit("ana", "three") as one:
        assert served_by(one, "three") == "three"
    with house.visit("ana", "nobody") as one:  # a cookie that names no server counts as none
        assert isinstance(one, Visit) and served_by(one, "nobody") in house.ports


def test_spans_reach_the_collector_through_the_proxy_with_the_token_alone(house: House) -> None:
    body = spans({"trace": 7, "span": 1, "input__value": "Where is it?", "output__value": "On its way."})

    def sent(token: str) -> int:
        headers = {"content-type": PROTOBUF, "authorization": f"Bearer {token}"}
        trusted = str(house.trusted)
        return requests.post(f"{house.url}/v1/traces", body, headers=headers, verify=trusted, timeout=30).status_code

    assert (sent("another"), sent(TOKEN)) == (401, 200)
    assert f"{7:032x}" in arrived(house)
