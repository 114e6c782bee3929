"""A group of commands, each imported when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from review.basics.plug_ins import docstring_at, object_at


class LazyGroup(click.Group):
    """A click group that imports a command only when it is called: importing all takes seconds.

    ``places`` are its commands by name, each as ``package.module:NAME``.
    """

    def __init__(self, *args: Any, places: Mapping[str, str], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names, sorted."""
        return sorted(self.places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command; None for an unknown name."""
        return object_at(click.Command, self.places[cmd_name]) if cmd_name in self.places else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each command with the first sentence of its help, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, overview(name, self.places[name])) for name in self.list_commands(ctx)])


def overview(name: str, place: str) -> str:
    """Return what a command does in one line: the first paragraph of its docstring, read from its source."""
    return click.Command(name, help=docstring_at(place)).get_short_help_str(limit=300)
