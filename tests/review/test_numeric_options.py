"""Every option of every command that takes a number: finite, and never negative where it counts something."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from review.commands.cli import spotcheck as root
from tests.command_line import spotcheck

WORDS = ("nan", "NaN", "inf", "-inf", "infinity", "1e999")


def options(command: click.Command, name: str = "") -> Iterator[tuple[str, click.Parameter]]:
    """Yield the parameters of a command and of those below it, with their full names."""
    for one in command.params:
        yield f"{name} {one.name}", one
    if isinstance(command, click.Group):
        context = click.Context(command)
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found is not None
            yield from options(found, f"{name} {child}".strip())


def converted(option: click.Parameter, text: str) -> object:
    """Return what an option makes of a text, None where it refuses."""
    try:
        return option.type.convert(text, option, None)
    except click.BadParameter:
        return None


NUMBERS = {name: one for name, one in options(root) if isinstance(converted(one, "0.5"), float)}
COUNTS = {name: one for name, one in options(root) if type(converted(one, "1")) is int}
CHECKED_LATER = {
    *("collect port", "demo port", "serve port", "serve collect_port"),
    *("judge run repeats", "judge run concurrency", "judge run attempts"),
}
"""Counts that their own room checks, with a message of its own: ports, and what a run of a judge may ask for."""


def test_no_option_takes_what_is_no_number() -> None:
    assert len(NUMBERS) >= 15, "the options that take numbers were not found"
    taken = {(name, word) for name, one in NUMBERS.items() for word in WORDS if converted(one, word) is not None}
    assert not taken


def test_no_count_is_negative() -> None:
    assert len(COUNTS) >= 20, "the options that take counts were not found"
    assert not [name for name, one in COUNTS.items() if name not in CHECKED_LATER and converted(one, "-1") is not None]


@pytest.mark.parametrize("word", WORDS[:3])
def test_a_refusal_names_the_option_and_what_it_expects(tmp_path: Path, word: str) -> None:
    (tmp_path / "outcomes.csv").write_text("user,variant\nu,a\nv,b\n")
    done = spotcheck(tmp_path, "ab", "--outcomes", "outcomes.csv", "--min-days", word)
    assert done.returncode == 2
    assert f"--min-days': found '{word}', expected a number in the range x>=0" in done.stderr
