"""BIRD mini-dev: no gold statement is called wrong, and generated ones are found as published counts say."""

import orjson
import pytest
from yardstick import within

from review.sql.proof.prove import prove
from review.sql.rules.policy import Policy
from review.sql.schema.described import schemas_in_json

NAMES = Policy(rules=("parse", "tables", "columns"))


@pytest.fixture
def bird(shared):
    folder = shared / "data" / "text2sql" / "bird_mini_dev"
    return folder, schemas_in_json(folder / "bird_mini_dev_sqlite-schema.json", "sqlite")


def generated(folder, model):
    answers = orjson.loads((folder / f"predict_mini_dev_{model}_cot_SQLite.json").read_bytes())
    return [answer.split("\t----- bird -----\t") for answer in answers.values()]


def test_the_500_gold_statements_pass_within_a_second(bird):
    folder, schemas = bird
    gold = orjson.loads((folder / "bird_mini_dev_sqlite.json").read_bytes())
    prove("SELECT 1", "sqlite")
    proofs = within(1, lambda: [prove(row["SQL"], "sqlite", schemas[row["db_id"]]) for row in gold])
    assert [p.text for p in proofs if p.ok is not True] == []


@pytest.mark.parametrize(("model", "passed"), [("gpt-4-o", 489), ("gpt-35-turbo", 420)])
def test_generated_statements_with_unknown_names_are_found(bird, model, passed):
    folder, schemas = bird
    proofs = [prove(sql, "sqlite", schemas[db], NAMES) for sql, db in generated(folder, model)]
    assert sum(p.ok is True for p in proofs) == passed
