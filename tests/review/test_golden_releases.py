"""Releases: freezing, hashes, differences; coverage; tags of queries."""

from dataclasses import replace

import pytest
from golden_store import GOOD, WEEK, reviewed_store
from hypothesis import given
from hypothesis import strategies as st
from quick_stores import damage, in_words_of_sqlite

from review.audit.verifying import check_store
from review.basics.canonical import digest
from review.basics.errors import InputError, NothingToDo, Refused, UnknownError
from review.golden.approve import approve, bulk_approve
from review.golden.content import Wish
from review.golden.coverage import cover, coverage
from review.golden.examples import current_examples
from review.golden.provenance import provenance
from review.golden.releases import diff, examples_of, release, release_hash, releases, verify
from review.golden.retire import retire
from review.golden.rows import exported
from review.golden.sql_tags import sql_tags
from review.settling.adjudication import adjudicate
from storage.connection import StorageError
from storage.opening import open_store
from storage.records_golden import GoldenExample, Release, ReleaseExample
from storage.records_people import AuditEntry


@pytest.fixture
def store(tmp_path):
    store = reviewed_store(tmp_path)
    bulk_approve(store, ["u1", "h1"], by="eva")
    return store


def test_a_release_freezes_the_current_examples_with_their_votes_and_adjudicator(store):
    adjudicate(store, "d1", by="eva", labels=GOOD, reason="slip")
    approve(store, "d1", by="lea")
    made = release(store, "v1", by="eva", notes="first")
    rows = examples_of(store, "v1")
    assert (made.size, len(rows), made.notes) == (3, 3, "first")
    assert [r.example_id for r in rows] == sorted(r.example_id for r in rows)
    by_item = {r.content["item_id"]: r.content for r in rows}
    assert by_item["d1"]["adjudicator"] == "eva" and by_item["u1"]["adjudicator"] is None
    assert {v["rater"] for v in by_item["u1"]["votes"]} == {"ana", "ben"}
    assert by_item["u1"]["origin"]["conversation"] == "u1" and by_item["u1"]["rubric_version"] == 1
    assert verify(store, "v1").holds
    assert provenance(store, rows[0].example_id).releases == ("v1",)


def test_a_release_needs_the_role_an_unused_valid_name_and_a_change(store):
    with pytest.raises(Refused, match="role adjudicator"):
        release(store, "v1", by="ana")
    for name in ("", "../v1", "a b", "-x", "v" * 65):
        with pytest.raises(InputError, match="name"):
            release(store, name, by="eva")
    release(store, "v1", by="eva")
    with pytest.raises(NothingToDo, match="since release 'v1'"):
        release(store, "v2", by="eva")
    with pytest.raises(Refused, match="already"):
        release(store, "v1", by="eva")
    with pytest.raises(UnknownError, match=r"there are: v1"):
        examples_of(store, "v9")


def test_a_release_needs_an_example(tmp_path):
    store = reviewed_store(tmp_path)
    with pytest.raises(NothingToDo, match="no golden example"):
        release(store, "v1", by="eva")
    assert releases(store) == []


def test_the_same_contents_under_another_name_have_the_same_hash(store):
    one = release(store, "v1", by="eva")
    gone = next(e for e in current_examples(store) if e.item_id == "u1")
    retire(store, gone.example_id, by="eva", note="doubtful")
    two = release(store, "v2", by="eva")
    approve(store, "u1", by="lea", note="it was right")  # another person, another time, the same contents
    three = release(store, "v3", by="lea")
    assert one.content_hash == three.content_hash != two.content_hash


def test_later_changes_do_not_change_a_release(store):
    made = release(store, "v1", by="eva")
    before = [r.content for r in examples_of(store, "v1")]
    approve(store, "u1", Wish(expected_answer="Something else.", kind="edge"), by="eva")
    retire(store, next(e for e in current_examples(store) if e.item_id == "h1").example_id, by="eva", note="old")
    # The store's only writing verb adds: a record whose key is there stays as it was.
    assert store.add(replace(made, size=0, content_hash="0")) == 0
    row = examples_of(store, "v1")[0]
    assert store.add(replace(row, content={}, content_hash="0")) == 0
    assert [r.content for r in examples_of(store, "v1")] == before
    assert store.get(Release, "v1") == made
    assert verify(store, "v1").holds


def test_a_release_changed_from_outside_is_detected_and_not_exported(store):
    release(store, "v1", by="eva")
    row = examples_of(store, "v1")[0]
    store.add(ReleaseExample("smuggled", "v1", "ex-smuggled", digest(row.content), row.content))
    assert not verify(store, "v1").holds
    with pytest.raises(Refused, match="has changed since it was made"):
        exported(store, "v1")
    damage(store, "DELETE FROM release_examples WHERE id = 'smuggled'")
    assert verify(store, "v1").holds
    damage(store, f"UPDATE release_examples SET content = replace(content, 'Friday', 'Monday') WHERE id = '{row.id}'")
    assert verify(store, "v1").damaged == (row.example_id,)


def test_a_diff_names_what_was_added_removed_and_changed(store):
    release(store, "v1", by="eva")
    h1 = next(e for e in current_examples(store) if e.item_id == "h1")
    retire(store, h1.example_id, by="eva", note="old")
    u1 = approve(store, "u1", Wish(expected_answer="On Friday.", kind="edge"), by="eva")
    s1 = approve(store, "s1", by="eva")
    release(store, "v2", by="eva")
    found = diff(store, "v1", "v2")
    assert (found.added, found.removed) == ((s1.example_id,), (h1.example_id,))
    assert [(c.example_id, c.fields) for c in found.changed] == [(u1.example_id, ("expected_answer", "kind"))]
    assert diff(store, "v1", "v1").empty


texts = st.text(max_size=8)
contents = st.dictionaries(
    texts, st.one_of(texts, st.integers(-9, 9), st.none(), st.lists(texts, max_size=3)), max_size=4
)


@given(st.lists(contents, max_size=6), st.randoms(use_true_random=False))
def test_the_hash_does_not_depend_on_any_order(rows, random):
    rows = [{**row, "example_id": f"ex-{k}"} for k, row in enumerate(rows)]
    shuffled = [dict(random.sample(list(row.items()), len(row))) for row in rows]
    random.shuffle(shuffled)
    assert release_hash(rows) == release_hash(shuffled)


@given(st.lists(contents, min_size=1, max_size=4), st.data())
def test_the_hash_changes_with_any_content(rows, data):
    rows = [{**row, "example_id": f"ex-{k}"} for k, row in enumerate(rows)]
    k = data.draw(st.integers(0, len(rows) - 1))
    other = [dict(r) for r in rows]
    other[k]["expected_answer"] = str(other[k].get("expected_answer", "")) + "."
    assert release_hash(rows) != release_hash(other)
    assert release_hash(rows) != release_hash(rows[:-1])


def example(k, scenario, kind="normal", source="historical"):
    return GoldenExample(
        id=f"{k}",
        example_id=f"ex-{k}",
        conversation_id="",
        item_id="",
        content={},
        labels={},
        votes=(),
        rubric_version=1,
        approved_by="eva",
        at="",
        scenario=scenario,
        kind=kind,
        source=source,
    )


def test_coverage_counts_scenario_by_kind_and_names_what_is_missing():
    rows = [
        example(1, "orders"),
        example(2, "orders", "edge"),
        example(3, "orders"),
        example(4, "returns"),
        example(5, ""),
    ]
    found = cover(rows, plan={"returns": 3, "orders": {"normal": 1, "edge": 2, "adversarial": 1}})
    cells = {(c.scenario, c.kind): (c.n, c.target) for c in found.cells}
    assert cells["orders", "normal"] == (2, 1) and cells["orders", "edge"] == (1, 2)
    assert cells["returns", "normal"] == (1, None) and cells["", "normal"] == (1, None)
    assert [(t.scenario, t.n, t.target) for t in found.totals] == [("returns", 1, 3), ("orders", 3, 4), ("", 1, None)]
    # returns: 3 - 1 = 2; orders: one edge and one adversarial, although 3 of 4 are there; together 4 of target 7.
    assert (found.n, found.target, found.missing) == (5, 7, 4)
    assert found.sources == {"manual": 0, "historical": 5, "synthetic": 0, "feedback": 0}


def test_coverage_of_a_store_takes_one_target_for_every_scenario(store):
    found = coverage(store, target=25)
    assert [(t.scenario, t.n, t.target, t.missing) for t in found.totals] == [("orders", 2, 25, 23)]
    assert sum(found.splits.values()) == 2


def test_coverage_of_nothing_shows_the_plan():
    found = cover([], plan={"orders": 25})
    assert (found.n, found.target, found.missing, len(found.cells)) == (0, 25, 25, 3)


@pytest.mark.parametrize(
    ("sql", "tags"),
    [
        (None, ()),
        ("", ()),
        ("SELECT 1", ()),
        ("SELECT a FROM t JOIN u USING (id) LEFT JOIN v USING (id)", ("join-depth-2",)),
        ("SELECT a FROM t WHERE d > now() - INTERVAL 3 MONTH FORMAT TabSeparatedWithNames", ("dates",)),
        ("SELECT count() FROM s WHERE toDate(at) = '2026-11-01'", ("dates",)),
        ("SELECT strftime('%Y', d) FROM t", ("dates",)),
        ("SELECT timezone FROM t", ()),
        ("SELECT rank() OVER (PARTITION BY a ORDER BY b) FROM t", ("window-function",)),
        ("SELECT a FROM t WHERE a IN (SELECT a FROM u)", ("subquery",)),
        ("WITH x AS (SELECT 1) SELECT * FROM x", ("cte",)),
        ("SELECT 1 UNION ALL SELECT 2", ()),
        ("(SELECT 1) UNION ALL (SELECT 2)", ()),
        ("SELECT {name, id} FROM t", ()),
        ("I cannot answer that.", ("sql-unreadable",)),
        ("SELECT FROM WHERE (", ("sql-unreadable",)),
    ],
)
def test_tags_describe_the_query(sql, tags):
    assert sql_tags(sql) == tags


def test_every_example_knows_the_week_of_its_item(store):
    assert all(e.content["origin"]["week"] == WEEK for e in current_examples(store))


@in_words_of_sqlite
def test_a_disk_that_fills_up_in_the_middle_of_a_release_leaves_no_part_of_it(store):
    entries = store.find(AuditEntry)
    store.db.execute(f"PRAGMA max_page_count = {store.db.execute('PRAGMA page_count').fetchone()[0]}")
    with pytest.raises(StorageError, match=r"disk is full\. Nothing was written\. Free some space"):
        release(store, "v1", by="eva", notes="x" * 50_000)
    assert releases(store) == [] and store.find(ReleaseExample) == [] and store.find(AuditEntry) == entries
    assert check_store(open_store(store.path)).holds
    store.db.execute("PRAGMA max_page_count = 1000000")
    assert release(store, "v1", by="eva").size == 2 and verify(store, "v1").holds
    assert check_store(store).holds
