"""What the log holds, and every import that brought it in."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.conversations import judgements, label_imports, progress, undo
from pages.parts.shared import figures
from pages.parts.shared import rows as table_rows
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.log_paths import log_of
from review.basics.words import counted
from review.exchange.logged_scores import as_file, logged_scores
from review.log.log import weeks_in_log
from review.sources.undoing import withdrawn_imports
from review.sources.uploads import keep
from storage.records_log import Import
from storage.store import Store

COUNTS = ("read", "added", "duplicate", "changed", "updated", "waiting", "expired", "erased", "rejected", "undated")
UNDONE = "undone"
"""What the list calls an import whose conversations have left the log."""


def _scores(here: Session, record: Import) -> None:
    """Draw the button that takes the scores which people gave in the source, where an import brought some."""
    if _has_scores(record.id, here.store):
        st.button(
            "Take the human scores as labels", icon=":material/label:", key=f"conversations_scores_{record.id}",
            on_click=_take_scores, args=(here.store, record),
        )  # fmt: skip


@st.cache_data(show_spinner=False, max_entries=200)
def _has_scores(import_id: str, _store: Store) -> bool:
    return bool(logged_scores(_store, import_id))


def _take_scores(store: Store, record: Import) -> None:
    files, _ = keep(store.path, f"scores-{record.id}.jsonl", as_file(logged_scores(store, record.id)))
    judgements.take_over(str(files[0]), f"scores of {record.file}", "labels")


def summary(here: Session) -> None:
    """Say in a sentence what the log holds."""
    weeks = weeks_in_log(log_of(here.store.path))
    if not weeks:
        st.markdown("The log is empty. Drop the first file to fill it.")
        return
    first, last = min(weeks), max(weeks)
    span = first if first == last else f"{first} to {last}"
    st.markdown(f"**{counted(sum(weeks.values()), 'conversation')}** in the log, {span}.")


def past(here: Session) -> None:
    """Draw all imports with their counts, and one of them with its rejects and its undo."""
    _conversations(here)
    label_imports.past(here)


def _titled(row: Import, *, undone: bool) -> str:
    return f"{row.at[:16].replace('T', ' ')} · {row.file}{f' · {UNDONE}' if undone else ''}"


def _conversations(here: Session) -> None:
    rows = here.store.find(Import, order_by="at desc")
    if not rows:
        st.info("Nothing was imported yet. Drop a file under **Import**.", icon=":material/upload_file:")
        return
    undone = withdrawn_imports(here.store)
    frame = pd.DataFrame(
        [
            {
                "at": row.at[:16].replace("T", " "),
                "file": row.file,
                "state": UNDONE if row.id in undone else "in the log",
                "source": row.source,
                "format": row.format,
                **{name: getattr(row, name) or 0 for name in COUNTS},
                "by": here.names.get(row.by, row.by),
                "import": row.id,
            }
            for row in rows
        ]
    )
    by_id = {row.id: row for row in rows}
    picked = table_rows.choose(frame, key="conversations_imports", id_column="import", file_name="imports.csv")
    wanted = picked.opened or st.query_params.get("import", "")
    if wanted in by_id and wanted != st.session_state.get("conversations_import_said"):
        st.session_state["conversations_import"] = st.session_state["conversations_import_said"] = wanted
    st.caption("Select a cell to look at that import below.")
    chosen = st.selectbox(
        "Look at one import",
        list(by_id),
        format_func=lambda i: _titled(by_id[i], undone=i in undone),
        key="conversations_import",
    )
    record = by_id[chosen]
    with st.container(border=True):
        if record.id in undone:
            st.warning("This import was undone: its conversations have left the log.", icon=":material/undo:")
        progress.counts(record)
        if record.rejections:
            frame = pd.DataFrame(record.rejections).rename(columns={"column": "field"})
            figures.table(frame, key=f"conversations_rejections_{record.id}", file_name="rejected.csv")
            if record.rejected > len(record.rejections):
                st.caption(as_text(f"The first {len(record.rejections)} of {record.rejected:,} rejected rows."))
        with st.container(horizontal=True, vertical_alignment="center"):
            if record.id not in undone:
                st.page_link(
                    "conversations.py", label="Read its conversations", icon=":material/forum:",
                    query_params={"view": "browse", "import": record.id},
                )  # fmt: skip
                _scores(here, record)
            progress.rejects(here, record)
            undo.button(here, record, key=f"conversations_undo_{record.id}")
