"""The verification of an evidence pack that somebody drops: the verdict, each changed row, and what was looked at."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
import streamlit as st

from pages.parts.shared import figures
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.compliance.pack.verifying import Verified, verify_pack
from review.compliance.pack.words import COMPARED
from storage.connection import StorageError


def show(here: Session) -> None:
    """Draw the form, and what was found in the pack that was dropped. It is compared with this store as well."""
    with st.expander("Verify a pack", icon=":material/fact_check:"):
        st.caption(
            "Its signature, every row, and each sample drawn again. It is compared with this store as well. Nothing of "
            "it is kept."
        )
        key = st.text_input(
            "Public key to expect", key="pack_key", max_chars=200,
            help="The key that a lead gave you separately from the pack. Without it, only the pack itself says who "
            "signed it.",
        )  # fmt: skip
        given = st.file_uploader("Evidence pack", type=["pack", "zip"], key="pack_given")
        if given is None:
            return
        try:
            with st.spinner("Verifying"), tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "given.pack"
                file.write_bytes(given.getvalue())
                found = verify_pack(file, key=key.strip(), store=here.store)
        except (ReviewError, StorageError) as error:
            st.error(as_text(error), icon=":material/block:")
            return
        _draw(found)


def _draw(found: Verified) -> None:
    if found.holds:
        st.success("The pack holds: everything is as it was signed.", icon=":material/verified:")
    else:
        st.error(f"The pack does not hold: {'; '.join(_troubles(found))}.", icon=":material/gpp_bad:")
    if found.key_known is None:
        st.info("You gave no key to expect. Compare this one with the key that a lead gave you.", icon=":material/key:")
    st.caption("Signed with")
    st.code(found.key, language=None, wrap_lines=True)
    if found.differences:
        rows = [{"where": one.where, "what": one.name, "what is wrong": one.what} for one in found.differences]
        figures.table(pd.DataFrame(rows), key="pack_differences", file_name="differences.csv")
    if found.draws:
        st.markdown("**Samples drawn again**")
        figures.table(_draws(found), key="pack_draws", file_name="samples.csv")
    looked = [f"{COMPARED[name]} {n:,}" for name, n in found.compared.items() if n]
    weeks = counted(len(found.manifest["weeks"]), "week")
    st.caption(as_text(f"{found.manifest['from']} to {found.manifest['to']}, {weeks}. {'; '.join(looked)}"))


def _troubles(found: Verified) -> list[str]:
    """Return what keeps the pack from holding, in words."""
    others = sum(not one.same for one in found.draws)
    told = {
        "its signature is wrong": not found.signature_holds,
        "somebody else signed it": found.key_known is False,
        f"{counted(len(found.differences), 'row or part', 'rows or parts')} not as signed": bool(found.differences),
        f"{counted(others, 'sample is', 'samples are')} not what the key draws": bool(others),
    }
    return [words for words, wrong in told.items() if wrong]


def _draws(found: Verified) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "week": one.week,
            "group": one.group,
            "drawn": one.sampled,
            "of": one.population,
            "listed": one.listed,
            "sample": "the same" if one.same else one.trouble or "another",
            "missing": ", ".join(one.missing[:5]),
            "not chosen": ", ".join(one.extra[:5]),
        }
        for one in found.draws
    )
