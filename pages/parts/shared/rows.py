"""Tables whose rows open: boxes only where something can be done with several rows, a cell for the row itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from pages.parts.shared import figures

NARROW = 120
WIDE = 240
"""Pixels of a question, so that a phone shows what stands beside it; a table with room to spare stretches."""
ROOM = 890
"""Pixels that a table has in a window of 1280: columns that take more push the last one out of sight."""
BOX = 40
"""Pixels of the column of boxes."""


def address(rater_id: str, page: str, **query: str) -> str:
    """Return the address of a page for a link in a table, which opens in a new tab: it keeps who is looking."""
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{'/' + base if base else ''}/{page}?{urlencode({'rater': rater_id, **query})}"


def link(words: str) -> Any:
    """Return the settings of a column of addresses, each shown as these words."""
    return st.column_config.LinkColumn(display_text=words, width=80)


class Chosen(NamedTuple):
    """The ids of the ticked rows, and of the row that somebody just opened ("" for none)."""

    ticked: list[str]
    opened: str


def choose(
    frame: pd.DataFrame,
    *,
    key: str,
    id_column: str,
    boxes: bool = False,
    all_ticked: bool = False,
    file_name: str = "",
    narrow: bool = True,
    named: bool = False,
    wrapped: bool = False,
    config: Mapping[str, Any] | None = None,
) -> Chosen:
    """Draw a table and return what is chosen in it. The id stands last and narrow, so that it pushes nothing out.

    An id that is the name of its row (``named``) stands first: on a phone nothing else is in sight. ``wrapped`` gives
    each row three lines, so that a question can be read to its end.
    A selected cell opens its row; ``all_ticked`` ticks every box at first. A row counts as opened once: afterwards the
    page may leave it by other means. With a ``file_name`` the rows can be downloaded, and ``narrow`` gives a long table
    a filter.
    """
    others = [c for c in frame.columns if c != id_column]
    columns = [id_column, *others] if named else [*others, id_column]
    frame = figures.filtered(frame[columns], key=key) if narrow else frame[columns]
    ids = [str(one) for one in frame[id_column]]
    text = st.column_config.TextColumn
    widths = {"question": text(width=WIDE), id_column: text(width=NARROW)}
    # Streamlit keeps a selection by position. With the ids in the key it never lands on another row.
    name = f"{key}_{hash(tuple(ids))}"
    picked = st.dataframe(
        frame,
        hide_index=True,
        width="stretch",
        height=figures.wrapped_height(frame) if wrapped else "auto",
        row_height=figures.WRAPPED if wrapped else None,
        key=name,
        on_select="rerun",
        selection_mode=["multi-row", "single-cell"] if boxes else ["single-cell"],
        selection_default={"selection": {"rows": list(range(len(ids)))}} if all_ticked else None,
        placeholder="–",
        column_config={**{c: w for c, w in widths.items() if c in frame}, **(config or {})},
    )
    if file_name:
        figures.download(frame, key=key, file_name=file_name)
    selection = picked.selection
    at = [(cell[0], cell[1]) for cell in selection.get("cells", [])][:1]
    seen = st.session_state.get(f"{name}_seen")
    st.session_state[f"{name}_seen"] = at
    opened = ids[at[0][0]] if at and at != seen and at[0][0] < len(ids) else ""
    return Chosen([ids[row] for row in selection.rows if row < len(ids)], opened)
