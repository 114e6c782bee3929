"""The Failures page: triage one group after another, notes, modes with their shares, proposals for golden."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from app_pages import run

from pages.parts.failures import modes_view, note_field, proposed_view, triage_view
from review.closing.closing import checklist
from review.failures.analysis import Proposed
from review.failures.archive import failures
from review.failures.modes import mode_list
from review.failures.similar import Alike
from review.failures.triage import TriageWish, triage, triage_groups
from review.golden.examples import current_examples
from review.log.failed import Narrowed
from review.settings.project import project_of
from storage.queries.failures import latest_notes, modes_given, open_proposals
from storage.records_failures import FailureTriage, FixClaim
from storage.records_weeks import Week
from storage.store import Store


def last_week(store: Store) -> str:
    return store.find(Week)[-1].name


def test_a_lead_triages_one_group_after_another(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    week, project = last_week(demo), project_of(demo.path)
    waiting = [g for g in triage_groups(demo, project, week, viewer="mara") if g.state == "open"]
    at = run(demo, monkeypatch, "failures", "mara")
    assert waiting[0].title in at.markdown[1].value
    at.text_input("failures_cause").set_value("the prompt is old")
    at.text_input("failures_fix").set_value("sql-v99")
    at.button("failures_decide").click().run()
    assert not at.exception and not at.error
    done = demo.find(FailureTriage, week=week)[-1]
    assert (done.mode, done.root_cause, done.by) == (waiting[0].found.group, "the prompt is old", "mara")
    assert waiting[1].title in at.markdown[1].value, "the next group is there"
    at.button("failures_decide").click().run()
    assert at.error[0].value.startswith("root cause: found nothing"), "a cause is always needed"
    assert not at.button("failures_Next").disabled and at.button("failures_Next").proto.shortcut == "j"
    at.button("failures_Next").click().run()
    assert waiting[2].title in at.markdown[1].value
    assert checklist(demo, week)[-1].open == len(waiting) - 1
    group, wish = waiting[2].found, TriageWish(root_cause="theirs", decision="ignored", candidates=[], reason="known")
    triage(demo, project, week, group.group, group.version, wish=wish, by="visitor")
    at.text_input("failures_cause_1").set_value("ours")  # refused once, so it was made anew
    at.button("failures_decide").click().run()
    assert "visitor has decided about this group" in at.error[0].value and waiting[2].title in at.markdown[1].value
    assert [d.by for d in demo.find(FailureTriage, week=week)] == ["mara", "visitor"], "hers is looked at first"
    at.session_state[triage_view.AT] = triage_view._key(waiting[0])
    at.run()
    assert done.few_shots and any(f"{len(done.few_shots)} few-shot candidate" in c.value for c in at.caption)
    assert [link.proto.label for link in at.get("page_link")] == ["To be fixed by version sql-v99"]


def test_a_note_and_a_mode_are_saved_and_the_next_failure_opens(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    week, project = last_week(demo), project_of(demo.path)
    found = [f.row.id for f in failures(demo, project, Narrowed(weeks=[week]), viewer="mara")]
    at = run(demo, monkeypatch, "failures", "mara", view="list")
    at.button("failures_first").click().run()
    assert at.query_params["failure"] in (found[0], [found[0]]), "the key j begins the list"
    at.text_input("failure_text").set_value("the month came first")
    at.selectbox("failure_mode").set_value(mode_list(demo).current[0].id)
    at.button("failure_save").click().run()
    assert not at.exception and not at.error
    assert latest_notes(demo) == {found[0]: "the month came first"} and found[0] in modes_given(demo)
    assert at.query_params["failure"] == found[1] or at.query_params["failure"] == [found[1]]


def test_saving_nothing_stays_and_says_so(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    first = failures(demo, project_of(demo.path), Narrowed(weeks=[last_week(demo)]), viewer="mara")[0].row.id
    at = run(demo, monkeypatch, "failures", "mara", view="list", failure=first)
    notes, modes = latest_notes(demo), modes_given(demo)
    at.button("failure_save").click().run()
    assert at.error[0].value == "Nothing was saved: write what went wrong, or choose a mode."
    assert at.query_params["failure"] in (first, [first])
    assert (latest_notes(demo), modes_given(demo)) == (notes, modes)


def test_what_was_sent_is_written_even_where_the_page_is_never_drawn(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow page that is asked again meanwhile ends before it comes to the form that was sent."""
    at = run(demo, monkeypatch, "failures", "mara", view="modes")
    with monkeypatch.context() as slow:
        slow.setattr(modes_view, "mode_states", lambda *_, **__: st.stop())
        at.text_input("mode_name_text").set_value("typed while it was slow")
        at.button("mode_name_go").click().run()
    assert mode_list(demo).get("typed while it was slow")
    at = run(demo, monkeypatch, "failures", "mara", view="triage")
    before = len(demo.find(FailureTriage))
    with monkeypatch.context() as slow:
        slow.setattr(triage_view, "triage_groups", lambda *_, **__: st.stop())
        at.text_input("failures_cause").set_value("the prompt is old")
        at.button("failures_decide").click().run()
        assert len(demo.find(FailureTriage)) == before + 1


@pytest.mark.parametrize(("view", "field", "button"), [
    ("triage", "failures_cause", "failures_decide"), ("list", "failure_text", "failure_save"),
])  # fmt: skip
def test_the_browser_finds_the_field_it_puts_the_caret_into(
    demo: Store, monkeypatch: pytest.MonkeyPatch, view: str, field: str, button: str
) -> None:
    first = failures(demo, project_of(demo.path), Narrowed(weeks=[last_week(demo)]), viewer="mara")[0].row.id
    at = run(demo, monkeypatch, "failures", "mara", view=view, failure=first)
    script = Path(note_field.__file__).with_name("note_field.js").read_text()
    assert at.text_input(field) and f".st-key-{field} input" in script
    assert at.button(button) and f".st-key-{button} button" in script
    assert any(c.value.startswith("Keys: n writes") for c in at.caption)


def test_a_group_is_seen_whole_and_split_before_it_becomes_a_mode(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    found, named = (
        failures(demo, project_of(demo.path), Narrowed(weeks=[last_week(demo)]), viewer="mara"),
        mode_list(demo),
    )
    ids = [f.row.id for f in found if named.called(f.mode) is None]
    group = Proposed(Alike(ids[:3], "mixed"), {ids[0]: "month first", ids[1]: "no refund", ids[2]: "day last"})
    monkeypatch.setattr(proposed_view, "proposed_modes", lambda *_, **__: [group])
    at = run(demo, monkeypatch, "failures", "mara", view="modes")
    at.button("failures_group").click().run()
    key = ids[0]
    assert any(all(text in m.value for text in group.said.values()) for m in at.markdown), "all of them are shown"
    at.button(f"proposed_split_{key}").click().run()
    assert at.error[0].value.startswith("Choose under Leave out")
    at.multiselect(f"proposed_out_{key}").set_value([ids[1]])
    at.text_input(f"proposed_name_{key}").set_value("Dates")
    at.button(f"proposed_go_{key}").click().run()
    assert not at.exception and not at.error
    made = mode_list(demo).get("Dates")
    assert made and {i for i, mode in modes_given(demo).items() if mode == made.id} == {ids[0], ids[2]}
    assert at.text_input(f"proposed_name_{ids[1]}").value == "mixed", "what was left out waits as a group of its own"
    again = run(demo, monkeypatch, "failures", "mara", view="modes")
    assert again.text_input(f"proposed_name_{ids[1]}").value == "mixed", "a page that is loaded anew has the groups"
    assert any("without a mode are in none of these groups" in c.value for c in again.caption)


def test_modes_show_their_share_and_change(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch, "failures", "mara", view="modes")
    assert "share of production" in at.dataframe[0].value and any("At most" in m.value for m in at.markdown)
    assert any("repaired" in m.value for m in at.markdown)
    at.text_input("mode_name_text").set_value("old schema")
    at.multiselect("mode_name_groups").set_value(["column_not_found"])
    at.button("mode_name_go").click().run()
    assert not at.exception and not at.error and mode_list(demo).get("old schema")


def test_a_proposal_is_approved_on_the_page(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    found = open_proposals(demo)
    at = run(demo, monkeypatch, "failures", "mara", view="proposals")
    at.text_area(f"p_answer_{found[0].id}").set_value("Seven.")
    at.button(f"p_yes_{found[0].id}").click().run()
    assert not at.exception and not at.error and len(open_proposals(demo)) == len(found) - 1
    at.button(f"p_no_{found[1].id}").click().run()
    assert at.error[0].value == "Give a reason for rejecting the proposal."
    at.text_input(f"p_reason_{found[1].id}").set_value("Nobody asks this.")
    at.button(f"p_no_{found[1].id}").click().run()
    assert not at.exception and not at.error and len(open_proposals(demo)) == len(found) - 2
    assert run(demo, monkeypatch, "failures", "ana").warning[0].value.startswith("This page needs the role adjudicator")


def test_files_to_learn_from_and_more_proposals_come_from_the_page(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(open_proposals(demo))
    at = run(demo, monkeypatch, "failures", "mara", view="proposals")
    at.multiselect("propose_rules").set_value(["long"])
    at.button("propose_Variants of examples").click().run()
    assert not at.exception and not at.error and len(open_proposals(demo)) > before
    at.button("export_prepare").click().run()
    assert not at.exception and not at.error
    assert {b.proto.label for b in at.get("download_button")} == {"few-shots.jsonl", "few-shots.jsonl.provenance.json"}


def test_a_fix_is_claimed_on_the_page(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at = run(demo, monkeypatch, "failures", "mara", view="fixes")
    assert at.info[0].value == "Nobody has claimed a fix yet."
    at.text_input("fix_version").set_value("sql-v9")
    at.button("fix_go").click().run()
    assert not at.exception and not at.error and demo.find(FixClaim)[0].version == "sql-v9"
    assert any("not known yet" in m.value for m in at.markdown)
    assert any(c.value.startswith("Time to a fix, days: not known yet. No claimed fix") for c in at.caption)
    at = run(demo, monkeypatch, "failures", "mara", view="triage")
    assert any(c.value.startswith("Version sql-v9 claims to fix this from") for c in at.caption), "triage says so, too"


def test_failures_that_the_viewer_has_yet_to_review_are_counted(demo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    week, project = last_week(demo), project_of(demo.path)

    def counts(viewer: str | None) -> int:
        return sum(g.found.n for g in triage_groups(demo, project, week, viewer=viewer))

    hidden = counts(None) - counts("visitor")
    assert hidden > 1
    said = "\n".join(c.value for c in run(demo, monkeypatch, "failures", "visitor").caption)
    assert f"{hidden} more failures are among the items you still have to review" in said
    assert "still have to review" not in "\n".join(c.value for c in run(demo, monkeypatch, "failures", "mara").caption)


def test_questions_over_documents_come_from_the_page_and_wait_for_a_person(
    demo: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(open_proposals(demo))
    at = run(demo, monkeypatch, "failures", "mara", view="proposals")
    assert not [b for b in at.button if b.key == "propose_from_documents"], "there is nothing to ask about"
    policy = b"# Opening hours\nThe shop on the quay opens at nine, until six; mail quay@example.com.\n\n# x\ny\n"
    files = [("hours.md", policy, "text/markdown"), ("picture.txt", b"\xff\xfe\x00", "text/plain")]
    at.get("file_uploader")[0].set_value(files).run()
    assert "no UTF-8 text" in at.error[0].value, "what cannot be read is named, and the others go on"
    at.number_input("propose_most").set_value(1)
    at.button("propose_from_documents").click().run()
    assert not at.exception and len(open_proposals(demo)) == before + 1
    made = open_proposals(demo)[-1]
    assert made.content["question"] == "What applies to opening hours?" and "[EMAIL_1]" in made.content["context"][0]
    at.selectbox("proposals_kind").set_value("documents").run()
    at.text_input(f"p_question_{made.id}").set_value("When does the shop on the quay open?")
    at.button(f"p_yes_{made.id}").click().run()
    assert not at.exception and not at.error and len(open_proposals(demo)) == before
    asked = {e.content["question"] for e in current_examples(demo)}
    assert "When does the shop on the quay open?" in asked
