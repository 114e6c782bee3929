"""A lead triages forty planted failures by keyboard alone: type the cause, press Enter, and the next group is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from annotate_app import serving
from failed_log import MESSAGES, WEEK, bring, row
from golden_store import new_store
from kept_contexts import page_of
from page_at_rest import at_rest

from review.closing.closing import checklist
from review.failures.modes import mode_list
from review.failures.triage import triage_groups
from review.settings.project import project_of
from storage.records_failures import FailureTriage
from storage.records_weeks import Week
from storage.store import Store

pytestmark = pytest.mark.browser

PLANTED = {("column_not_found", "v1"): 14, ("date_format", "v1"): 12, ("table_not_found", "v2"): 9,
           ("date_format", "v2"): 3, ("column_not_found", "v2"): 2}  # fmt: skip
"""Forty failures by kind and version: three groups for tasks, two for golden candidates."""
CAUSE = "Root cause"
TOPICS = ("orders", "returns", "vouchers", "suppliers", "visits", "parcels", "complaints", "invoices")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store, number, rows = new_store(tmp_path), 0, []
    for (kind, version), n in PLANTED.items():
        for _ in range(n):
            ask = f"Which {TOPICS[number % 8]} of shop {number} were late in {kind.split('_')[0]} report {number * 7}?"
            rows.append(row(f"f{number}", kind, prompt_version=version, question=ask))
            number += 1
    assert number == 40 and set(MESSAGES) == {kind for kind, _ in PLANTED}
    bring(store, rows)
    week = {"opened_at": "2026", "opened_by": "lea", "due": "2026-11-20", "seed": "s", "unit": "session"}
    store.add(Week(name=WEEK, **week, overlap=0, overlap_raters=0, raters=("ana",), rubric_version=1))
    return store


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement?.getAttribute('aria-label') ?? ''"))


def refused_keeps_what_was_typed(page: Any) -> None:
    """Send a decision that lacks its reason, and leave the form empty."""
    cause, propose = page.get_by_label(CAUSE), page.get_by_role("checkbox", name="Propose up to")
    page.locator("summary", has_text="Owner, date").press("Enter")
    propose.press("Space")
    cause.press_sequentially("typed once")
    version = page.get_by_label("Version that will fix it")
    version.press_sequentially("v9")
    sends = {
        "Version that will fix it": lambda: version.press("Enter"),
        CAUSE: lambda: cause.press("Enter"),
        "": lambda: page.get_by_role("button", name="Decide").click(),
    }
    for place, send in sends.items():
        before = cause.element_handle()
        send()
        page.wait_for_function("field => !field.isConnected", arg=before)  # what was refused is made anew
        page.get_by_test_id("stAlert").first.wait_for()
        at_rest(page)
        assert cause.input_value() == "typed once" and not propose.is_checked() and version.input_value() == "v9"
        assert focused(page) == (place or CAUSE)
    version.fill("")
    propose.press("Space")
    page.locator("summary", has_text="Owner, date").press("Enter")
    cause.fill("")


def sent_from_another_field(page: Any) -> None:
    """Send the decision from the field of the version; the expander stays open for the next group."""
    page.locator("summary", has_text="Owner, date").press("Enter")
    page.get_by_label("Version that will fix it").press_sequentially("v3")
    page.keyboard.press("Enter")


def groups_are_named_one_after_another(page: Any, address: str, store: Store) -> None:
    """Name two proposed groups by keyboard, the second like the first: it joins the mode."""
    page.goto(f"{address}/failures?rater=lea&week={WEEK}&view=modes")
    at_rest(page)
    page.locator("summary", has_text="Group failures").press("Enter")
    page.get_by_role("button", name="Group them").press("Enter")
    names = page.get_by_label("Name of the mode")
    names.first.focus()
    count = names.count()
    assert count >= 3
    for left in (count - 1, count - 2):
        page.keyboard.press("Control+a")
        page.keyboard.type("wrong names")
        page.keyboard.press("Enter")
        page.wait_for_function(
            "n => document.querySelectorAll('[aria-label=\"Name of the mode\"]').length === n", arg=left
        )
        at_rest(page)
        assert names.first.evaluate("field => field === document.activeElement"), "the next group waits for its name"
    assert [m.name for m in mode_list(store).current] == ["wrong names"]


def test_forty_failures_are_triaged_without_a_mouse(context: Any, store: Store) -> None:
    project, causes = project_of(store.path), []
    with serving(store) as server:
        page = page_of(context)
        page.goto(f"{server.url}/failures?rater=lea&week={WEEK}")
        at_rest(page)
        for _ in range(60):
            if focused(page) == CAUSE:
                break
            page.keyboard.press("Tab")
        assert focused(page) == CAUSE, "Tab leads to the first field"
        refused_keeps_what_was_typed(page)
        waiting = [g for g in triage_groups(store, project, WEEK) if g.state == "open"]
        for at, g in enumerate(waiting):
            page.locator("h4", has_text=g.title).wait_for()
            assert focused(page) == CAUSE, f"the cursor waits in the first field: {at}"
            causes.append(f"cause {at} of {g.title} in {g.found.version}")
            page.keyboard.type(causes[-1])
            if at == 0:
                sent_from_another_field(page)
            else:
                page.keyboard.press("Enter")
            page.get_by_text(f"{len(waiting) - at - 1} group" if at < len(waiting) - 1 else "Every failure").wait_for()
            at_rest(page)
        assert next(check for check in checklist(store, WEEK) if check.name == "triaged").done
        groups_are_named_one_after_another(page, server.url, store)
    done = store.find(FailureTriage, week=WEEK)
    assert [t.root_cause for t in done] == causes and sum(t.failures for t in done) == 40
    assert [t.decision for t in done] == ["task"] * 3 + ["golden"] * 2 and all(t.by == "lea" for t in done)
    assert [t.fix_version for t in done] == ["v3", "", "", "", ""]
    assert all(t.owner == "lea" and t.due for t in done[:3]) and all(t.candidates for t in done[3:])
