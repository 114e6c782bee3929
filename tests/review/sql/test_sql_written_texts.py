"""Texts that are the same to a reader: accents as characters of their own, and a byte order mark before a file."""

import json
import time
import unicodedata

from review.experiments.targets.results.json_file import object_in
from review.settings.project import project_of
from review.sql.results.compare import compare
from review.sql.results.figures import look_up
from review.sql.results.names_said import says
from review.sql.results.result import Result, result_of_json
from review.sql.schema.described import schemas_in_json

ROW = {"columns": ["Stadt", "Zahl für Köln"], "rows": [["Ärzte", 1], ["Ärzte", 2], ["Café", 3]]}


def composed(form: str) -> Result:
    return result_of_json(unicodedata.normalize(form, json.dumps(ROW, ensure_ascii=False)))


def test_accents_may_be_characters_of_their_own() -> None:
    one, other = composed("NFC"), composed("NFD")
    assert one != other
    assert compare(one, other).outcome == compare(other, one).outcome == "equal"
    assert (
        compare(one, result_of_json(ROW | {"rows": [["Arzte", 1], ["Ärzte", 2], ["Café", 3]]})).outcome == "different"
    )
    swapped = unicodedata.normalize("NFD", "In Cafés der Ärzte")
    assert (
        says(swapped, "Café") and says("in Cafés", unicodedata.normalize("NFD", "Café")) and not says(swapped, "Cafe")
    )


def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path) -> None:
    assert result_of_json("\ufeff" + json.dumps(ROW)).columns == ("Stadt", "Zahl für Köln")
    (tmp_path / "spotcheck.toml").write_bytes(b'\xef\xbb\xbf[sql]\nengine = "shop.db"\n')
    assert project_of(tmp_path / "spotcheck.db").sql.engine.endswith("shop.db")
    (tmp_path / "run.json").write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert object_in(tmp_path / "run.json") == {"a": 1}
    (tmp_path / "bird.json").write_bytes(
        b'\xef\xbb\xbf{"shop": {"tables": {"t": {"columns": [{"name": "a", "type": "text"}]}}}}'
    )
    assert "shop" in schemas_in_json(tmp_path / "bird.json", "sqlite")


def test_an_answer_of_figures_alone_is_looked_up_quickly() -> None:
    result = Result(columns=("n",), rows=tuple((n,) for n in range(20)))
    start = time.process_time()
    look_up("5 " * 20_000, result)
    assert time.process_time() - start < 3
