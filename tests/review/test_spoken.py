"""Names of data as words."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from review.basics.words import p_value, p_words, plain_signs, signed, spoken

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("order_status", "order status"),
        (["wrong_fact", "unsafe"], "wrong fact, unsafe"),
        (("größe_2", "x"), "größe 2, x"),
        (None, ""),
        ("a_", "a_"),
        ("_private", "_private"),
        ("see file_name.txt now", "see file_name.txt now"),
        (3, "3"),
    ],
)
def test_only_what_is_written_like_a_name_becomes_words(value: object, text: str) -> None:
    assert spoken(value) == text


@pytest.mark.parametrize(
    ("p", "cell", "words"),
    [
        (3.81e-06, "< 0.0001", "p < 0.0001"),
        (0.0, "< 0.0001", "p < 0.0001"),
        (0.0001, "0.0001", "p = 0.0001"),
        (0.000977, "0.000977", "p = 0.000977"),
        (0.0625, "0.0625", "p = 0.0625"),
        (1.0, "1", "p = 1"),
    ],
)
def test_a_small_p_value_is_never_zero_and_needs_no_exponent(p: float, cell: str, words: str) -> None:
    assert (p_value(p), p_words(p)) == (cell, words)


def test_a_minus_sign_is_a_hyphen_in_a_download_and_an_escape_where_an_encoding_lacks_it() -> None:
    assert signed(-8.5) == "−8.5" and plain_signs(f"{signed(-4)} to {signed(-1)}, a − b") == "-4.0 to -1.0, a − b"
    assert signed(-0.0004, "+.2f") == "+0.00" and signed(-0.04, ".1%") == "−4.0%" and signed(-0.4, ".0f") == "0"
    code = "import sys; from review.commands import cli; cli._write_any_text(); print(chr(0x2212) + '1')"
    old = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env={**os.environ, "PYTHONIOENCODING": "cp1252"}, cwd=ROOT
    )
    assert (old.returncode, old.stdout.strip()) == (0, b"\\u22121")
