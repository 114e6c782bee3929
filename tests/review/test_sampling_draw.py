import json
from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from examples import examples
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from review.basics.errors import InputError, NothingToDo, Refused, ReviewError
from review.basics.weeks import week_window
from review.sampling.allocate import Allocation, DrawnStratum, DrawPlan, Wishes
from review.sampling.choose import all_of, grown, head_room, take
from review.sampling.draw import Sealed, draw, extend
from review.sampling.engines.catalogue import open_source
from review.sampling.engines.duckdb import DuckDBEngine
from review.sampling.key import KEY_RULE, digest, in_overlap

WEEK = "2026-W47"
WINDOW = week_window(WEEK)
SEALED_AT = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """6,000 conversations of a week: every tenth failed, every seventh is doubtful."""
    file = tmp_path_factory.mktemp("draw") / "log.jsonl"
    write(file, 6_000)
    return file


def write(file, n, *, late=0, imported=True, **changes):
    rows = []
    for i in range(n + late):
        row = {
            "id": f"c{i}",
            "created_at": (WINDOW.start + timedelta(minutes=i)).isoformat(),
            "status": "error" if i % 10 == 0 else "ok",
            "confidence": 0.3 if i % 7 == 0 else 0.8,
        }
        if imported:
            row["imported_at"] = (SEALED_AT + timedelta(hours=1 if i >= n else -1)).isoformat()
        rows.append({**row, **changes.get(row["id"], {})})
    file.write_text("".join(json.dumps(r) + "\n" for r in rows))
    return file


def drawn(file, rate=0.05, caps=None, **options):
    engine = open_source(file)
    try:
        return draw(engine, Wishes(rate, caps or {}), **{"window": WINDOW, "week": WEEK, **options})
    finally:
        engine.close()


def more(file, before, rate, caps=None, **options):
    engine = open_source(file)
    try:
        return extend(engine, sealed(before), Wishes(rate, caps or {}), window=WINDOW, **options)
    finally:
        engine.close()


def sealed(result):
    return Sealed(
        week=WEEK, seed=result.seed, sealed_at=SEALED_AT, rate=result.rate, strata=result.strata, ids=result.ids
    )


def test_the_ledger_of_a_draw_names_every_stratum(log):
    result = drawn(log, 0.01)
    # 600 failed; of the 858 multiples of 7 the 86 multiples of 70 failed too: 772 are doubtful; 4,628 are left.
    assert [(s.name, s.population) for s in result.strata] == [
        ("failing", 600),
        ("low_confidence", 772),
        ("rest", 4_628),
    ]
    assert [s.probability for s in result.strata] == [50 / 600, 50 / 772, 0.01]
    assert [s.sampled for s in result.strata[:2]] == [50, 50]
    assert (
        result.strata[2].sampled == len(result.ids["rest"]) == sum(digest(WEEK, i)[:8] < "028f5c29" for i in rest_ids())
    )
    assert (result.seed, result.key_rule) == (WEEK, KEY_RULE)


def rest_ids():
    return [f"c{i}" for i in range(6_000) if i % 10 and i % 7]


def test_a_capped_group_is_the_smallest_keys_of_it(log):
    failing = sorted((f"c{i}" for i in range(0, 6_000, 10)), key=lambda i: digest(WEEK, i))
    assert drawn(log, caps={"failing": 120}).ids["failing"] == tuple(failing[:120])
    assert drawn(log, caps={"failing": "all"}).ids["failing"] == tuple(failing)


def test_another_seed_draws_other_conversations_and_the_same_seed_the_same(log):
    assert drawn(log).digest == drawn(log).digest != drawn(log, seed="other").digest


def test_the_overlap_lies_within_each_stratum_and_grows_with_the_draw(log):
    first = drawn(log, overlap=0.2)
    assert set(first.overlap_ids) == {i for i in all_of(first.ids) if in_overlap(WEEK, i, 0.2)}
    assert all(set(ids) & set(first.overlap_ids) for ids in first.ids.values())
    assert set(first.overlap_ids) <= set(more(log, first, 0.2, overlap=0.2).overlap_ids)
    assert drawn(log, overlap=0.0).overlap_ids == ()


def test_too_few_under_the_threshold_are_asked_for_again_without_it(log, monkeypatch):
    monkeypatch.setattr("review.sampling.draw.head_room", lambda a: 0.001)
    failing = sorted((f"c{i}" for i in range(0, 6_000, 10)), key=lambda i: digest(WEEK, i))
    assert drawn(log, caps={"failing": 120}).ids["failing"] == tuple(failing[:120])


def test_the_head_room_is_wide_enough_to_fall_short_almost_never():
    # 100 of 4,000: 100 + 6 * 10 + 16 = 176 expected, 6.6 standard deviations over 100.
    assert head_room(Allocation("x", 4_000, 0.025, 100)) == 176 / 4_000
    assert head_room(Allocation("x", 60, 50 / 60, 50)) == 1.0


def test_an_engine_with_another_hash_is_caught(log):
    engine = open_source(log)
    engine.connection.execute("CREATE MACRO md5(t) AS '00000000'")
    with pytest.raises(ReviewError, match="computes md5 in another way"):
        draw(engine, Wishes(0.05), window=WINDOW, week=WEEK)


def test_a_window_without_conversations_is_nothing_to_do(log):
    with pytest.raises(NothingToDo, match=r"no conversation created in 2026-W30 \(2026-07-20"):
        drawn(log, week="2026-W30", window=week_window("2026-W30"))


@pytest.mark.parametrize(("rate", "overlap"), [(0.0, 0.2), (1.5, 0.2), (2.0**-33, 0.2), (0.1, 1.5), (0.1, -0.1)])
def test_a_share_out_of_range_is_refused(log, rate, overlap):
    with pytest.raises(InputError, match="2\\^-32"):
        drawn(log, rate, overlap=overlap)


caps = st.fixed_dictionaries(
    {}, optional={"failing": st.integers(1, 700), "low_confidence": st.integers(1, 900) | st.just("all")}
)


@examples(8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0.001, 1.0), st.floats(0.001, 1.0), caps, caps)
def test_a_later_draw_contains_the_earlier_one_or_is_refused(log, rate, later_rate, first_caps, later_caps):
    first = drawn(log, rate, first_caps)
    try:
        second = more(log, first, later_rate, later_caps)
    except Refused:
        lower = {n for n, cap in later_caps.items() if cap != "all" and cap < first_caps_count(first, n)}
        assert later_rate < rate or lower
        return
    for before, after in zip(first.strata, second.strata, strict=True):
        assert set(first.ids[before.name]) <= set(second.ids[after.name])
        assert after.probability >= before.probability
        assert after.population == before.population
    assert set(all_of(second.added)) == set(all_of(second.ids)) - set(all_of(first.ids))


def first_caps_count(result, name):
    stratum = next(s for s in result.strata if s.name == name)
    return stratum.probability * stratum.population + 1e-6


def test_the_same_wishes_again_add_nothing(log):
    first = drawn(log)
    again = more(log, first, 0.05)
    assert all_of(again.added) == []
    assert again.digest == first.digest
    assert again.notes == ()


def test_a_lower_rate_or_cap_is_refused(log):
    first = drawn(log, caps={"failing": 100})
    with pytest.raises(Refused, match="can only raise"):
        more(log, first, 0.04)
    with pytest.raises(Refused, match="can only raise"):
        more(log, first, 0.05, {"failing": 60})


def test_rows_that_arrive_late_are_counted_and_never_drawn(tmp_path):
    file = write(tmp_path / "log.jsonl", 2_000)
    first = drawn(file)
    write(file, 2_000, late=300)
    second = more(file, first, 0.9, {"failing": "all"})
    assert second.frame.late == 300
    assert not {f"c{i}" for i in range(2_000, 2_300)} & set(all_of(second.ids))
    assert [s.population for s in second.strata] == [s.population for s in first.strata]
    assert "300 rows arrived after" in second.notes[0]


def test_without_import_times_a_difference_is_noted_and_no_stratum_exceeds_its_population(tmp_path):
    file = write(tmp_path / "log.jsonl", 2_000, imported=False)
    first = drawn(file)
    write(file, 2_000, late=300, imported=False)
    second = more(file, first, 1.0)
    assert second.frame.late == 0
    assert "failing 200, now 230" in second.notes[0]
    assert all(s.sampled <= s.population for s in second.strata)
    assert set(all_of(first.ids)) <= set(all_of(second.ids))


def test_a_conversation_that_has_changed_its_group_stays_where_it_was_drawn(tmp_path):
    file = write(tmp_path / "log.jsonl", 2_000)
    first = drawn(file)
    moved = first.ids["rest"][0]
    write(file, 2_000, **{moved: {"status": "error"}})
    second = more(file, first, 0.2, {"failing": "all"})
    assert moved in second.ids["rest"]
    assert moved not in second.ids["failing"]
    assert len(all_of(second.ids)) == len(set(all_of(second.ids)))


def test_other_groups_than_those_sealed_are_refused(log):
    first = drawn(log)
    engine = open_source(log)
    with pytest.raises(Refused, match="A sealed frame keeps its groups"):
        extend(engine, sealed(first), Wishes(0.1), window=WINDOW, groups=())


def test_growing_is_pure_arithmetic_on_ids():
    found = {"rest": ["a", "b", "c", "d"]}
    order = sorted(found["rest"], key=lambda i: digest("s", i))
    two = DrawPlan((Allocation("rest", 4, 0.5, 2),))
    assert take(found, two, "s") == {"rest": tuple(order[:2])}
    # The last one was drawn before, so one more is enough for two.
    assert set(grown({"rest": (order[3],)}, found, two, "s")["rest"]) == {order[3], order[0]}


def test_the_stratum_of_nothing_is_empty(tmp_path):
    file = tmp_path / "log.jsonl"
    file.write_text('{"id": "a", "created_at": "2026-11-18", "status": "error"}\n')
    result = drawn(file, 0.01)
    assert result.strata == (
        DrawnStratum("failing", 1, 1.0, 1),
        DrawnStratum("low_confidence", 0, 1.0, 0),
        DrawnStratum("rest", 0, 0.01, 0),
    )


def test_an_open_connection_is_an_engine_too():
    connection = duckdb.connect()
    connection.execute("CREATE TABLE log_rows AS SELECT 'c' || i AS id FROM range(100) r(i)")
    engine = DuckDBEngine(connection, "memory", {"id": "VARCHAR"})
    assert draw(engine, Wishes(1.0), window=None, week=WEEK).sampled == 100
