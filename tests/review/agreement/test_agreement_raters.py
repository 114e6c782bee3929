import pytest
from agreement_cases import columns, patient, ratings_from_columns
from hypothesis import given
from hypothesis import strategies as st

from review.basics.labels import Label, Scale, ratings_of
from review.statistics.agreement.pairs import copied, pair_matrix
from review.statistics.agreement.raters import leave_one_out
from review.statistics.agreement.report import agreement_report


def by_rater(text):
    ratings = ratings_from_columns(columns(text), "nominal", tuple("abc"))
    return {r.rater: (r.n, r.ties, r.agreement.value) for r in leave_one_out(ratings)}


def test_a_rater_is_compared_with_the_others_and_not_with_a_majority_they_made_themselves():
    # items aab, aaa, bba: r1 against (a, b) tie, (a, a) agrees, (b, a) tie
    found = by_rater("aab\naab\nbaa")
    assert found["r1"] == (1, 2, 1.0)
    assert found["r3"] == (3, 0, pytest.approx(1 / 3))


def test_two_raters_are_each_others_majority():
    assert by_rater("aabb\naaba") == {"r1": (4, 0, 0.75), "r2": (4, 0, 0.75)}


def test_items_nobody_else_rated_do_not_count():
    ratings = ratings_from_columns(columns("aab\na.."), "nominal", tuple("abc"))
    lonely = ratings_from_columns(columns("a.\n.b"), "nominal", tuple("abc"))
    assert leave_one_out(ratings)[0].n == 1
    assert leave_one_out(lonely)[0].agreement.undefined == "nobody else rated the same items"


@patient
@given(st.lists(st.lists(st.sampled_from("abc."), min_size=6, max_size=6), min_size=2, max_size=6))
def test_leaving_out_equals_counting_by_hand(rows):
    table = {f"r{j}": [None if c == "." else c for c in row] for j, row in enumerate(rows)}
    for found in leave_one_out(ratings_from_columns(table, "nominal", tuple("abc"))):
        agreed = differed = ties = 0
        for place, own in enumerate(table[found.rater]):
            others = [c[place] for r, c in table.items() if r != found.rater and c[place] is not None]
            if own is None or not others:
                continue
            most = max(others.count(v) for v in "abc")
            leaders = [v for v in "abc" if others.count(v) == most]
            ties += len(leaders) > 1
            agreed += leaders == [own]
            differed += len(leaders) == 1 and leaders != [own]
        assert (found.n, found.ties) == (agreed + differed, ties)
        assert found.agreement.value == (agreed / found.n if found.n else None)


@patient
@given(st.lists(st.lists(st.sampled_from("abc."), min_size=8, max_size=8), min_size=2, max_size=5))
def test_the_pair_matrix_equals_counting_by_hand(rows):
    table = {f"r{j}": [None if c == "." else c for c in row] for j, row in enumerate(rows)}
    report = agreement_report(ratings_from_columns(table, "nominal", tuple("abc")), bootstrap=0)
    for pair in report.pairs:
        both = [(a, b) for a, b in zip(table[pair.first], table[pair.second], strict=True) if a and b]
        assert pair.n == len(both)
        if not both:
            assert pair.percent_agreement is None
            continue
        p_o = sum(a == b for a, b in both) / len(both)
        p_e = sum(sum(a == v for a, _ in both) * sum(b == v for _, b in both) for v in "abc") / len(both) ** 2
        assert pair.percent_agreement == pytest.approx(p_o)
        assert pair.cohen_kappa == (None if p_e == 1 else pytest.approx((p_o - p_e) / (1 - p_e)))


def test_identical_columns_are_flagged_when_others_disagree_enough():
    first = "abcabcabcabcabcabcabcabc"
    third = "abbabcacaabcabaabcabcbbc"
    report = agreement_report(ratings_from_columns(columns(f"{first}\n{first}\n{third}"), "nominal", tuple("abc")))
    assert [(p.first, p.second) for p in report.copied] == [("r1", "r2")]
    assert any("r1 and r2 gave identical labels on all 24 items" in w for w in report.warnings)


def test_identical_columns_of_a_few_items_or_one_value_or_an_easy_task_are_not():
    few = ratings_from_columns(columns("abc\nabc\nbca"), "nominal", tuple("abc"))
    one_value = ratings_from_columns(columns("a" * 60 + "\n" + "a" * 60), "nominal", tuple("abc"))
    nearly = "ab" * 14 + "a"
    easy = ratings_from_columns(columns(f"{nearly}b\n{nearly}b\n{nearly}a"), "nominal", tuple("ab"))
    for ratings in (few, one_value, easy):
        assert copied(pair_matrix(ratings)) == ()


def test_sparse_and_full_tables_give_the_same_pairs():
    labels = [Label(f"i{i}", f"r{(i + j) % 40:02}", "d", "ab"[(i * j) % 2]) for i in range(200) for j in range(3)]
    scale = Scale("nominal", ("a", "b"))
    matrix = pair_matrix(ratings_of(labels, scale))  # 3 of 40 raters on an item: under a tenth of the table
    assert matrix.names[:2] == ("r00", "r01")
    for a, b in ((0, 1), (0, 2), (5, 7)):
        mine = [x for x in labels if x.rater in (f"r{a:02}", f"r{b:02}")]
        pair = agreement_report(ratings_of(mine, scale), bootstrap=0).pairs[0]  # two raters: a full table
        assert matrix.shared[a, b] == pair.n
        assert matrix.agreed[a, b] / matrix.shared[a, b] == pair.percent_agreement
    assert matrix.shared[0, 20] == 0
