"""A/B comparisons: the difference for each user, the split, the duration, and what cannot be compared."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from scipy.stats import ttest_ind

from review.basics.errors import InputError
from review.basics.log_paths import log_of
from review.commands.ab import ab
from review.monitoring.ab_input import _sums, read_outcomes
from review.sources.importing import import_file
from review.sources.options import ImportOptions
from review.statistics.ab_test import NO_SPREAD, Groups, Sums, compare_groups
from storage.opening import open_store

HEADER = "user,variant,metric,value,exposed_at\n"
Line = tuple[str, str, str, object, str]
Run = Callable[..., tuple[int, dict[str, Any]]]


def lines(treated: int = 200, control: int = 200, *, days: int = 20, effect: float = 1.0) -> list[Line]:
    """Orders of two groups. The control group has no product: no exposure, and two in three have no row of orders."""
    rng = random.Random(11)
    found: list[Line] = []
    for n in range(control):
        bought = n % 3 == 0
        found.append((f"c{n}", "control", "orders" if bought else "", rng.randrange(1, 4) if bought else "", ""))
    for n in range(treated):
        at = f"2026-11-{1 + n * days // max(treated - 1, 1):02}T10:00:00Z"
        found.append((f"t{n}", "treated", "orders", rng.randrange(0, 3) + effect, at))
    return found


@pytest.fixture
def compared(tmp_path: Path) -> Run:
    def run(rows: Sequence[Line], *options: str) -> tuple[int, dict[str, Any]]:
        file = tmp_path / "outcomes.csv"
        file.write_text(HEADER + "".join(",".join(map(str, row)) + "\n" for row in rows))
        done = CliRunner().invoke(ab, ["--outcomes", str(file), "--json", *options])
        assert done.exit_code in (0, 1, 3), done.output
        return done.exit_code, orjson.loads(done.stdout)

    return run


def test_users_without_the_product_count_as_zero(compared: Run) -> None:
    rows = lines()
    code, found = compared(rows)
    values = {name: [float(r[3] or 0) for r in rows if r[1] == name] for name in ("control", "treated")}
    welch = ttest_ind(values["treated"], values["control"], equal_var=False)
    low, high = welch.confidence_interval()
    orders = found["metrics"]["orders"]
    assert orders["control"]["value"] == pytest.approx(sum(values["control"]) / 200) and orders["control"]["n"] == 200
    assert orders["difference"]["ci"] == pytest.approx([low, high])
    assert orders["p"] == pytest.approx(welch.pvalue)
    assert found["users"] == {"control": 200, "treated": 200} and found["exposed"] == {"control": 0, "treated": 200}
    assert found["sample_ratio"]["ok"] and code == 0
    assert found["sentence"] == "The groups differ in orders."
    assert " more for each user of treated (" in orders["sentence"], "it names the group"


def test_a_broken_split_is_refused(compared: Run) -> None:
    code, found = compared(lines(treated=150, control=250))
    assert code == 1 and not found["sample_ratio"]["ok"] and found["sample_ratio"]["p"] < 0.001
    assert found["metrics"]["orders"]["difference"]["value"] is None
    assert found["sentence"].startswith("The split is broken: control has 250 users and treated has 150 users.")
    assert found["sentence"].endswith("find out why users are missing.")
    code, found = compared([*lines(treated=150, control=250), ("t0", "control", "orders", 900, "")])
    assert found["sentence"].endswith("find out why 1 user came to be in both groups.")
    code, found = compared(lines(treated=150, control=250), "--share", "0.375")
    assert code == 0 and found["sample_ratio"]["ok"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (lines(days=5), "Not enough yet: it ran for 5 of 14 days."),
        (lines(treated=20, control=20), "control has 20 users of 30"),
        ([(*r[:4], "") for r in lines()], "not known how long this ran"),
        (lines(effect=-0.33), "Not enough yet to tell the groups apart"),
    ],
)
def test_not_enough_yet(compared: Run, rows: list[Line], words: str) -> None:
    code, found = compared(rows)
    assert code == 3 and words in found["sentence"]
    assert found["metrics"]["orders"]["difference"]["value"] is not None
    assert not found["metrics"]["orders"]["shown"]


def test_users_of_both_groups_count_in_neither(compared: Run) -> None:
    rows = [*lines(), ("t0", "control", "orders", 900, "")]
    _, found = compared(rows)
    assert found["crossed"] == 1 and found["users"] == {"control": 200, "treated": 199}
    assert found["warnings"] == ["1 user in both groups: they count in neither."]


def test_several_rows_of_a_user_add_up(compared: Run) -> None:
    rows = lines()
    _, once = compared(rows)
    halves = [(u, v, m, float(x) / 2 if x != "" else "", at) for u, v, m, x, at in rows]  # type: ignore[arg-type]
    _, twice = compared([*halves, *halves])
    assert twice["metrics"]["orders"]["difference"]["value"] == once["metrics"]["orders"]["difference"]["value"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("u1,control,orders,many,\nu2,treated,orders,1,\n", "line 2, column 'value': found 'many', expected a number"),
        ("u1,control,orders,1,yesterday\nu2,treated,orders,1,\n", "column 'exposed_at': found 'yesterday'"),
        ("u1,,orders,1,\nu2,treated,orders,1,\n", "column 'variant'"),
        ("u1,control,,3,\nu2,treated,orders,1,\n", "column 'metric'"),
        ("u1,a1,orders,1,\nu2,b1,orders,1,\nu3,c1,orders,1,\n", "found a1, b1, c1; two are compared"),
        ("u1,control,orders,1,\n", "found control, expected two variants"),
    ],
)
def test_a_bad_row_stops_everything(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "outcomes.csv"
    file.write_text(HEADER + text)
    done = CliRunner().invoke(ab, ["--outcomes", str(file), "--json"])
    assert done.exit_code != 0 and words in str(done.exception)


def test_the_variants_of_the_log_are_compared_with_its_outcomes(tmp_path: Path) -> None:
    store = open_store(tmp_path / "spotcheck.db")
    rows = [
        {
            "id": f"c{n}", "created_at": f"2026-11-{1 + n % 20:02}T10:00:00Z", "question": "Where?", "answer": "Here.",
            "user_id": f"u{n % 80}", "variant": "new" if n % 2 else "old",
            "outcomes": {"bought": n % 2 == 1, "spent": 3.5, "huge": 1e308, "odd": "nan"},
            "feedback": "up" if n % 2 else "down",
        }
        for n in range(400)
    ]  # fmt: skip
    (tmp_path / "log.jsonl").write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
    import_file(tmp_path / "log.jsonl", ImportOptions(), log=log_of(store.path), key=b"key", by="lea")
    done = CliRunner().invoke(ab, ["--store", str(store.path), "--json"])
    found = orjson.loads(done.stdout)
    assert (found["control"], found["treated"], found["users"]) == ("old", "new", {"control": 40, "treated": 40})
    values = {name: (one["control"]["value"], one["treated"]["value"]) for name, one in found["metrics"].items()}
    assert (
        values["bought"] == (0, 5)
        and values["spent"] == (17.5, 17.5)
        and values["huge"] == (0, 0)
        and values["odd"] == (0, 0)
        and values["thumbs_down"] == (5, 0)
    )


def test_no_spread_and_nobody_are_no_evidence() -> None:
    same = {"control": Sums(50, 0, 50), "treated": Sums(100, 0, 50)}
    users = {"control": 50, "treated": 50}
    found = compare_groups(
        Groups(control="control", treated="treated", users=users, exposed={}, sums={"x": same}, days=30)
    )
    assert found.metrics["x"].difference.value == 1 and found.metrics["x"].difference.ci is None
    assert not found.metrics["x"].shown and found.sentence.startswith("No spread: all users")
    nobody = compare_groups(Groups(control="a", treated="b", users={}, exposed={}, sums={"x": {}}, days=30))
    assert nobody.ratio_p is None and not nobody.broken and not nobody.enough


def test_a_small_spread_of_large_values_is_not_lost(compared: Run) -> None:
    rows = [(f"u{n}", "AB"[n % 2], "m", n % 7 + (n % 2), "2026-11-01" if n else "2026-11-20") for n in range(200)]
    plain = compared(rows)[1]["metrics"]["m"]["difference"]
    large = compared([(*row[:3], float(row[3]) + 1e9, row[4]) for row in rows])[1]["metrics"]["m"]["difference"]  # type: ignore[arg-type]
    assert large["ci"] == pytest.approx(plain["ci"], rel=1e-4)


@pytest.mark.parametrize("value", ["1e308", "-1e200"])
def test_a_value_whose_square_is_no_number_is_refused(value: str, tmp_path: Path) -> None:
    file = tmp_path / "o.csv"
    file.write_text(HEADER + f"u1,A,m,{value},2026-11-01\nu2,B,m,1,2026-11-20\n")
    with pytest.raises(InputError, match="at most 1e\\+100"):
        read_outcomes(str(file))


def test_names_from_the_file_are_shown_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "o.csv"
    file.write_text(HEADER + "".join(f"u{n},{('[red]x[/red]', '[/b]')[n % 2]},[/m],1,2026-11-01\n" for n in range(9)))
    done = CliRunner().invoke(ab, ["--outcomes", str(file)])
    assert done.exit_code == 3 and all(name in done.output for name in ("[red]x[/red]", "[/b]", "[/m]"))


def test_one_variant_alone_is_told_what_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "o.csv"
    file.write_text(HEADER + "u1,A,m,1,2026-11-01\n")
    with pytest.raises(InputError, match="found A, expected two variants"):
        read_outcomes(str(file))


@pytest.mark.parametrize(
    ("treated", "whole", "one"),
    [
        (
            2.0,
            "No spread: all users of a group have the same value of orders",
            "orders: 2 for every user of both groups, so there is nothing",
        ),
        (
            3.0,
            "No spread: all users of a group have the same value of orders",
            "orders: 2 for every user of one group, 3 for every user of the",
        ),
    ],
)
def test_values_without_any_spread_are_not_called_too_few(treated: float, whole: str, one: str) -> None:
    n, each = 500, {"control": 2.0, "treated": treated}
    groups = Groups(
        control="control", treated="treated", users=dict.fromkeys(each, n), exposed={}, days=30.0,
        sums={"orders": {name: Sums(n * value, 0.0, n) for name, value in each.items()}},
    )  # fmt: skip
    found = compare_groups(groups)
    assert found.sentence.startswith(whole)
    assert found.metrics["orders"].sentence.startswith(one)
    assert "Not enough" not in found.sentence + found.metrics["orders"].sentence


@pytest.mark.parametrize(("metrics", "days", "words"), [
    (1, 30.0, "x: 0.1 more for each user"), (9, 30.0, "chance may do that to one of 9 metrics"),
    (9, 5.0, "may lie anywhere from"),
])  # fmt: skip
def test_one_of_many_metrics_is_not_believed_alone(metrics: int, days: float, words: str) -> None:
    n = 500
    sums = {"control": Sums(n * 1.0, n * 0.5, n), "treated": Sums(n * 1.1, n * 0.5, n)}
    found = compare_groups(
        Groups(
            control="control",
            treated="treated",
            users=dict.fromkeys(sums, n),
            exposed={},
            days=days,
            sums={"x": sums} | {f"m{k}": sums for k in range(metrics - 1)},
        )
    )
    low, _ = found.metrics["x"].difference.ci or (0.0, 0.0)
    assert low > 0 and words in found.metrics["x"].sentence


@pytest.mark.parametrize("value", [0.1, 0.3, 0.7, 1.1, 19.99, 1e9 / 3])
def test_equal_values_have_no_spread_however_they_add_up(value: float) -> None:
    for n0, n1 in ((30, 31), (49, 53), (97, 101), (333, 337)):
        sums = {name: _sums([value] * n) for name, n in (("a", n0), ("b", n1))}
        groups = Groups(control="a", treated="b", users={"a": n0, "b": n1}, exposed={}, sums={"spent": sums}, days=20)
        report = compare_groups(groups)
        assert report.metrics["spent"].difference.method == NO_SPREAD and report.metrics["spent"].difference.value == 0
        assert "No spread" in report.sentence
