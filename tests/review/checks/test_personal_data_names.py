"""Names of people through a spaCy model: what counts as a name, and what is said when the model is not here."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from masking_recall import measured

from review.basics.errors import InputError
from review.privacy import names
from review.privacy.masking import mask_text
from review.privacy.recognisers import recognisers
from review.settings.project import project_of
from review.sources.conversations import recognisers_of

needs_spacy = pytest.mark.skipif(find_spec("spacy") is None, reason="spaCy is not installed (the extra 'privacy')")

PEOPLE = ["Robert Chen", "Chen", "Frau Brandt", "Maria van den Berg", "Emily Watson", "Samsung", "San Francisco"]
"""What the model of these tests calls a person: among it a brand and a town, as real models do."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A model that knows a few names by heart, saved as spaCy saves any model."""
    import spacy

    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": name} for name in PEOPLE])  # type: ignore[attr-defined]
    folder = tmp_path_factory.mktemp("model") / "en_people"
    nlp.to_disk(folder)
    return str(folder)


@needs_spacy
@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Robert Chen wrote twice. Chen wants it.", "[NAME_1] wrote twice. [NAME_2] wants it."),
        ("Ask Maria van den Berg, please.", "Ask [NAME_1], please."),
        ("Guten Tag, Frau Brandt.", "Guten Tag, Frau [NAME_1]."),
        ("Only Chen answered.", "Only Chen answered."),
        ("A Samsung phone from the shop", "A Samsung phone from the shop"),
        ("My name is Zora Quill and I wait.", "My name is [NAME_1] and I wait."),
        ("Ich heiße Jonas Lindner.", "Ich heiße [NAME_1]."),
        ("Dear Mr. Okafor, hello", "Dear Mr. [NAME_1], hello"),
        ("SELECT a FROM t WHERE who = 'Emily Watson'", "SELECT a FROM t WHERE who = 'Emily Watson'"),
        ("write to a@example.com, Emily Watson", "write to [EMAIL_1], [NAME_1]"),
    ],
)
def test_a_name_is_masked_where_it_looks_like_one(model: str, text: str, masked: str) -> None:
    wanted = recognisers(names=model)
    assert mask_text(text, wanted)[0] == masked
    assert mask_text(masked, wanted)[0] == masked


@needs_spacy
def test_the_setting_reaches_the_masking_of_an_import(model: str, tmp_path: Path) -> None:
    (tmp_path / "spotcheck.toml").write_text(f"[privacy]\nnames = {model!r}\naddresses = true\n")
    wanted = recognisers_of(project_of(tmp_path / "spotcheck.db").privacy)
    assert mask_text("Emily Watson, 12 Main Street", wanted)[0] == "[NAME_1], [ADDRESS_1]"
    assert recognisers_of(project_of(tmp_path / "other" / "s.db").privacy).may_hold == ()


@needs_spacy
def test_a_model_that_is_not_here_is_named_with_what_to_run() -> None:
    with pytest.raises(InputError) as refused:
        recognisers(names="xx_no_such_model")
    said = str(refused.value)
    assert "privacy.names: found 'xx_no_such_model', expected a spaCy model that is installed here" in said
    assert "python -m spacy download xx_no_such_model" in said


def test_without_spacy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.privacy.names.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"privacy.names: spaCy is not installed here. Run pip install '\."):
        names.check_model("en_core_web_sm")


@pytest.mark.skipif(find_spec("en_core_web_sm") is None, reason="the model en_core_web_sm is not installed")
def test_recall_with_a_real_model() -> None:
    import orjson
    from masking_recall import LIST

    rows = [orjson.loads(line) for line in LIST.with_name("names.jsonl").read_bytes().splitlines()]
    recall = measured(rows, names="en_core_web_sm")
    assert recall.by_group["name"][0] >= 13 and len(recall.wrong) <= 2


def test_a_text_without_capitals_is_not_read_by_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_model", lambda name: pytest.fail("the model was read"))
    assert list(names.names_in("where is my order 12?", "any")) == []
