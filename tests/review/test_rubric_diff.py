"""A rubric as TOML and back, the changes between two rubrics in words, and changing the one in force."""

import copy
import json

import pytest
from click.testing import CliRunner
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from review.audit import chain
from review.basics.errors import InputError, Refused, UnknownError
from review.commands.cli import spotcheck
from review.people.people import add_person
from review.rubric.as_toml import LONGEST, rubric_from_toml, rubric_toml
from review.rubric.change import change_rubric, rubric_versions, waiting_in_file
from review.rubric.default import DEFAULT_RUBRIC
from review.rubric.diff import rubric_diff
from review.rubric.edit import value_rows, with_values
from review.rubric.rubric import current_rubric, rubric_document, rubric_from, save_rubric
from review.settings.project import project_of
from storage.records_people import AuditEntry, RubricVersion

DEFAULT = rubric_from(DEFAULT_RUBRIC)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="|"), min_size=1, max_size=8).filter(str.strip)


@st.composite
def documents(draw):
    """Rubrics with odd names, values and texts; later dimensions depend on the first."""
    names = draw(st.lists(NAMES.map(str.strip), min_size=1, max_size=3, unique=True))
    rows = []
    for k, name in enumerate(names):
        values = draw(st.lists(NAMES, min_size=2, max_size=12))
        scale = draw(st.sampled_from(["nominal", "ordinal", "set"])) if k else "nominal"
        row = {"name": name, "scale": scale, "values": values, "guidance": draw(TEXTS), "required": draw(st.booleans())}
        row["value_guidance"] = {values[0]: draw(TEXTS)}
        if draw(st.booleans()):
            row["positive"] = values[-1]
        if draw(st.booleans()):
            row["title"] = draw(TEXTS)
        if k and draw(st.booleans()):
            row["shown_when"] = {names[0]: rows[0]["values"][:1]}
        rows.append(row)
    return {"reveal": draw(st.booleans()), "dimensions": rows}


def sound(document):
    """Return the rubric, or None when the document is invalid (two values that become the same)."""
    try:
        return rubric_from(document)
    except InputError:
        return None


RUBRICS = documents().map(sound).filter(lambda rubric: rubric is not None)


@examples(75)
@given(RUBRICS)
def test_a_rubric_written_as_toml_reads_back_the_same(rubric):
    text = rubric_toml(rubric)
    assert rubric_from_toml(text) == rubric
    assert rubric_toml(rubric_from_toml(text)) == text


@examples(75)
@given(RUBRICS, RUBRICS)
def test_there_are_no_changes_exactly_when_nothing_changed(one, other):
    assert rubric_diff(one, one) == []
    assert (rubric_diff(one, other) == []) == (rubric_document(one) == rubric_document(other))


def changed(**more):
    """The default rubric with other settings in its first dimension."""
    document = copy.deepcopy(DEFAULT_RUBRIC)
    document["dimensions"][0].update(more)
    return rubric_from(document)


@pytest.mark.parametrize(
    ("after", "sentences"),
    [
        (changed(guidance="Look at facts."), ["correctness: guidance: Look at facts., was Would the user"]),
        (changed(guidance=""), ["correctness: guidance: nothing, was Would the user"]),
        (changed(scale="nominal"), ["correctness: scale: nominal, was ordinal"]),
        (changed(required=False), ["correctness: answer: optional, was required"]),
        (changed(positive="partly"), ["correctness: positive value: partly, was wrong"]),
        (changed(title="Right?"), ["correctness: title: Right?, was Correctness"]),
        (changed(keys=["a", "2", "3"]), ["correctness: keys: a wrong, was 1 wrong"]),
        (
            changed(values=["wrong", "partly", "correct", "unsure"]),
            ["correctness: values added: unsure"],
        ),
        (
            # In the middle it moves the keys of what follows, and its place is shown.
            changed(values=["wrong", "mostly", "partly", "correct"]),
            [
                "correctness: values added: mostly",
                "correctness: values in order: wrong, mostly, partly, correct, was wrong, partly, correct",
                "correctness: keys: 3 partly, 4 correct, was 2 partly, 3 correct",
            ],
        ),
        (
            changed(values=["correct", "partly", "wrong"]),
            [
                "correctness: order of values: correct, partly, wrong, was wrong, partly, correct",
                "correctness: keys: 1 correct, 3 wrong, was 3 correct, 1 wrong",
            ],
        ),
        (
            changed(value_guidance={"wrong": "A fact is wrong."}),
            [
                "correctness: guidance of 'wrong': A fact is wrong., was A fact, a rule",
                "correctness: guidance of 'partly': nothing, was Right as far",
                "correctness: guidance of 'correct': nothing, was Complete",
            ],
        ),
        (rubric_from({**DEFAULT_RUBRIC, "reveal": False}), ["verdicts after submission: hidden, was shown"]),
        (
            rubric_from({"dimensions": DEFAULT_RUBRIC["dimensions"][:3]}),
            ["politeness: dimension removed: nothing, was ordinal (rude, neutral, friendly)"],
        ),
        (
            rubric_from({"dimensions": [*DEFAULT_RUBRIC["dimensions"], {"name": "mood", "scale": "interval"}]}),
            ["mood: dimension added: interval"],
        ),
        (
            rubric_from({"dimensions": [*DEFAULT_RUBRIC["dimensions"][2:], *DEFAULT_RUBRIC["dimensions"][:2]]}),
            ["order of dimensions: intent, politeness, correctness, reasons, was correctness, reasons, intent"],
        ),
    ],
)
def test_a_change_is_described_in_words(after, sentences):
    found = [c.sentence for c in rubric_diff(DEFAULT, after)]
    assert len(found) == len(sentences), found
    assert all(f.startswith(s) for f, s in zip(found, sentences, strict=True)), found


def test_conditions_are_compared_and_described():
    document = copy.deepcopy(DEFAULT_RUBRIC)
    document["dimensions"][1]["shown_when"] = {"correctness": ["wrong"]}
    (change,) = rubric_diff(DEFAULT, rubric_from(document))
    assert change.sentence == "reasons: asked when: correctness is wrong, was correctness is wrong or partly"


def test_the_text_leaves_out_defaults():
    text = rubric_toml(DEFAULT)
    assert text.count("[[rubric.dimensions]]") == 4
    assert 'values = ["wrong", "partly", "correct"]\npositive = "wrong"\n' in text
    assert "keys" not in text and "required" not in text


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('scale = "set"', 'scale = "sets"', r"^line 16: rubric, dimension 2 \('reasons'\), scale: found 'sets'"),
        ('positive = "rude"', 'positive = "bad"', r"^line 42: .*dimension 4 \('politeness'\), positive: found 'bad'"),
        ('name = "intent"', 'name = "reasons"', r"^line 24: rubric: found dimension 'reasons' twice"),
        ('title = "Intent"', "title = Intent", r"^line 26, column 9: the text is not valid TOML"),
        ('{correctness = ["wrong"', '{correct = ["wrong"', r"^line 16: .*'reasons'.shown_when: found 'correct'"),
        ("reveal = true", "reveal = 1", r"^rubric, reveal: found 1, expected true or false"),
        ("reveal = true", "show = true", r"^rubric: found 'show', expected only reveal, discussion_names and"),
        ("[rubric]", "[project]\n\n[rubric]", r"^rubric: found 'project', expected only"),
        ("[rubric]", '"""', r"the text is not valid TOML"),
    ],
)
def test_an_error_in_a_text_is_reported_with_its_line(before, after, sentence):
    text = rubric_toml(DEFAULT)
    assert before in text
    with pytest.raises(InputError, match=sentence):
        rubric_from_toml(text.replace(before, after, 1))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The rubric has no dimension"),
        ("rubric = 1", "found 1, expected a table"),
        ("[rubric]\nreveal = true\n", "has no dimension"),
        ("dimensions = []", "has no dimension"),
        ("dimensions = [{name = 'a', values = ['x']}]", r"^rubric, dimension 1 \('a'\), values: found 1"),
        ("x" * (LONGEST + 1), "expected at most"),
        ("[[dimensions]]\nname = 'a'\nvalues = ['x', 'y'", "line 3: the text is not valid TOML"),
    ],
)
def test_texts_that_are_no_rubric_are_refused(text, sentence):
    with pytest.raises(InputError, match=sentence):
        rubric_from_toml(text)


def test_the_rubric_table_may_be_left_unnamed():
    assert rubric_from_toml("[[dimensions]]\nname = 'a'\nvalues = [1, 2]\n")["a"].scale.values == ("1", "2")


@given(st.text(max_size=60))
def test_any_text_is_a_rubric_or_an_input_error(text):
    try:
        rubric_from_toml(text)
    except InputError as error:
        assert str(error)


def test_values_are_added_removed_and_moved_in_a_table():
    rows = value_rows(DEFAULT["politeness"])
    assert rows[0] == {
        "place": 1, "value": "rude", "guidance": "Blunt; refuses without any softening.", "key": "1", "was": "rude",
    }  # fmt: skip
    assert with_values(DEFAULT, "politeness", rows) == DEFAULT
    rows[1]["place"] = 4
    more = [*rows, {"place": None, "value": " warm ", "guidance": None}, {"place": 2, "value": "", "guidance": "x"}]
    found = with_values(DEFAULT, "politeness", more)["politeness"]
    # Order: places 1 and 3, the one moved to 4, the new one without a place. Rows without a value are ignored.
    assert found.scale.values == ("rude", "friendly", "neutral", "warm") and found.keys == ("1", "2", "3", "4")
    assert set(found.value_guidance) == {"rude", "neutral", "friendly"}
    assert with_values(DEFAULT, "politeness", rows[1:])["politeness"].positive is None, "it goes with its value"
    without = [r for r in value_rows(DEFAULT["correctness"]) if r["value"] != "partly"]
    assert with_values(DEFAULT, "correctness", without)["reasons"].shown_when == {"correctness": ("wrong",)}
    with pytest.raises(UnknownError, match="dimension 'mood'"):
        with_values(DEFAULT, "mood", rows)


def test_own_keys_are_edited_too():
    own = rubric_from({"dimensions": [{"name": "a", "values": ["x", "y"], "keys": ["p", "r"]}]})
    rows = value_rows(own["a"])
    assert [r["key"] for r in rows] == ["p", "r"]
    assert with_values(own, "a", [{**r, "key": "z" if r["key"] == "p" else "r"} for r in rows])["a"].keys == ("z", "r")


@pytest.fixture
def project_store(store):
    """A store with a lead and a reviewer, under the default rubric."""
    for name, role in (("lea", "lead"), ("ana", "annotator")):
        add_person(store, name, role=role, by="test")
    save_rubric(store, DEFAULT, by="lea")
    return store


def test_a_lead_changes_the_rubric_with_a_reason_and_it_is_logged(project_store):
    new = changed(guidance="Look at facts.")
    saved = change_rubric(project_store, new, by="lea", note=" facts first ", base=1)
    assert saved.version == 2 and current_rubric(project_store) == saved
    assert [(v.version, v.by, v.note) for v in rubric_versions(project_store)] == [
        (2, "lea", "facts first"),
        (1, "lea", ""),
    ]
    entry = project_store.find(AuditEntry)[-1]
    assert (entry.actor, entry.action, entry.subject) == ("lea", "rubric", "version 2")
    detail = dict(entry.detail)
    assert detail.pop("signed") and detail == {"note": "facts first", "changes": ["correctness: guidance"]}
    assert chain.verify(project_store)[1] is None


def test_an_equal_rubric_makes_no_version_and_no_entry(project_store):
    before = len(project_store.find(AuditEntry))
    assert change_rubric(project_store, DEFAULT, by="lea", note="").version == 1
    assert len(project_store.find(AuditEntry)) == before and len(project_store.find(RubricVersion)) == 1


@pytest.mark.parametrize(
    ("by", "note", "base", "kind", "sentence"),
    [
        ("ana", "why", 1, Refused, "needs the role lead; ana has annotator"),
        ("nobody", "why", 1, Refused, "nobody has an unknown person"),
        ("lea", "  ", 1, InputError, "Give a reason for the change"),
        ("lea", "x" * 501, 1, InputError, "note: found 501 characters"),
        ("lea", "why", 7, Refused, "now at version 1, but this change started from version 7"),
    ],
)
def test_a_refused_change_says_why_and_writes_nothing(project_store, by, note, base, kind, sentence):
    with pytest.raises(kind, match=sentence):
        change_rubric(project_store, changed(title="x"), by=by, note=note, base=base)
    assert len(project_store.find(RubricVersion)) == 1


def test_a_different_rubric_in_the_file_is_found(project_store):
    assert waiting_in_file(project_of(project_store.path), DEFAULT) is None
    file = project_store.path.parent / "spotcheck.toml"
    file.write_text(rubric_toml(DEFAULT), encoding="utf-8")
    assert waiting_in_file(project_of(project_store.path), DEFAULT) is None
    file.write_text(rubric_toml(changed(title="Right?")), encoding="utf-8")
    waiting = waiting_in_file(project_of(project_store.path), DEFAULT)
    assert waiting is not None
    (change,) = rubric_diff(DEFAULT, waiting)
    assert change.what == "title"


def test_versions_and_their_difference_on_the_command_line(project_store):
    file = project_store.path.parent / "spotcheck.toml"
    file.write_text(rubric_toml(changed(title="Right?")), encoding="utf-8")
    where = ["--store", str(project_store.path), "--json"]

    def said(*arguments):
        result = CliRunner().invoke(spotcheck, [*arguments, *where], catch_exceptions=False)
        assert result.exit_code == 0
        return json.loads(result.stdout)

    assert said("rubric", "update", "--as", "lea")["version"] == 2
    assert [(v["version"], v["note"]) for v in said("rubric", "versions")["versions"]] == [
        (2, "taken from spotcheck.toml"),
        (1, ""),
    ]
    (change,) = said("rubric", "diff", "1", "2")["changes"]
    assert change["sentence"] == "correctness: title: Right?, was Correctness"
    assert said("rubric", "show", "--version", "1")["dimensions"][0]["title"] == "Correctness"
