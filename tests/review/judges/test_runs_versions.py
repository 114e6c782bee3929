"""Versions of judges: changing anything makes a new one, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged_store import WEEK, judged
from run_store import obedient, speaks

from review.audit import chain
from review.basics.errors import InputError, Refused, UnknownError
from review.basics.limits import MAX_NOTE
from review.current.verdicts import verdicts_of
from review.evidence.test_set_access import example_conversations
from review.judges.numbering import split_reference
from review.judges.versions import add_judge, changes, judge_named, judges_of, text_diff, versions_of
from review.judges.workbench.drafts import drafted
from review.rubric.rubric import current_rubric, rubric_document, rubric_from, save_rubric
from review.settings.project import project_of
from storage.records_judges import Judge
from storage.records_people import AuditEntry
from storage.records_review import Verdict


@pytest.fixture
def here(store, monkeypatch):
    speaks(monkeypatch, obedient)
    return judged(store)


def added(store, name="tone", *, dimensions=("politeness",), by="eva", **spec):
    return add_judge(store, name, kind="scripted", dimensions=dimensions, spec=spec, by=by)


@pytest.mark.parametrize(
    ("ref", "name", "version"),
    [
        ("tone", "tone", None),
        ("tone@2", "tone", "2"),
        ("tone@12", "tone", "12"),
        ("qwen@instruct", "qwen@instruct", None),
        ("qwen@instruct@3", "qwen@instruct", "3"),
        ("tone@0", "tone@0", None),
        ("tone@-1", "tone@-1", None),
        ("tone@²", "tone@²", None),
        ("@2", "@2", None),
        ("tone@", "tone@", None),
    ],
)
def test_a_reference_names_a_judge_and_perhaps_a_version(ref, name, version):
    assert split_reference(ref) == (name, version)


@given(st.text(min_size=1), st.integers(1, 10**9 - 1))
def test_a_reference_that_is_written_with_a_version_is_read_again(name, version):
    assert split_reference(f"{name}@{version}") == (name, str(version))


def test_the_first_version_is_whole_and_in_the_audit(here):
    made = added(here, model="m", temperature=0)
    assert (made.id, made.version, made.kind, made.dimensions) == ("tone@1", "1", "scripted", ("politeness",))
    assert made.spec == {"model": "m", "temperature": 0} and made.by == "eva"
    assert made.rubric_version == current_rubric(here).version == 1
    entry = here.find(AuditEntry, action="judge")[0]
    assert (entry.subject, entry.detail["content_hash"]) == ("tone@1", made.content_hash)
    assert chain.verify(here)[1] is None


def test_saying_the_same_again_adds_nothing_however_it_is_written(here):
    first = added(here, model="m", a=1, b=[1, 2])
    assert added(here, b=(1, 2), a=1, model="m") == first
    # A default that is written out is the same judge: the scripted kind's model is "none" unless it is said.
    other = added(here, "plain")
    assert added(here, "plain", model="none") == other
    assert len(here.find(Judge)) == 2 and len(here.find(AuditEntry, action="judge")) == 2


def test_changing_anything_makes_a_new_version(here):
    made = [
        added(here, model="m"),
        added(here, model="n"),
        added(here, dimensions=("politeness", "correctness"), model="n"),
    ]
    rubric = rubric_document(current_rubric(here))
    rubric["dimensions"][0]["guidance"] = "another guidance"
    save_rubric(here, rubric_from(rubric), by="lea")
    made.append(added(here, dimensions=("correctness", "politeness"), model="n"))
    assert [j.version for j in made] == ["1", "2", "3", "4"]
    assert [j.rubric_version for j in made] == [1, 1, 1, 2]
    assert versions_of(here, "tone") == made and judges_of(here) == [made[-1]]
    # Going back to what the first said is a version of its own: order tells what was tried when.
    assert added(here, model="m").version == "5"


def test_a_number_under_which_verdicts_came_from_a_file_is_left_out(here):
    one = added(here, model="m")
    here.add(
        Verdict(id="v", item_id="c00", judge="tone", version="3", dimension="politeness", value="rude", at="2026-11-20")
    )
    here.add(
        Verdict(
            id="w", item_id="c00", judge="tone", version="beta", dimension="politeness", value="rude", at="2026-11-20"
        )
    )
    draft = drafted(here, "tone", "scripted", ["politeness"], {"model": "n"}, project=project_of(here.path))
    made = added(here, model="n")
    assert (one.id, made.id, draft.id) == ("tone@1", "tone@4", "tone@4")
    assert verdicts_of(here, [WEEK], made.id) == {}
    with pytest.raises(UnknownError, match="has no version 3; it has 1, 4"):
        judge_named(here, "tone@3")


def test_a_bare_name_is_the_latest_version(here):
    one, two = added(here, model="m"), added(here, model="n")
    assert judge_named(here, "tone") == two and judge_named(here, "tone@1") == one


@pytest.mark.parametrize(
    ("ref", "message"),
    [("tune", "judge 'tune' is not in the store (there are: tone)"), ("tone@7", "has no version 7; it has 1 to 1")],
)
def test_an_unknown_judge_is_named_with_those_there_are(here, ref, message):
    added(here)
    with pytest.raises(UnknownError) as told:
        judge_named(here, ref)
    assert message in str(told.value)


def test_a_judge_of_the_log_is_told_from_one_that_is_not_there(here):
    here.add(
        Verdict(
            id="v", item_id="c00", judge="gpt", version="log", dimension="politeness", value="rude", at="2026-11-20"
        )
    )
    with pytest.raises(UnknownError, match="you can calibrate them, but not run the judge"):
        judge_named(here, "gpt")
    with pytest.raises(InputError, match="the name 'gpt' belongs to verdicts from the log or a file"):
        added(here, "gpt")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"by": "ana"}, "needs the role adjudicator"),
        ({"by": "nobody"}, "needs the role adjudicator"),
        ({"kind": "oracle"}, "kind: found 'oracle', expected one of llm, local, learned, recorded"),
        ({"dimensions": ()}, "dimension: found none, expected one or more of correctness"),
        ({"dimensions": ("tone",)}, "dimension: found 'tone'"),
        ({"spec": {"bad": 1}}, "bad: found it"),
        ({"spec": {"x": object()}}, "spec: not a JSON object"),
    ],
)
def test_what_cannot_be_a_judge_is_refused_and_nothing_is_written(here, change, message):
    wish = {"kind": "scripted", "dimensions": ("politeness",), "spec": {}, "by": "eva", **change}
    before = len(here.find(AuditEntry))
    with pytest.raises((InputError, Refused)) as told:
        add_judge(here, "tone", **wish)
    assert message in str(told.value)
    assert here.find(Judge) == [] and len(here.find(AuditEntry)) == before


@pytest.mark.parametrize("name", ["", " tone", "tone\n", "t" * 81, "tone@2", "\x00"])
def test_a_name_that_could_not_be_named_is_refused(here, name):
    with pytest.raises(InputError, match="printable characters"):
        added(here, name)


def test_what_changed_is_told_in_words(here):
    examples = [{"example_id": "ex-1", "conversation_id": "c01"}, {"example_id": "ex-2", "conversation_id": "c02"}]
    one = added(here, prompt="Be strict.\nJudge.", model="m", parameters={"temperature": 0}, examples=examples)
    two = added(
        here,
        prompt="Be kind.\nJudge.\nNow.",
        model="n",
        parameters={"temperature": 0.5, "seed": 1},
        examples=[{**examples[0], "answer": "x"}, {"example_id": "ex-3", "conversation_id": "c03"}],
        dimensions=("correctness", "politeness"),
    )
    assert changes(one, two) == [
        "dimensions: politeness → correctness, politeness",
        "examples: 1 added, 1 removed, 1 changed",
        "model: m → n",
        "parameters.seed: set to 1",
        "parameters.temperature: 0 → 0.5",
        "prompt: 2 lines added, 1 removed",
    ]
    assert changes(one, one) == []
    assert text_diff(one, two).splitlines()[2:] == ["@@ -1,2 +1,3 @@", "-Be strict.", "+Be kind.", " Judge.", "+Now."]
    assert example_conversations(one) == {"c01", "c02"} and example_conversations(two) == {"c01", "c03"}


def test_a_note_is_as_long_as_the_page_lets_it_be(store):
    made = add_judge(store, "tone", kind="scripted", dimensions=("politeness",), spec={}, by="eva", note="x" * MAX_NOTE)
    assert made.note == "x" * MAX_NOTE
    with pytest.raises(InputError, match=rf"note: found {MAX_NOTE + 1} characters, expected at most {MAX_NOTE}"):
        add_judge(store, "j", kind="scripted", dimensions=("politeness",), spec={}, by="eva", note="x" * (MAX_NOTE + 1))
    assert versions_of(store, "j") == []
