"""Two results, one of twelve outcomes. Each flaw that published comparisons have is a case here."""

import math
import random
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import orjson
import pytest
from yardstick import within

from review.basics.errors import InputError
from review.sql.results.compare import compare
from review.sql.results.outcome import NO_EVIDENCE, OUTCOMES, RIGHT
from review.sql.results.references import references_in
from review.sql.results.result import Result, result_of_json

NAN, INF = float("nan"), float("inf")


def table(columns, *rows):
    return Result(columns=tuple(columns.split()), rows=rows)


def outcome(generated, reference, sql=None, dialect="sqlite"):
    return compare(generated, reference, reference_sql=sql, dialect=dialect).outcome


@pytest.mark.parametrize(
    ("generated", "reference", "expected"),
    [
        (table("a b", (1, "x"), (2, "y")), table("a b", (2, "y"), (1, "x")), "equal"),
        (table("n m", (1, "x")), table("a b", (1, "x")), "equal"),
        (table("b a", ("x", 1)), table("a b", (1, "x")), "equal_permuted"),
        (table("m n", ("x", 1), ("y", 2)), table("a b", (1, "x"), (2, "y")), "equal_permuted"),
        # The contents of two columns of one type, swapped under their names.
        (table("origin target", ("Rome", "Oslo")), table("origin target", ("Oslo", "Rome")), "different"),
        (table("target origin", ("Rome", "Oslo")), table("origin target", ("Oslo", "Rome")), "equal_permuted"),
        (table("a", (1,), (1,), (2,)), table("a", (1,), (2,), (2,)), "different"),
        (table("a", (1,), (1,)), table("a", (1,)), "different"),
        (table("a"), table("a"), "both_empty"),
        (table("a"), table("a", (1,)), "different"),
        (table("a", (0,)), table("a"), "different"),
        (table("a", (0.1 + 0.2,)), table("a", (0.3,)), "equal"),
        (table("a", (NAN,), (INF,)), table("a", (float("inf"),), (float("nan"),)), "equal"),
        (table("a", (-INF,)), table("a", (INF,)), "different"),
        (table("a", (None,)), table("a", (NAN,)), "different"),
        (table("a", (None,)), table("a", (0,)), "different"),
        (table("a", (None,)), table("a", ("",)), "different"),
        (table("a", (1,)), table("a", (1.0,)), "equal"),
        (table("a", (Decimal("1.00"),)), table("a", (1,)), "equal"),
        (table("a", (True,)), table("a", (1,)), "equal"),
        (table("a", ("1",)), table("a", (1,)), "different"),
        (table("a", (Decimal("0.1"),)), table("a", (0.1,)), "equal"),
        (table("a", (Decimal(10**38 + 1),)), table("a", (Decimal(10**38 + 2),)), "different"),
        (table("a", (Decimal("1." + "1" * 37 + "2"),)), table("a", (Decimal("1." + "1" * 37 + "3"),)), "different"),
        (table("a", (Decimal("1" * 26 + ".1234"),)), table("a", (Decimal("1" * 26 + ".1284"),)), "different"),
        (table("a", (Decimal("1" * 36 + ".12"),)), table("a", (Decimal("1" * 36 + ".45"),)), "different"),
        (table("a", (Decimal("1" * 36 + ".12"),)), table("a", (Decimal("1" * 36 + ".1234"),)), "rounding_only"),
        (table("a", (2**63,)), table("a", (2**63 + 1,)), "different"),
        (table("a", ("2024-01-01",)), table("a", ("2024-01-01 00:00:00",)), "equal"),
        (table("a", (date(2024, 1, 1),)), table("a", (datetime(2024, 1, 1),)), "equal"),
        (table("a", (date(2024, 1, 1),)), table("a", (datetime(2024, 1, 1, second=1),)), "different"),
        (
            table("a", (datetime(2024, 1, 1, 12, tzinfo=timezone(timedelta(hours=2))),)),
            table("a", (datetime(2024, 1, 1, 10, tzinfo=UTC),)), "equal",
        ),
        (table("a", ("2024-01-01T10:00:00+02:00",)), table("a", ("2024-01-01 08:00:00Z",)), "equal"),
        (table("a", ("9999-12-31 23:00:00",)), table("a", (datetime(9999, 12, 31, 23),)), "equal"),
        (table("a", ("2024-13-45",)), table("a", ("2024-13-46",)), "different"),
        (table("a", ("x ",)), table("a", ("x",)), "equal"),
        (table("a", ("x",)), table("a", ("X",)), "different"),
        (table("a", (b"\x00\xff",)), table("a", (bytearray(b"\x00\xff"),)), "equal"),
        (table("a", (b"x",)), table("a", ("x",)), "different"),
        (table("a", ([1, 2.0],)), table("a", ((1, 2),)), "equal"),
        (table("a", ({"k": 1},)), table("a", ({"k": 2},)), "different"),
        (table("a a", (1, 2)), table("a a", (1, 2)), "equal"),
        (table("a a", (2, 1)), table("a a", (1, 2)), "different"),
        (table("a b c", (1, "x", 9)), table("a b", (1, "x")), "extra_columns"),
        (table("x y z", (9, "x", 1), (8, "y", 2)), table("a b", (1, "x"), (2, "y")), "extra_columns"),
        (table("a", (1,), (2,)), table("a b", (1, "x"), (2, "y")), "missing_columns"),
        (table("a b c", (1, "x", 9)), table("a b", (2, "x")), "different"),
        (table("a", (3.14,)), table("a", (3.14159,)), "rounding_only"),
        (table("a b", ("x", 33.33), ("y", 66.67)), table("a b", ("y", 66.666666), ("x", 33.333333)), "rounding_only"),
        (table("a", (1234,)), table("a", (1234.4,)), "rounding_only"),
        (table("a", (4,)), table("a", (3.7,)), "different"),
        (table("a", (0,)), table("a", (0.3,)), "different"),
        (table("a", (3.14,)), table("a", (3.15,)), "different"),
    ],
)  # fmt: skip
def test_outcomes(generated, reference, expected):
    assert outcome(generated, reference) == expected


def test_every_outcome_is_right_wrong_or_no_evidence():
    assert len(OUTCOMES) == 14 and not set(RIGHT) & set(NO_EVIDENCE)
    failed = Result(ending="failed", error="no such table")
    good, late = table("a", (1,)), Result(ending="timed_out")
    cut = Result(columns=("a",), rows=((1,),), truncated=True)
    away = Result(ending="unavailable", error="no connection")
    pairs = ((failed, good), (good, failed), (late, good), (cut, good), (failed, failed), (away, failed), (good, away))
    assert [outcome(*pair) for pair in pairs] == [
        "generated_failed", "reference_failed", "timed_out", "truncated", "reference_failed", "unavailable",
        "unavailable",
    ]  # fmt: skip
    assert compare(good, failed).correct is None is compare(away, good).correct and compare(failed, good).correct == 0


ORDERED = "SELECT name, n FROM t ORDER BY n DESC"


@pytest.mark.parametrize(
    ("sql", "rows", "expected"),
    [
        (ORDERED, [("c", 3), ("b", 2), ("a", 2)], "equal"),
        (ORDERED, [("a", 2), ("b", 2), ("c", 3)], "different"),
        ("SELECT name, n FROM t", [("a", 2), ("b", 2), ("c", 3)], "equal"),
        ("SELECT name, n FROM (SELECT * FROM t ORDER BY n) AS x", [("a", 2), ("b", 2), ("c", 3)], "equal"),
        ("SELECT name, n FROM t WHERE name <> 'order by n'", [("a", 2), ("b", 2), ("c", 3)], "equal"),
        ("SELECT name, row_number() OVER (ORDER BY n) AS n FROM t", [("a", 2), ("b", 2), ("c", 3)], "equal"),
        ("SELECT name, n FROM t ORDER BY 2 DESC", [("c", 3), ("b", 2), ("a", 2)], "equal"),
        ("SELECT name, n FROM t ORDER BY n DESC, name", [("c", 3), ("b", 2), ("a", 2)], "different"),
        ("SELECT name, n FROM t ORDER BY hidden", [("c", 3), ("a", 2), ("b", 2)], "equal"),
        ("SELECT name, n FROM t ORDER BY hidden", [("c", 3), ("b", 2), ("a", 2)], "different"),
        ("SELECT t.name, sum(x) AS n FROM t GROUP BY 1 ORDER BY sum(x) DESC", [("c", 3), ("b", 2), ("a", 2)], "equal"),
        (
            "SELECT name, n FROM t UNION SELECT name, n FROM u ORDER BY n DESC",
            [("a", 2), ("b", 2), ("c", 3)],
            "different",
        ),
        ("(SELECT name, n FROM t ORDER BY n DESC)", [("a", 2), ("b", 2), ("c", 3)], "different"),
        ("not sql at all (", [("a", 2), ("b", 2), ("c", 3)], "equal"),
    ],
)
def test_order_counts_only_where_the_reference_asks_and_ties_are_free(sql, rows, expected):
    reference = table("name n", ("c", 3), ("a", 2), ("b", 2))
    assert outcome(table("name n", *rows), reference, sql) == expected


@pytest.mark.parametrize(
    ("generated", "reference", "expected", "arguable"),
    [
        # Rounded, with other names in another order, and beside one more column.
        (table("m n", (10, "x"), (21, "y")), table("a b", ("x", 10.01), ("y", 20.98)), "rounding_only", ()),
        (table("m n o", (10, "x", 7), (21, "y", 7)), table("a b", ("x", 10.01), ("y", 20.98)), "extra_columns", ()),
        (table("m", (10,), (21,)), table("a b", ("x", 10.01), ("y", 20.98)), "missing_columns", ()),
        # Rounding the first number may change how rows sort.
        (table("a b", (1, 9), (1, 5)), table("a b", (1.004, 5), (1.003, 9)), "rounding_only", ()),
        (table("m n", (21, "x"), (10, "y")), table("a b", ("x", 10.01), ("y", 20.98)), "different", ()),
        (table("a", (40.0,)), table("a", (0.4,)), "different", ("'a': one is the other as a percentage",)),
        (table("a", (41.0,)), table("a", (0.4,)), "different", ()),
        (table("a", ("2024-01",)), table("m", (date(2024, 1, 1),)), "different", ("'m': both name the same months",)),
        (table("a", ("2024-01",)), table("m", (date(2024, 2, 1),)), "different", ()),
        (table("a", ("March",), ("May",)), table("m", (3,), (5,)), "different", ("'m': both name the same months",)),
        # Two years in which the same month stands once cannot be told apart by its name.
        (table("a", ("May",), ("May",)), table("m", ("2023-05",), ("2024-05",)), "different", ()),
        (table("a", ("Q2",)), table("q", (2,)), "different", ("'q': both name the same quarters",)),
        (table("a", ("Mon",), ("Sun",)), table("d", (1,), (0,)), "different",
         ("'d': both name the same days of the week",)),
        (table("a", ("yes",)), table("a", (True,)), "different", ("'a': both say yes and no",)),
        (table("a", ("$1,200",)), table("a", (1200,)), "different",
         ("'a': one holds the numbers of the other as texts",)),
        (table("a", (0,)), table("a", (None,)), "different",
         ("'a': one has no value where the other has 0 or a word for none",)),
        (table("a b", ("May", 1)), table("m n", (5, 2)), "different", ()),
        # One decimal is rounding where the column has two digits; 3.0 is written with one, 3 with none.
        (table("a", (2.6,)), table("a", (2.57,)), "rounding_only", ()),
        (table("a", (2.57,)), table("a", (2.6,)), "rounding_only", ()),
        (table("a", (3.0,), (0.2,)), table("a", (2.98,), (0.21,)), "rounding_only", ()),
        (table("a", (2.6,), (0.3,)), table("a", (2.57,), (0.21,)), "different", ()),
        (table("a", (3,)), table("a", (2.98,)), "different", ()),
        (table("a", (0.1,)), table("a", (0.12,)), "different", ()),
        (table("a", ("2.6%",)), table("a", (0.0257,)), "different", ("'a': one is the other as a percentage",)),
        (table("a", ("2.9%",)), table("a", (2.57,)), "different", ()),
        (table("a", (date(2026, 3, 1),)), table("d", (datetime(2026, 3, 1, 8, 30),)), "different",
         ("'d': one has the time of day beside the day",)),
        (table("a", ("2026-03-01 08:30:00",)), table("d", ("2026-03-01",)), "different",
         ("'d': one has the time of day beside the day",)),
        (table("a", (date(2026, 3, 2),)), table("d", (datetime(2026, 3, 1, 8, 30),)), "different", ()),
        (table("f m", (478, 513)), table("sex n", ("F", 478), ("M", 513)), "different",
         ("the same figures stand in one row and in several",)),
        (table("sex n", ("F", 478), ("M", 513)), table("f m", (478, 513)), "different",
         ("the same figures stand in one row and in several",)),
        (table("f m", (478, 512)), table("sex n", ("F", 478), ("M", 513)), "different", ()),
    ],
)  # fmt: skip
def test_readings_that_a_person_may_accept_are_said(generated, reference, expected, arguable):
    found = compare(generated, reference)
    assert (found.outcome, found.arguable) == (expected, arguable)


PEOPLE = table("first last born", ("Uwe", "Novak", 1939), ("Ada", "Berg", 1950))


@pytest.mark.parametrize(
    ("generated", "reference", "arguable", "lossless"),
    [
        (table("y", ("2023",), ("2024",)), table("y", (2023,), (2024,)), True, True),
        (table("y", ("2.6%",)), table("y", (2.57,)), True, True),
        (table("y", ("yes",), ("no",)), table("y", (True,), (False,)), True, True),
        (table("y", ("yes",), ("no",)), table("y", (1,), (0,)), True, False),
        # A leading zero is lost in a number, and "5%" beside "5" may be another thing.
        (table("y", ("0123",), ("0456",)), table("y", (123,), (456,)), True, False),
        (table("y", ("5%",), ("7",)), table("y", (5,), (7,)), True, False),
        (table("p born", ("Uwe Novak", 1939), ("Ada Berg", 1950)), PEOPLE, True, True),
        (PEOPLE, table("p born", ("Berg, Ada", 1950), ("Novak, Uwe", 1939)), True, True),
        (table("p born", ("Uwe Novak", 1950), ("Ada Berg", 1939)), PEOPLE, False, False),
        (table("p born", ("Uwe Novak", 1939), ("Ada Borg", 1950)), PEOPLE, False, False),
        # Two rows that one text makes equal.
        (table("p", ("ab",), ("ab",)), table("a b", ("a", "b"), ("ab", "")), False, False),
        (table("p", ("a b c",), ("a b c",)), table("a b", ("a", "b c"), ("a b", "c")), True, False),
    ],
)
def test_what_loses_nothing_is_told_from_what_a_person_must_read(generated, reference, arguable, lossless):
    found = compare(generated, reference)
    assert (found.outcome, bool(found.arguable), found.lossless) == ("different", arguable, lossless)


def test_a_differing_row_stands_beside_the_one_it_shares_most_cells_with():
    generated = table("k v", ("c", 3), ("a", 9))
    [first, second] = compare(generated, table("k v", ("a", 1), ("c", 2))).differences
    assert (first.reference, second.reference) == (("c", 2), ("a", 1)) and first.columns == (1,)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("c", 3), ("a", 2), ("b", 2)], ("rounding_only", False)),
        ([("b", 2), ("c", 3), ("a", 2)], ("different", True)),
    ],
)
def test_rows_in_another_order_are_told_from_other_rows(rows, expected):
    reference = table("name n", ("c", 3.001), ("b", 2.002), ("a", 2.0))
    found = compare(table("name n", *rows), reference, reference_sql=ORDERED, dialect="sqlite")
    assert (found.outcome, found.other_order) == expected
    wide = table("name n more", *((*row, 1) for row in rows))
    found = compare(wide, table("name n", *rows[1:], rows[0]), reference_sql=ORDERED, dialect="sqlite")
    assert found.other_order and "More columns than the reference: more." in found.reason


def test_the_first_differing_rows_are_shown_side_by_side():
    reference = table("name n", ("a", 1), ("b", 2), ("c", 3))
    found = compare(table("n name", (1, "a"), (7, "b")), reference)
    assert found.outcome == "different" and found.reason == "2 rows instead of 3."
    first, second = found.differences
    assert (first.generated, first.reference, first.columns) == ((7, "b"), ("b", 2), (1,))
    assert (second.generated, second.reference) == (None, ("c", 3))
    assert found.matched == (1, 0)


def test_results_of_10_000_rows_are_compared_in_time():
    rows = [
        tuple(i * 0.1 if j % 3 == 0 else f"t{i % 50}" if j % 3 == 1 else i * 7 + j for j in range(10))
        for i in range(10_000)
    ]
    shuffled = rows[:]
    random.Random(1).shuffle(shuffled)
    reference = Result(columns=tuple("abcdefghij"), rows=tuple(rows))
    for generated, expected in (
        (Result(columns=tuple("abcdefghij"), rows=tuple(shuffled)), "equal"),
        (Result(columns=tuple("klmnopqrst"), rows=tuple(row[::-1] for row in shuffled)), "equal_permuted"),
        (Result(columns=tuple("abcdefghij"), rows=(*shuffled[:-1], shuffled[0])), "different"),
    ):
        assert within(0.3, lambda given=generated: outcome(given, reference)) == expected


def _flags(count, width, holds):
    """The first ``count`` rows of flags for which a rule on the number of set flags, or on the row, holds."""
    every = (tuple(f"{number:0{width}b}") for number in range(2**width))
    return [row for row in every if holds(row)][:count]


def _even(row):
    return row.count("1") % 2 == 0


RING = [tuple("1" if k in (e, (e + 1) % 8) else "0" for k in range(8)) for e in range(8)]
SQUARES = [tuple("1" if k in (e, 4 * (e // 4) + (e + 1) % 4) else "0" for k in range(8)) for e in range(8)]
HARD = {
    "even and odd": (_flags(128, 8, _even), _flags(128, 8, lambda row: not _even(row)), "different"),
    "even, in another order": (_flags(128, 8, _even), [row[::-1] for row in _flags(128, 8, _even)][::-1], "equal"),
    "one ring and two": (RING * 12, SQUARES * 12, "different"),
    "a wider result": (
        [(*row, "1") for row in _flags(100, 8, lambda row: not _even(row))],
        _flags(100, 8, _even), "different",
    ),
    "a wider result that holds it": ([("0", *row[::-1]) for row in RING * 12], RING * 12, "extra_columns"),
}  # fmt: skip


@pytest.mark.parametrize("name", HARD)
def test_flags_that_only_all_columns_together_tell_apart_are_compared_in_time(name):
    rows, expected_rows, expected = HARD[name]
    generated = Result(columns=tuple(f"p{k}" for k in range(len(rows[0]))), rows=tuple(rows))
    reference = Result(columns=tuple("abcdefgh"), rows=tuple(expected_rows))
    # Columns beyond the eight of the reference are more ways to read them.
    limit = 0.05 if len(rows[0]) == 8 else 0.1
    assert within(limit, lambda: outcome(generated, reference)) == expected


def test_many_rows_of_ambiguous_flags_are_compared_in_time():
    dice = random.Random(4)
    rows = [tuple(dice.choice("01") for _ in range(10)) for _ in range(10_000)]
    other = [*rows[:-1], tuple("01"[c == "0"] for c in rows[-1])]
    reference = Result(columns=tuple("abcdefghij"), rows=tuple(rows))
    for given, expected in ((rows, "equal_permuted"), (other, "different")):
        generated = Result(columns=tuple("klmnopqrst"), rows=tuple(row[::-1] for row in given))
        assert within(0.3, lambda made=generated: outcome(made, reference)) == expected


def test_of_several_ways_to_pair_columns_one_in_the_right_order_counts():
    reference = table("a b", (1, 2), (2, 1))
    assert outcome(table("m n", (2, 1), (1, 2)), reference, "SELECT a, b FROM t ORDER BY a") == "equal_permuted"
    assert outcome(table("a b", (2, 1), (1, 2)), reference, "SELECT a, b FROM t ORDER BY a") == "different"


@pytest.mark.parametrize("seed", range(3))
def test_many_ambiguous_columns_are_matched_in_time_and_always_the_same_way(seed):
    dice = random.Random(seed)
    rows = [tuple(dice.choice("xy") for _ in range(8)) for _ in range(100)]
    if seed == 2:
        rows = [tuple("xy"[bin(i & (j + 1)).count("1") % 2] for j in range(8)) for i in range(128)]
    places = dice.sample(range(8), 8)
    moved = [tuple(row[k] for k in places) for row in dice.sample(rows, len(rows))]
    wrong = [*moved[:-1], tuple("xy"[c == "x"] for c in moved[-1])]
    reference = Result(columns=tuple("abcdefgh"), rows=tuple(rows))
    found, other = (
        within(0.05, lambda made=rows: compare(Result(columns=tuple("pqrstuvw"), rows=tuple(made)), reference))
        for rows in (moved, wrong)
    )
    assert found.outcome in ("equal", "equal_permuted") and other.outcome == "different"
    assert compare(Result(columns=tuple("pqrstuvw"), rows=tuple(moved)), reference) == found


def test_the_execution_accuracy_of_archer_is_reproduced(shared):
    path = shared / "data" / "text2sql" / "ibm_results" / "archer_en_dev_test_10-predictions_eval.json"
    pairs = []
    for question in orjson.loads(path.read_bytes()):
        reference = result_of_json(question["gt_df"])
        for given in question["predictions"].values():
            judged = given.get("evaluation") or {}
            if "execution_accuracy" in judged:
                generated = (
                    result_of_json(given["predicted_df"]) if given.get("predicted_df") else Result(ending="failed")
                )
                found = outcome(generated, reference, question["sql"][0])
                # The published figure counts two empty results as equal.
                pairs.append((judged["execution_accuracy"] == 1, found in (*RIGHT, "both_empty"), judged["llm_score"]))
    assert len(pairs) == 92 and all(theirs == ours for theirs, ours, _ in pairs)
    assert sum(ours for _, ours, _ in pairs) == 24 and sum(score == 1 for *_, score in pairs) == 53
    assert all(score == 1 for _, ours, score in pairs if ours)


def test_references_with_choices_and_several_statements():
    text = "SELECT {a.name, a.id}, count(*) FROM a GROUP BY {}; SELECT ';{x}' FROM b"
    assert references_in(text, "postgres") == [
        "SELECT a.name, a.id, count(*) FROM a GROUP BY a.name, a.id",
        "SELECT a.name, count(*) FROM a GROUP BY a.name",
        "SELECT a.id, count(*) FROM a GROUP BY a.id",
        "SELECT ';{x}' FROM b",
    ]
    assert references_in("SELECT {x:UInt8}", "clickhouse") == ["SELECT {x:UInt8}"]
    assert len(references_in("SELECT " + "{a, b, c, d}, " * 5 + "1", "postgres")) == 64


@pytest.mark.parametrize(
    "text", ["[1]", "{}", "not json", '{"columns": ["a"], "rows": [[1, 2]]}', '{"columns": "a", "rows": 5}']
)
def test_results_in_files_are_read_strictly(text):
    with pytest.raises(InputError, match=r"found|row 1"):
        result_of_json(text)
    assert result_of_json('{"columns": ["a"], "data": [[1]]}').rows == ((1,),)
    assert math.isclose(result_of_json('{"columns": ["a"], "rows": [[1.5]]}').rows[0][0], 1.5)
