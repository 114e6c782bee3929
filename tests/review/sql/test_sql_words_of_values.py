"""How words say values, shares and days: underscores as spaces, "one in ten", ranges with one month."""

import pytest

from review.sql.results.figures import untraceable
from review.sql.results.result import Result
from review.sql.results.worded import contradictions

LOANS = Result(
    columns=("kind", "loans"), rows=(("audio_book", 23), ("picture-book", 410), ("e_reader", 24), ("magazine", 13))
)
ONE = Result(columns=("kind", "share"), rows=(("audio_library", 10.6),))
SHELF = Result(columns=("shelf", "copies"), rows=(("unit_7_north", 131), ("unit_9_south", 84)))


@pytest.mark.parametrize(
    ("answer", "result", "said"),
    [
        ("Picture books 410, e-readers 24, audio books 23 and magazines 13.", LOANS, ""),
        ("Audio-books were lent 23 times.", LOANS, ""),
        ("audio_book: 23, e_reader: 24", LOANS, ""),
        ("Audio books 24, e-readers 23.", LOANS, "'24' stands beside 'audio_book'"),
        ("The audio library kind leads with 10.6.", ONE, ""),
        ("Audio libraries lead with 10.6.", ONE, ""),
        ("Video libraries lead with 10.6.", ONE, "do not name 'audio_library'"),
    ],
)
def test_values_with_underscores_and_hyphens_are_named_by_words(answer, result, said):
    found = contradictions(answer, result)
    assert bool(found) == bool(said) and said in " ".join(found), found


@pytest.mark.parametrize(
    ("answer", "result", "figures"),
    [
        ("Unit 7 north holds 131 copies, unit 9 south 84.", SHELF, []),
        ("About one in ten (10.6%).", ONE, []),
        ("One in nine (10.6%).", ONE, []),
        ("One in eight loans (10.6%).", ONE, ["eight"]),
        ("One in four loans (10.6%).", ONE, ["four"]),
        ("From 16 to 26 January 2026 it was 10.6.", ONE, []),
        ("Vom 16. bis 26. Januar 2026 waren es 10.6.", ONE, []),
        ("January 16 to 26, 2026: 10.6.", ONE, []),
        ("Im Mai (1.5. bis 31.5.2026) waren es 10.6.", ONE, []),
        ("It rose from 16 to 26 in January.", ONE, ["16", "26"]),
        ("In May 11 to 15% of the shelves.", ONE, ["15%"]),
        ("It was 1.5. Then 2.5.", ONE, ["1.5", "2.5"]),
    ],
)
def test_names_shares_and_ranges_of_days_are_read(answer, result, figures):
    assert [answer[f.start : f.end] for f in untraceable(answer, result)] == figures
