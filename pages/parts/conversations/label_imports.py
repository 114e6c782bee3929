"""The imports of labels, the latest first, each with its undo or with what stands in the way of it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.shared import figures
from pages.parts.shared import rows as table_rows
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.exchange.undoing_labels import label_imports, undo_labels, undone_label_imports, why_not
from storage.records_review import LabelImport


def past(here: Session) -> None:
    """Draw all imports of labels, and the undo of one of them; nothing before the first."""
    rows = label_imports(here.store)
    if not rows:
        return
    undone = undone_label_imports(here.store)
    st.subheader("Labels that came in")
    frame = pd.DataFrame(
        [
            {
                "at": _minute(row),
                "file": row.file,
                "state": "undone" if row.id in undone else "counts",
                "format": row.format,
                "annotations": row.annotations,
                "weeks": ", ".join(row.weeks),
                "by": here.names.get(row.by, row.by),
                "open": table_rows.address(here.rater.id, "week", week=row.weeks[-1]) if row.weeks else None,
            }
            for row in rows
        ]
    )
    figures.table(
        frame, key="label_imports", file_name="label-imports.csv", config={"open": table_rows.link("the week")}
    )
    by_id = {row.id: row for row in rows if row.id not in undone}
    if not by_id:
        return
    chosen = st.selectbox(
        "Undo an import of labels",
        list(by_id),
        index=None if len(by_id) > 1 else 0,
        format_func=lambda i: f"{_minute(by_id[i])} · {by_id[i].file}",
        placeholder="Choose an import",
        key="label_import",
    )
    if chosen is not None:
        _undo(here, by_id[chosen])


def _minute(row: LabelImport) -> str:
    return row.at[:16].replace("T", " ")


def _undo(here: Session, record: LabelImport) -> None:
    refused = why_not(here.store, record.id)
    if refused:
        st.caption(f":material/lock: {as_text(refused[0].upper() + refused[1:])}")
        return
    with st.popover("Undo this import", icon=":material/undo:"):
        st.markdown(
            f"{counted(record.annotations, 'annotation')} of {as_text(record.file)} would no longer count. What people "
            "had said before counts again. You can import the file again."
        )
        reason = st.text_input("Reason", key=f"label_undo_reason_{record.id}") or ""
        if st.button("Undo", type="primary", key=f"label_undo_{record.id}"):
            try:
                undo_labels(here.store, record.id, by=here.rater.id, reason=reason)
            except ReviewError as error:
                st.error(as_text(error), icon=":material/block:")
            else:
                st.toast(f"{counted(record.annotations, 'annotation')} no longer count", icon=":material/undo:")
                st.rerun()
