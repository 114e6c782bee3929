import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.basics.errors import InputError
from review.sampling.key import chosen, digest, in_overlap, sample_digest, threshold

shares = st.floats(2**-32, 1.0)


def test_one_percent_has_the_published_threshold():
    # round(0.01 * 2^32) = 42,949,673 = 0x028f5c29
    assert threshold(0.01) == "028f5c29"


def test_the_key_is_md5_over_seed_colon_id():
    assert digest("2026-W47", "a") == hashlib.md5(b"2026-W47:a").hexdigest()
    assert digest("s", "\u00e9") == hashlib.md5("s:\u00e9".encode()).hexdigest() != digest("s", "e\u0301")


def test_everything_is_chosen_at_one():
    assert threshold(1.0) is None
    # A share that rounds up to 2^32 would be the nine digits 100000000, which sort before ffffffff.
    assert threshold(1 - 2**-34) is None
    assert threshold(1 - 2**-32) == "ffffffff"
    assert chosen("s", "anything", 1.0)


@pytest.mark.parametrize("p", [0.0, 2.0**-33, -0.1, 1.0000001, float("nan"), float("inf")])
def test_a_probability_out_of_range_is_refused(p):
    with pytest.raises(InputError, match="2\\^-32"):
        threshold(p)


def test_the_smallest_probability_is_one_in_four_billion():
    assert threshold(2.0**-32) == "00000001"


@settings(deadline=None)
@given(st.text(), shares, shares)
def test_a_larger_probability_contains_the_smaller_sample(id_, p, q):
    small, large = sorted((p, q))
    assert not chosen("seed", id_, small) or chosen("seed", id_, large)


def test_the_share_chosen_is_the_share_asked_for():
    # 100,000 ids at 3 %: 3,000 expected, standard deviation sqrt(100000 * .03 * .97) = 54; five of them are 270.
    n = sum(chosen("2026-W47", f"id-{i}", 0.03) for i in range(100_000))
    assert abs(n - 3_000) < 270


def test_the_overlap_has_a_key_of_its_own():
    ids = [f"id-{i}" for i in range(20_000)]
    drawn = [i for i in ids if chosen("w", i, 0.1)]
    both = [i for i in drawn if in_overlap("w", i, 0.2)]
    assert hashlib.md5(f"w:overlap:{both[0]}".encode()).hexdigest()[:8] < threshold(0.2)
    # About 2,000 drawn, a fifth of them 400; with the key of the draw itself all or none would be in the overlap.
    assert abs(len(both) / len(drawn) - 0.2) < 5 * (0.2 * 0.8 / len(drawn)) ** 0.5
    assert not in_overlap("w", ids[0], 0.0)


def test_the_fingerprint_of_a_sample_is_md5_of_its_sorted_ids():
    assert sample_digest(["b", "a", "\u00e9"]) == hashlib.md5("a\nb\n\u00e9".encode()).hexdigest()
    assert sample_digest([]) == hashlib.md5(b"").hexdigest()
