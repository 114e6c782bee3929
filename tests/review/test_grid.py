"""Tables on the command line keep ids whole in every window, and lose no text."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from review.commands.grid import LONGEST, Grid

COMMANDS = Path(__file__).parents[2] / "review" / "commands"
IDS = st.text("abcdef0123456789-", min_size=1, max_size=24)
SENTENCES = st.lists(st.text("abcdefghij", min_size=1, max_size=9), max_size=12).map(" ".join)


def printed(grid: Grid, width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(grid)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


@given(st.lists(st.tuples(IDS, SENTENCES, IDS, SENTENCES), min_size=1, max_size=5), st.integers(40, 140))
def test_ids_are_whole_and_no_character_is_lost(rows: list[tuple[str, ...]], width: int) -> None:
    grid = Grid("decision", "question", "candidate", "what is new")
    for row in rows:
        grid.add_row(*map(Text, row))
    shown = printed(grid, width)
    assert all(len(line) <= width for line in shown.splitlines())
    assert "candidate" in shown and "…" not in shown
    for one, first, other, second in rows:
        assert one in shown and other in shown
        for sentence in (first, second):
            assert sum(shown.count(c) for c in set(sentence)) >= sum(sentence.count(c) for c in set(sentence))


@pytest.mark.parametrize(("width", "look"), [(100, "┃ decision"), (60, "decision  "), (24, "  baseline")])
def test_lines_around_cells_go_before_rows_become_blocks(width: int, look: str) -> None:
    grid = Grid("decision", "baseline", "release", "open", "at", title="Decisions")
    grid.add_row("gate-fdd57a79cf37", "v3", "shop-200", "may ship", "2026-10-13 09:33")
    grid.add_row("gate-5e8ed6d42628", "v2", "shop-200", "fail", "2026-10-13 09:33")
    shown = printed(grid, width)
    assert look in shown and shown.count("gate-") == 2 and "Decisions" in shown


def test_a_word_that_is_too_long_for_a_line_is_folded() -> None:
    grid = Grid("hash", "note")
    grid.add_row("0123456789abcdef" * 4, "one word")
    shown = printed(grid, 50)
    assert re.sub(r"[^0-9a-f]", "", shown.replace("hash", "").replace("note", "")).startswith("0123456789abcdef")
    assert LONGEST <= max(map(len, re.findall(r"[0-9a-f]{8,}", shown))) < 50


def test_every_command_draws_its_tables_so() -> None:
    own = [
        f.name for f in sorted(COMMANDS.glob("*.py")) if re.search(r"from rich\.table import .*Table", f.read_text())
    ]
    assert own == ["grid.py"]
