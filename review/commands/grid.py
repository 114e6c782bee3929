"""Tables on the command line whose words stay whole, however narrow the window is.

Rich takes width from every column alike, so that an id or a date is cut while a sentence beside it would still wrap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

LONGEST = 36
"""A longer word is folded: a hash, an address."""
LONGEST_IN_SENTENCE = 10
"""Where the words do not fit otherwise, a longer one in a column of sentences is folded."""
INDENT = 2


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What a column needs in characters: ``least`` keeps its words whole, ``most`` keeps each cell on one line.

    ``tight`` folds long words where a column holds sentences, and keeps those of a column of single words.
    """

    tight: int
    least: int
    most: int


class Grid(Table):
    """A table that fits the window: sentences wrap first, then the lines around cells go, then each row is a block."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        needs = [_needs(column, console, options) for column in self.columns]
        if sum(one.most for one in needs) + self._around() <= options.max_width:
            yield from super().__rich_console__(console, options)
            return
        if sum(one.tight for one in needs) + self._around() > options.max_width:
            self.box, self.pad_edge, self.padding = None, False, (0, 1, 0, 0)
        widths = fitted(needs, options.max_width - self._around())
        if widths is None:
            yield from self._blocks()
            return
        for column, width in zip(self.columns, widths, strict=True):
            column.width, column.overflow = width, "fold"
        yield from super().__rich_console__(console, options)

    def _around(self) -> int:
        """Return how many characters of a line are no text: lines and the space beside them."""
        _, right, _, left = self.padding
        n = len(self.columns)
        inside = n * (left + right) - (0 if self.pad_edge else left + right)
        lines = (n - 1) + (2 if self.show_edge else 0) if self.box else 0
        return inside + lines

    def _blocks(self) -> Iterator[RenderableType]:
        """Yield each row as lines of heading and value, with an empty line between two rows."""
        if self.title:
            yield self.title if isinstance(self.title, Text) else Text.from_markup(str(self.title))
        cells = [list(column.cells) for column in self.columns]
        for place in range(self.row_count):
            if place:
                yield ""
            block = Table(box=None, pad_edge=False, show_header=False)
            block.add_column(no_wrap=True, style="dim")
            block.add_column(overflow="fold")
            for column, values in zip(self.columns, cells, strict=True):
                block.add_row(column.header, values[place])
            yield Padding(block, (0, 0, 0, INDENT)) if self.title else block


def fitted(needs: Sequence[Needs], width: int) -> list[int] | None:
    """Return a width for each column, ``width`` at most together, or None if their words do not fit.

    What is left beyond whole words goes first to the columns that need least of it.
    """
    least = [one.least for one in needs]
    widths = least if sum(least) <= width else [one.tight for one in needs]
    spare = width - sum(widths)
    if spare < 0:
        return None
    missing = [one.most - given for one, given in zip(needs, widths, strict=True)]
    for done, k in enumerate(sorted(range(len(needs)), key=missing.__getitem__)):
        more = min(missing[k], spare // (len(needs) - done))
        widths[k] += more
        spare -= more
    return widths


def _needs(column: Column, console: Console, options: ConsoleOptions) -> Needs:
    wide = options.update(width=10**6)
    cells = [cell for cell in (column.header, *column.cells) if cell != ""]
    measured = [Measurement.get(console, wide, cell) for cell in cells]
    pairs = list(zip(map(str, cells), measured, strict=True))
    most = max((one.maximum for one in measured), default=0)
    least = max((one.maximum if _is_whole(said) else one.minimum for said, one in pairs), default=0)
    least = min(LONGEST, most if column.no_wrap else least)
    whole = max((one.maximum for said, one in pairs if _is_whole(said)), default=0)
    tight = least if least == most else min(least, max(LONGEST_IN_SENTENCE, whole))
    return Needs(tight=tight, least=least, most=most)


def _is_whole(said: str) -> bool:
    """Whether a cell stays on one line: an id, a name with a number, a date, figures with their interval."""
    if any(c.isalpha() for c in said):
        return any(c.isdigit() for c in said) and not any(c.isspace() for c in said.strip())
    return True
