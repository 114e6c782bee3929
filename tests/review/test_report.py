"""The report of a week: its contents, that it is one safe page, and the command that writes it."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from quick_stores import damage

from review.annotating.anchoring import anchoring
from review.annotating.submissions import receive
from review.audit import chain
from review.basics.clock import now
from review.basics.errors import UnknownError
from review.basics.labels import Value
from review.basics.words import shortened
from review.closing.closing import checklist, close_week
from review.commands.cli import main
from review.current.assignments import owed_items, week_of_store
from review.current.settled import Settled, annotations_of, current_adjudications
from review.evidence.chosen_weeks import weeks_up_to
from review.evidence.production import production_quality
from review.golden.approve import approve
from review.golden.candidates import candidates
from review.golden.releases import release
from review.people.people import add_person
from review.privacy.hidden_spans import hide_span
from review.report.decided import golden_lines
from review.report.gather import week_report
from review.report.markdown import report_markdown
from review.report.page import report_html, report_inside
from review.report.plot import Plot, interval_plot, lower_end, upper_end
from review.report.reasons import _named
from review.report.since import since_last_report
from review.report.templates import TEMPLATES
from review.report.words import percent
from review.rubric.change import change_rubric
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.rubric import current_rubric, rubric_from, save_rubric
from review.settling.adjudication import adjudicate, cases
from review.statistics.quantity import Quantity
from review.week.requeue import requeue
from storage.records_golden import GoldenExample, Release
from storage.records_log import Conversation
from storage.records_people import AuditEntry, RubricVersion
from storage.records_review import Withdrawal
from storage.records_weeks import Assignment, Item, Week
from storage.store import Store

pytestmark = pytest.mark.usefixtures("few_replicates")

VOID = {"meta", "br"}
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


class Page(HTMLParser):
    """Reads a page and records its tags; fails on an end tag that does not match."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.ids += [v for k, v in attrs if k == "id" and v]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()


def parsed(text: str) -> Page:
    page = Page()
    page.feed(text)
    page.close()
    assert page.open == []
    return page


def weeks(store: Store) -> tuple[str, str]:
    closed, opened = sorted(w.name for w in store.find(Week))
    return closed, opened


@pytest.fixture
def run(demo: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*options: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["spotcheck", "report", "--store", str(demo.path), *options])
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def bare(store: Store) -> Store:
    """A week with one hand-picked item; all its texts and the reviewer's name are attacks."""
    add_person(store, "lea", role="lead", by="test")
    ana = add_person(store, "Ana & <b>Ben</b>", role="annotator", by="lea").id
    save_rubric(store, rubric_from(DEFAULT_RUBRIC), by="lea")
    store.add(
        Week(
            name="2026-W45",
            opened_at=now(),
            opened_by="lea",
            due="2026-11-13",
            seed="s",
            unit="session",
            overlap=0.0,
            overlap_raters=0,
            raters=(ana,),
            rubric_version=1,
        )
    )
    messages = ({"role": "user", "content": f"Q {EVIL}"}, {"role": "assistant", "content": f"A {EVIL}"})
    store.add(
        Conversation(id="c", source="production", source_id="c", created_at=None, week="2026-W45", messages=messages)
    )
    store.add(Item(id="c", conversation_id="c", week="2026-W45", at=now(), purposive=True))
    store.add(
        Assignment(
            id="deal-c-0000",
            item_id="c",
            rater_id=ana,
            week="2026-W45",
            position=1,
            rubric_version=1,
            at=now(),
            by="lea",
        )
    )
    labels = {"correctness": "wrong", "reasons": ["unsafe"], "intent": "other", "politeness": "rude"}
    sent = {"kind": "annotation", "submission_id": "sub-000001", "assignment": "deal-c-0000", "labels": labels}
    assert receive(store, ana, [{**sent, "comment": f"C {EVIL}"}]).rejected == ()
    return store


def test_the_figures_are_those_of_the_statistics(demo: Store) -> None:
    week = weeks(demo)[0]
    report = week_report(demo, week)
    for q in report.quality:
        d = next(d for d in rubric_from(DEFAULT_RUBRIC).dimensions if d.name == q.dimension)
        assert q.report == production_quality(demo, [week], d, positive=q.positive, judge=q.judge)
    assert report.window == weeks_up_to(demo, week) == (week,)
    assert report.anchoring == anchoring(demo, [week])
    assert [a.title for a in report.agreement] == ["Correctness", "Intent", "Politeness"]
    assert {"kind-judge", "no-rude", "learned (dev half)"} <= {j.name for j in report.judges}
    items = {i.id for i in demo.find(Item, week=week)}
    assert report.golden.approved == len({e.example_id for e in demo.find(GoldenExample) if e.item_id in items})
    assert report.settlement.settled == len(current_adjudications(demo, [week])) > 0
    assert sum(report.settlement.by_reason.values()) == report.settlement.settled


def test_the_head_of_the_audit_chain_is_on_the_page(demo: Store) -> None:
    report = week_report(demo, weeks(demo)[0])
    last = demo.find(AuditEntry, order_by="sequence")[-1]
    assert (report.head, report.head_hash, report.broken_at) == (last.sequence, last.hash, None)
    text = report_html(report)
    assert f"entry {last.sequence}, the chain holds" in text and last.hash in text


def test_the_reason_of_each_verdict_on_a_judge_is_text_of_the_page(demo: Store) -> None:
    report = week_report(demo, weeks(demo)[0])
    text = " ".join(unescape(re.sub(r"<[^>]*>", " ", report_html(report))).split())
    assert report.judges and all(j.verdict.reason in text for j in report.judges)


def test_the_page_lists_what_is_open_and_the_reason_of_an_early_closing(demo: Store) -> None:
    week = weeks(demo)[1]
    before = report_html(week_report(demo, week))
    assert "The week is open." in before and "still to review" in before and "to settle" in before
    close_week(demo, week, by="visitor", reason="holidays <3")
    after = report_html(week_report(demo, week))
    assert "by visitor with the reason: holidays &lt;3." in after


def test_later_work_does_not_change_the_checklist_of_a_closed_week(demo: Store, run: Any) -> None:
    week = weeks(demo)[1]
    live = {c.name: (c.open, c.total) for c in week_report(demo, week).checklist}
    assert all(open_ for open_, _ in live.values())
    close_week(demo, week, by="visitor", reason="holidays")
    for case in [c for c in cases(demo, week, viewer="") if c.kind == "disputed"]:
        adjudicate(demo, case.item.id, by="visitor", labels=case.annotations[0].labels, rationale="later")
    assert all(c.done for c in checklist(demo, week) if c.name == "settled"), "settled after the end"
    report = week_report(demo, week)
    assert {c.name: (c.open, c.total) for c in report.checklist} == live
    left, dealt = live["reviewed"]
    assert f"{left} reviews of {dealt} were not done" in report_html(report)
    assert f"{left} reviews of {dealt} were not done" in run("--week", week)[1]
    assert report.to_json()["checklist"][1]["open"] == live["settled"][0] > 0


def test_reasons_are_counted_by_item_where_the_question_applies(demo: Store) -> None:
    week = weeks(demo)[0]
    report = week_report(demo, week)
    assert 1 <= len(report.reasons) <= 5
    assert [r.items for r in report.reasons] == sorted((r.items for r in report.reasons), reverse=True)
    quoted = [r.quote.item for r in report.reasons if r.quote]
    assert len(quoted) == len(report.reasons) == len(set(quoted)), "each reason has an example of its own"


def test_a_rationale_from_before_a_requeue_is_not_quoted(bare: Store) -> None:
    (first,) = annotations_of(bare, ["2026-W45"])
    adjudicate(bare, first.item_id, by="lea", labels=first.labels, rationale="An OLD reason.")
    assert "An OLD reason." in report_html(week_report(bare, "2026-W45"))
    changed = {**DEFAULT_RUBRIC, "dimensions": [{**d, "guidance": "new"} for d in DEFAULT_RUBRIC["dimensions"]]}
    version = save_rubric(bare, rubric_from(changed), by="lea").version
    requeue(bare, "2026-W45", by="lea")
    (again,) = bare.find(Assignment, rubric_version=version)
    sent = {"kind": "annotation", "submission_id": "again-0001", "assignment": again.id}
    assert receive(bare, again.rater_id, [{**sent, "labels": first.labels, "comment": "A NEW word."}]).rejected == ()
    text = report_html(week_report(bare, "2026-W45"))
    assert "A NEW word." in text and "An OLD reason." not in text


def test_a_reason_on_an_item_settled_as_correct_does_not_count() -> None:
    why = rubric_from(DEFAULT_RUBRIC)["reasons"]

    def item(name: str, correctness: str | None, reasons: Value | None, *votes: Value) -> dict[Any, Settled]:
        return {
            (name, "correctness"): Settled(name, "correctness", correctness, "plurality", {}),
            (name, "reasons"): Settled(name, "reasons", reasons, "tie", dict.fromkeys(votes, 1)),
        }

    settled = {
        **item("right", "correct", ("unsafe",)),
        **item("tied", None, ("unsafe",)),
        **item("wrong", "wrong", ("unsafe", "incomplete")),
        **item("split", "partly", None, ("unsafe",), ("wrong_sql",)),
    }
    assert _named(settled, why) == {"wrong": {"unsafe", "incomplete"}, "split": {"unsafe", "wrong_sql"}}


def test_the_page_is_well_formed_and_requests_nothing(demo: Store) -> None:
    for week in weeks(demo):
        text = report_html(week_report(demo, week))
        page = parsed(text)
        names = {tag for tag, _ in page.tags}
        assert not names & {"script", "link", "img", "iframe", "object", "form", "base"}
        assert not [a for _, attrs in page.tags for a in attrs if a in ("src", "href", "srcset") or a.startswith("on")]
        assert not re.search(r"https?://|url\(|@import", text)
        assert len(page.ids) == len(set(page.ids))


def test_every_plot_has_a_name_and_a_description(demo: Store) -> None:
    page = parsed(report_html(week_report(demo, weeks(demo)[0])))
    plots = [attrs for _, attrs in page.tags if attrs.get("class") == "plot"]
    assert len(plots) >= 15
    for attrs in plots:
        name, _, words = (attrs["aria-label"] or "").partition(": ")
        assert attrs["role"] == "img" and name and words


def approve_some(store: Store, week: str) -> None:
    """Approve two items of a week that are no examples yet."""
    known = {e.item_id for e in store.find(GoldenExample)}
    found = [c for c in candidates(store, [week], viewer="visitor") if c.item_id not in known]
    for one in found[:2]:
        approve(store, one.item_id, by="visitor")
    assert len(found) > 1


def test_the_report_says_what_was_decided_and_released_since_the_last_one(demo: Store) -> None:
    closed, opened = weeks(demo)
    first = week_report(demo, closed)
    settled = next(d.text for d in first.since.decisions if "settled" in d.text)
    assert first.since.begin.startswith("since this week was opened on") and "slip" in settled
    assert "First release" in unescape(report_html(first))
    note = "Say what partly means <b>"
    version = next(r for r in demo.find(RubricVersion))
    changed = current_rubric(demo)
    dimensions = (replace(changed.dimensions[0], guidance="Partly: one of two."), *changed.dimensions[1:])
    change_rubric(demo, replace(changed, dimensions=dimensions), by="visitor", note=note)
    approve_some(demo, opened)
    release(demo, "between", by="visitor")
    approve_some(demo, opened)
    release(demo, "second", by="visitor")
    close_week(demo, opened, by="visitor", reason="holidays")
    report = week_report(demo, opened)
    told = [d.text for d in report.since.decisions]
    assert not any(closed in text for text in told), "what the last report told is not told again"
    assert report.since.begin.startswith(f"since week {closed} was closed on")
    assert f"Rubric version {version.version + 1}: {note}." in told
    assert [text for text in told if text.startswith("Release")] == [
        f"Release between made, with {demo.find(Release)[1].size} examples."
    ], "the last release is that of the golden dataset"
    assert any(text.startswith(f"Week {opened} closed with") and text.endswith("open: holidays.") for text in told)
    golden = report.since.golden
    assert (golden.before, golden.after) == (demo.find(Release)[0].name, "second") and golden.added
    page, markdown = report_html(report), report_markdown(report)
    for text in (unescape(page), markdown.replace("\\", "")):
        assert note in text and f"Release second follows {golden.before}" in text and golden.added[0] in text
    assert note not in page, "texts of people are escaped"
    assert report.to_json()["since"]["decisions"]


def test_the_page_inside_the_application_is_the_page_of_the_file(demo: Store) -> None:
    report = week_report(demo, weeks(demo)[0])
    body = report_html(report).partition('<body class="report">')[2].partition("</body>")[0].strip()
    inside = report_inside(report)
    assert body in inside and "<svg" not in inside
    style = inside.partition("<style>")[2].partition("</style>")[0]
    assert style.startswith(".report.inside {"), "nested, so that it touches nothing else"


def test_questions_of_owed_items_are_not_named_among_changes(demo: Store) -> None:
    opened = weeks(demo)[1]
    approve_some(demo, opened)
    release(demo, "second", by="visitor")
    close_week(demo, opened, by="visitor", reason="holidays")
    week, names = week_of_store(demo, opened), {"visitor": "visitor"}
    items = {i.id for i in demo.find(Item)}
    golden = since_last_report(demo, week, names=names, withheld=items).golden
    assert golden.hidden == len(golden.added) > 0 and not any(golden.added)
    assert golden_lines(golden) == [f"Added: {len(golden.added)} examples."]


def test_texts_from_people_and_models_never_become_markup(bare: Store) -> None:
    text = report_html(week_report(bare, "2026-W45"))
    page = parsed(text)
    assert not {tag for tag, _ in page.tags} & {"script", "img"}
    assert "<b>Ben</b>" not in text
    shown = unescape(re.sub(r"<[^>]+>", "", text))
    assert f"Q Q {EVIL}" in shown and f"A A {EVIL}" in shown and f"A reviewer: C {EVIL}" in shown


def test_every_template_escapes_and_marks_nothing_as_safe() -> None:
    assert TEMPLATES.autoescape is True
    names = TEMPLATES.list_templates(extensions=["html"])
    assert "page.html" in names
    for name in names:
        assert TEMPLATES.loader is not None
        source = TEMPLATES.loader.get_source(TEMPLATES, name)[0]
        assert not re.search(r"\|\s*safe|autoescape|Markup", source), name


def test_undefined_figures_are_sentences(bare: Store) -> None:
    report = week_report(bare, "2026-W45")
    assert report.response_rate is None and [g.name for g in report.groups] == ["hand-picked"]
    text = unescape(report_html(report))
    assert "Nobody knows yet how many conversations are 'wrong'." in text and "No conversation is labelled." in text
    assert "undefined: no item was rated by two people" in text
    assert "No judge gave a verdict" in text and "nobody could have changed their mind" in text
    assert "Nothing was drawn" in text
    assert not re.search(r"\bNone\b|\bnan\b", text)


def test_hidden_spans_stay_hidden_in_quotes_and_comments(bare: Store) -> None:
    hide_span(bare, "c", "<script>alert(1)</script>", by="lea")
    text = unescape(report_html(week_report(bare, "2026-W45")))
    assert "alert(1)" not in text and text.count("[HIDDEN_1]") == 3


def test_items_that_the_reader_still_owes_are_neither_quoted_nor_counted_among_reasons(demo: Store) -> None:
    week = weeks(demo)[1]
    owed = owed_items(demo, "eva")
    report = week_report(demo, week, viewer="eva")
    assert owed and report.withheld == len(owed)
    assert not owed & {r.quote.item for r in report.reasons if r.quote}
    everything = week_report(demo, week)
    assert sum(r.of for r in report.reasons[:1]) < sum(r.of for r in everything.reasons[:1])
    assert f"{len(owed)} items that the reader still has to review" in report_html(report)


def test_reviewers_are_late_after_the_due_date_of_an_open_week(bare: Store) -> None:
    other = Assignment(
        id="deal-c-0001", item_id="c", rater_id="lea", week="2026-W45", position=1, rubric_version=1, at=now(), by="lea"
    )
    bare.add(other)
    report = week_report(bare, "2026-W45")
    past = now()[:10] > "2026-11-13"
    assert [p.name for p in report.late] == (["lea"] if past else [])
    assert ("overdue" in report_html(report).split("</style>")[1]) == past
    close_week(bare, "2026-W45", by="lea", reason="late")
    assert week_report(bare, "2026-W45").late == ()


def test_a_broken_chain_is_reported_on_the_page(demo: Store) -> None:
    damage(demo, "UPDATE audit SET actor = 'nobody' WHERE sequence = 3")
    assert chain.verify(demo)[1] == 3
    assert "THE CHAIN IS BROKEN at entry 3" in report_html(week_report(demo, weeks(demo)[0]))


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0%"), (0.0002, "under 0.1%"), (0.063, "6.3%"), (0.104, "10%"), (0.999, "99.9%"), (0.99999, "99.9%")],
)
def test_a_share_is_never_rounded_to_none_or_all(share: float, text: str) -> None:
    assert percent(share) == text


def test_a_share_of_one_is_all() -> None:
    assert percent(1.0) == "100%"


def drawing(plot: Plot) -> str:
    return str(TEMPLATES.get_template("parts.html").module.plot(plot))  # type: ignore[attr-defined]


def test_a_plot_shows_its_value_at_the_right_place() -> None:
    # axis 0 to 0.25: 0.05 is a fifth of it, the interval 0.025 to 0.2 runs from 10% to 80%
    drawn = drawing(interval_plot(Quantity(value=0.05, ci=(0.025, 0.2)), title="a<b", text="5%", high=0.25))
    assert "left:20.00%" in drawn and "left:10.00%;right:20.00%" in drawn and "a&lt;b" in drawn


def test_an_undefined_plot_is_an_empty_axis() -> None:
    drawn = drawing(interval_plot(Quantity.missing("none"), title="t", text="none"))
    assert 'class="point"' not in drawn and 'class="reach"' not in drawn


def test_the_axis_ends_at_a_round_number_that_holds_everything() -> None:
    assert upper_end([Quantity(value=0.1, ci=(0.05, 0.22)), Quantity.missing("-")]) == 0.25
    assert upper_end([]) == 1.0
    assert lower_end([Quantity(value=0.1, ci=(-0.07, 0.3))]) == -0.1
    assert lower_end([Quantity(value=0.1, ci=(0.0, 0.3))]) == 0.0


def test_long_texts_are_cut_at_a_word() -> None:
    assert shortened("one  two\nthree", 20) == "one two three"
    cut = shortened("word " * 100, 50)
    assert len(cut) <= 50 and cut.endswith("word…")
    assert len(shortened("x" * 500, 50)) == 50


def test_the_command_prints_the_four_answers_as_markdown(demo: Store, run: Any) -> None:
    week = weeks(demo)[0]
    code, text, _ = run("--week", week, "--markdown")
    answers = json.loads(run("--week", week, "--json")[1])["answers"]
    assert code == 0 and [a["name"] for a in answers] == ["production", "agreement", "judges", "next"]
    plain = text.replace("\\", "")
    assert all(a["question"] in plain and a["sentence"].removesuffix(".") in plain for a in answers)
    assert all(line["sentence"].removesuffix(".") in plain for a in answers[::2] for line in a["lines"])
    assert len(text.splitlines()) < 25 and "<" not in text
    code, _, said = run("--markdown", "--json")
    assert code == 2 and "--markdown and --json" in said


def test_the_command_prints_one_page_and_json(demo: Store, run: Any) -> None:
    closed, opened = weeks(demo)
    code, out, _ = run("--week", closed)
    assert code == 0 and "How good is production?" in out and "Audit: entry" in out
    code, out, _ = run("--json")
    data = json.loads(out)
    assert code == 0 and data["week"] == opened and data["state"] == "open"
    assert {"value", "ci", "undefined"} <= set(data["anchoring"]["rate"])


def test_the_page_is_written_once_and_replaced_only_by_force(demo: Store, run: Any, tmp_path: Path) -> None:
    file = tmp_path / "week.html"
    code, _, said = run("--html", str(file))
    assert code == 0 and "Wrote" in said
    parsed(file.read_text(encoding="utf-8"))
    before = file.stat().st_mtime_ns
    code, _, said = run("--html", str(file))
    assert code == 1 and "--force" in said and file.stat().st_mtime_ns == before
    assert run("--html", str(file), "--force")[0] == 0 and file.stat().st_mtime_ns > before
    assert sorted(p.name for p in tmp_path.iterdir() if "week" in p.name) == ["week.html"]


def test_an_unknown_week_is_named(demo: Store, run: Any) -> None:
    code, _, said = run("--week", "2020-W01")
    assert code == 2 and "2020-W01" in said
    with pytest.raises(UnknownError):
        week_report(demo, "2020-W01")


def moved_on(store: Store, week: str) -> int:
    """Move all but five items of a week to a second rubric version, like a requeue; return the reviews left behind."""
    document = {**DEFAULT_RUBRIC, "dimensions": [{**d, "guidance": "new"} for d in DEFAULT_RUBRIC["dimensions"]]}
    assert save_rubric(store, rubric_from(document), by="visitor").version == 2
    behind = {n.item_id for n in annotations_of(store, [week])}
    old = sorted(behind)[:5]
    items = ", ".join(f"'{item}'" for item in old)
    damage(
        store,
        f"UPDATE annotations SET rubric_version = 2 WHERE item_id IN (SELECT id FROM items WHERE week = '{week}') "
        f"AND item_id NOT IN ({items})",
    )
    # No verb changes a row in place. A withdrawal of nothing tells readers that something changed.
    store.add(Withdrawal("of-nothing", "nothing", "visitor", "2026-11-28T08:00:00Z"))
    return sum(n.item_id in old for n in annotations_of(store, [week]))


def test_the_page_names_the_rubric_version_and_the_reviews_it_leaves_out(demo: Store, run: Any) -> None:
    week = weeks(demo)[1]
    assert week_report(demo, week).left_out is None
    assert "rubric version 1" in report_html(week_report(demo, week))
    behind = moved_on(demo, week)
    report = week_report(demo, week)
    assert report.window == (week,), "the week before is counted under the first version"
    said = f"The figures use rubric version 2 and leave out the reviews under other versions: {behind} under version 1."
    text = report_html(report)
    assert "rubric version 2</p>" in text and said in unescape(text)
    data = json.loads(run("--week", week, "--json")[1])
    assert (data["rubric_version"], data["left_out"]) == (2, said)
    assert said in " ".join(run("--week", week)[1].split())


def test_items_under_another_rubric_version_are_neither_labelled_nor_counted_among_reasons(demo: Store) -> None:
    week = weeks(demo)[1]
    before = week_report(demo, week)
    moved_on(demo, week)
    after = week_report(demo, week)
    assert 0 < before.labelled - after.labelled <= 5
    assert after.response_rate == after.quality[0].report.response_rate
