"""Columns whose names hold dots, as those of a Nested column of ClickHouse, and parts of a column."""

from dataclasses import replace

import pytest

from review.sql.lane.names import check_names
from review.sql.proof.prove import prove
from review.sql.rules.policy import Policy
from review.sql.schema.schema import Schema, Table

COLUMNS = {
    "id": "UInt64", "contacts.kind": "Array(String)", "contacts.no": "Array(String)",
    "addr": "Tuple(city String, zip String)",
}  # fmt: skip
SCHEMA = Schema(
    dialect="clickhouse",
    tables=(Table(name="c", database="d", columns=COLUMNS),),
    exact=True,
    databases=("", "d"),
)
READS = {
    "contacts.kind": (
        "contacts.kind", "c.contacts.kind", "d.c.contacts.kind", "contacts.kind[1]", "`contacts.kind`", "contacts",
        "c.contacts", "contacts.kind.size0", "(SELECT any(contacts.kind) FROM c) AS a", "*",
    ),
    "addr.city": ("addr", "addr.city", "c.addr.city", "addr.1", "tupleElement(addr, 'city')", "toString(addr)", "*"),
}  # fmt: skip
OTHERS = {"contacts.kind": ("contacts.no", "id", "addr.city", "c.contacts.no"),
          "addr.city": ("addr.zip", "c.addr.zip", "id", "contacts.kind")}  # fmt: skip


def ok(column: str, *forbidden: str) -> bool | None:
    policy = Policy(forbidden_columns=forbidden)
    return prove(f"SELECT {column} FROM d.c LIMIT 1", "clickhouse", SCHEMA, policy).ok


@pytest.mark.parametrize("name", READS)
def test_parts_of_columns_are_known_and_excluded(name: str) -> None:
    for column in (*READS[name], *OTHERS[name]):
        assert ok(column) is True, column
    for said in (name, f"c.{name}", f"d.c.{name}", name.upper()):
        assert [column for column in READS[name] if ok(column, said)] == []
        assert [column for column in OTHERS[name] if not ok(column, said)] == []
        check_names(Policy(forbidden_columns=(said,)), {}, {}, [SCHEMA])


def test_array_join_gives_the_parts_of_a_nested_column() -> None:
    for join, column in (("contacts", "contacts.kind"), ("contacts AS n", "n.kind"), ("contacts.kind AS k", "k")):
        sql = f"SELECT {column} FROM c ARRAY JOIN {join} LIMIT 1"
        assert prove(sql, "clickhouse", SCHEMA, Policy()).ok is True
        assert prove(sql, "clickhouse", SCHEMA, Policy(forbidden_columns=("contacts.kind",))).ok is False
    assert prove("SELECT contact.kind FROM c LIMIT 1", "clickhouse", SCHEMA, Policy()).ok is False


def test_a_view_that_cannot_be_followed_is_not_known_to_read_what_is_excluded() -> None:
    tables = (*SCHEMA.tables, Table(name="v", database="d", columns={"id": "UInt64"}, definition=""))
    proof = prove("SELECT id FROM d.v LIMIT 1", "clickhouse", replace(SCHEMA, tables=tables, kept={}, _by_name={}),
                  Policy(forbidden_columns=("c.addr",)))  # fmt: skip
    assert proof.ok is False and [(one.rule, one.unknown) for one in proof.findings] == [("forbidden", True)]
