"""The widgets of the Settings page: people with their roles, and the imports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import pandas as pd
import streamlit as st

from pages.parts.settings import inviting
from pages.parts.shared import figures, submitted
from pages.parts.shared import rows as table_rows
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from pages.parts.week import hand_over
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.people.granting import Grant, confirm, decline, grant, role_requests
from review.people.people import FROM_OUTSIDE, NO_ROLE, ROLES, people_in_use, role_words
from review.sources.undoing import withdrawn_imports
from storage.queries.people import raters_from_outside
from storage.records_log import Import

MASKED = """
- **Masked by default:** email addresses (also spelt out), phone numbers, payment cards, bank accounts, network
  addresses, national identity numbers, API keys, tokens and passwords; dates of birth and patient record numbers
  after words that name them.
- **With one more setting:** phone numbers in the national formats of your users' countries (`countries` under
  `[privacy]` in spotcheck.toml), street addresses (`addresses`), names of people (`names`, with a language model),
  your own patterns, and national numbers of more countries with the Presidio library.
- **Without these settings**, names and street addresses stay. The check for personal data flags many of them, and
  reviewers can hide what they see. Ask the person who installed Spotcheck to change these settings.
"""
"""What the Settings page says about masking."""


def people_table(here: Session) -> None:
    """Draw all people with their roles. A lead adds people, changes roles and hands over items here."""
    everybody, outside = people_in_use(here.store), raters_from_outside(here.store)
    rows = [{"name": p.name, "role": role_words(p, outside), "fields": p.scope or "everything"} for p in everybody]
    if here.rater.may("lead"):
        # Two logins may share a name, so a lead gives the role to the id.
        logins = [{"id": p.id, "login": f"{p.issuer} {p.subject}".strip()} for p in everybody]
        rows = [row | login for row, login in zip(rows, logins, strict=True)]
    figures.table(pd.DataFrame(rows), key="managing_people", file_name="people.csv")
    if not here.rater.may("lead"):
        st.caption("Leads add people and change roles.")
        return
    if any(row["role"] == FROM_OUTSIDE for row in rows):
        st.caption("People from outside came with imported labels. They get items once they have a role here.")
    by_links = here.access.mode == "links"
    if by_links:
        inviting.invite_somebody(here)
    with st.form("managing_add", border=True, clear_on_submit=True):
        st.markdown("**Change a role**" if by_links else "**Add a person, or change a role**")
        st.text_input(
            "Name or id" if by_links else "Name, or the id of a person who logs in", key=submitted.key("managing_name")
        )
        st.segmented_control(
            "Role", (*ROLES, NO_ROLE), default="annotator", required=True, key=submitted.key("managing_role")
        )
        st.text_input(
            "Fields",
            key=submitted.key("managing_fields"),
            placeholder="such as billing, returns",
            help="The scenarios that they review, by comma. New items are dealt by them. Empty keeps the fields of a "
            "person who is here; * stands for everything.",
        )
        st.form_submit_button("Save", key="managing_save", on_click=_save, args=(here,))
    submitted.show_refusal("managing_add")
    _requests(here)
    if here.week:
        hand_over.hand_over(here, here.week, key="managing_hand_over", border=True)


def _save(here: Session) -> None:
    """Give a role, or ask another lead to confirm it."""
    fields = ("managing_name", "managing_role", "managing_fields")
    name, role, given = (str(value or "") for value in submitted.values(fields))
    confirmed = here.project.duties.roles_confirmed

    def write() -> None:
        known = {key: p.scope for p in people_in_use(here.store) for key in (p.id, p.name)}
        grant(
            here.store,
            Grant(name=name, role=role, scope=scope_of(name, given, known)),
            by=here.rater.id,
            confirmed=confirmed,
        )
        said = f"{name} is {role}{', once another lead confirms it' if confirmed else ''}"
        st.toast(as_text(said), icon=":material/task_alt:")

    submitted.write(here, "managing_add", "lead", write, fields=fields)


def _requests(here: Session) -> None:
    """Draw the roles that wait for another lead."""
    for one in role_requests(here.store):
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"managing_request_{one.id}"):
            asked = here.names.get(one.by, one.by)
            st.markdown(f"{as_text(asked)} asks for the role **{one.role}** for **{as_text(one.name)}**")
            if one.by != here.rater.id and st.button("Confirm", key=f"managing_confirm_{one.id}", type="primary"):
                _try(partial(confirm, here.store, one.id, by=here.rater.id), f"{one.name} is {one.role}")
            if st.button("Decline", key=f"managing_decline_{one.id}"):
                _try(partial(decline, here.store, one.id, by=here.rater.id), "Declined")


def scope_of(name: str, given: str, known: Mapping[str, str]) -> str:
    """Return the scope to save: "*" is everything, and nothing given keeps the one that is ``known`` by the name."""
    return "" if given.strip() == "*" else given.strip() or known.get(name.strip(), "")


def _try(act: Callable[[], object], done: str) -> None:
    """Run ``act``, then say ``done``, or why it was refused."""
    try:
        act()
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
    else:
        st.toast(as_text(done), icon=":material/task_alt:")
        st.rerun()


def import_table(here: Session) -> None:
    """Draw the imports with their counts, and the rows that were rejected."""
    rows = here.store.find(Import, order_by="at desc")
    with st.expander("What an import masks", icon=":material/visibility_off:"):
        st.markdown(MASKED)
    if not rows:
        st.info(
            "Nothing has been imported yet. A lead imports conversations on the Conversations page.",
            icon=":material/upload_file:",
        )
        return
    undone = withdrawn_imports(here.store)
    counts = ("read", "added", "duplicate", "changed", "rejected", "undated")
    frame = pd.DataFrame(
        [
            {
                "at": r.at[:16].replace("T", " "),
                "file": r.file,
                "state": "undone" if r.id in undone else "in the log",
                "format": r.format,
                **{c: getattr(r, c) for c in counts},
                "open": table_rows.address(here.rater.id, "conversations", view="imports", **{"import": r.id}),
            }
            for r in rows
        ]
    )
    figures.table(
        frame, key="managing_imports", file_name="imports.csv", config={"open": table_rows.link("the import")}
    )
    for r in rows:
        if r.rejections:
            with st.expander(as_text(f"{counted(r.rejected, 'row')} rejected · {r.file}")):
                figures.table(pd.DataFrame(r.rejections), key=f"managing_{r.id}", file_name="rejected.csv")
