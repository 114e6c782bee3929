"""The settings of an llm judge, and its prompt filled in for one item as it would be sent."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import streamlit as st

from pages.parts.judges.read import BASKET
from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics import setting
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.judges.llm.material import DATA
from review.judges.llm.rubric import RUBRIC
from review.judges.llm.spec import STRUCTURED, Example
from review.judges.workbench.drafts import (
    dev_items,
    filled,
    fitting_examples,
    json_text,
    owed_examples,
    owed_examples_to_count,
)
from storage.records_judges import Judge
from storage.records_weeks import Item

LONGEST_LABEL = 90


def llm_spec(
    here: Session, name: str, dimensions: tuple[str, ...], spec: Mapping[str, Any], *, key: str
) -> dict[str, Any]:
    """Show the settings and return what is typed. Raises InputError for parameters that are not JSON."""
    prompt = st.text_area(
        "Prompt", spec["prompt"], height=420, key=f"workbench_prompt_{key}", persist_state="session",
        help="Checked when you leave the field or press Ctrl+Enter. Write a brace of the text as {{ or }}.",
    )  # fmt: skip
    st.caption(as_text(f"Fields of the rubric: {_braced(RUBRIC)}. Fields of the conversation: {_braced(DATA)}."))
    examples = _examples(here, name, dimensions, spec["examples"], key=key)
    with st.expander("Model, parameters and system text", expanded=not spec["model"]):
        rest = _settings(spec, key=key)
    return {**spec, "prompt": prompt or "", "examples": examples, **rest}


def _braced(names: Mapping[str, Any]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def _examples(here: Session, name: str, dimensions: tuple[str, ...], kept: list[Example], *, key: str) -> list[Example]:
    """Choose the examples of the prompt: its own, those set aside while reading, and all other golden examples."""
    if not dimensions:
        return kept
    fitting = fitting_examples(here.store, dimensions, kept, viewer=here.rater.id)
    withheld = owed_examples(here.store, kept, viewer=here.rater.id)
    set_aside = [e for e in st.session_state.get(BASKET, {}).get(name, []) if e in fitting]
    standing = [str(e.get("example_id")) for e in kept if e not in withheld]
    labels = {i: _label(e) for i, e in fitting.items()}
    chosen = st.multiselect(
        "Examples in the prompt", list(fitting), default=[*standing, *(e for e in set_aside if e not in standing)],
        format_func=labels.__getitem__, key=f"workbench_examples_{'_'.join(set_aside)}_{key}",
        wrap=True, persist_state="session",
        placeholder="Golden examples of the dev half" if fitting else "No golden example of the dev half fits yet",
        help="Examples never count in this judge's figures. You can set more aside under Disagreements.",
    )  # fmt: skip
    if count := owed_examples_to_count(here.store, kept, viewer=here.rater.id):
        st.caption(f"{counted(count, 'example')} of items that you have not reviewed yet: they stay in the "
                   "prompt, and you see them once you have.")  # fmt: skip
    return _in_their_places(kept, withheld, [fitting[i] for i in chosen])


def _in_their_places(kept: list[Example], withheld: list[Example], chosen: list[Example]) -> list[Example]:
    """Return the chosen examples with the withheld ones in their old places, so an unchanged prompt stays the same."""
    if not withheld:
        return chosen
    standing = [e for e in kept if e in withheld or e in chosen]
    return [*standing, *(e for e in chosen if e not in standing)]


def _label(example: Example) -> str:
    labels = ", ".join(str(v) for v in example.get("labels", {}).values())
    question = " ".join(str(example.get("question", "")).split())
    return f"{labels}: {question}"[:LONGEST_LABEL]


def _settings(spec: Mapping[str, Any], *, key: str) -> dict[str, Any]:
    def kept(name: str) -> dict[str, Any]:
        return {"key": f"workbench_{name}_{key}", "persist_state": "session"}

    endpoint = st.text_input(
        "Endpoint", spec["endpoint"], **kept("endpoint"), placeholder="http://localhost:11434/v1",
        help="Any OpenAI-compatible address. Its host must be listed in spotcheck.toml, under [judges] as hosts.",
    )  # fmt: skip
    model = st.text_input("Model", spec["model"], **kept("model"))
    key_env = st.text_input(
        "Variable with the key", spec["key_env"], **kept("key_env"), placeholder="none",
        help="The name of an environment variable. The key itself is never stored.",
    )  # fmt: skip
    parameters = st.text_area("Parameters (JSON)", json_text(spec["parameters"]), height=110, **kept("parameters"))
    with st.container(horizontal=True):
        price_in, price_out = (
            st.number_input(title, value=spec[name], min_value=0.0, width=140, **kept(name),
                            help="Per million tokens, in the currency of your project: currency under [judges] in "
                                 "spotcheck.toml.")
            for name, title in (("price_in", "Price in"), ("price_out", "Price out"))
        )  # fmt: skip
        form = STRUCTURED.index(spec["structured"])
        structured = st.selectbox("Form of the reply", STRUCTURED, index=form, width=180, **kept("structured"))
    rationale = st.checkbox("Ask for the reason", spec["rationale"], **kept("rationale"))
    confidence = st.checkbox("Ask for its confidence", spec["confidence"], **kept("confidence"))
    system = st.text_area("System text", spec["system"], height=130, **kept("system"))
    return {
        "endpoint": endpoint or "",
        "model": model or "",
        "key_env": key_env or "",
        "parameters": setting.json_table("parameters", parameters or "{}"),
        "price_in": price_in,
        "price_out": price_out,
        "structured": structured,
        "rationale": rationale,
        "confidence": confidence,
        "system": system or "",
    }


def forget(name: str, key: str) -> None:
    """Discard what was typed from one version on and what was set aside for this judge; for use as a callback."""
    for typed in [k for k in st.session_state if str(k).startswith("workbench_") and str(k).endswith(f"_{key}")]:
        del st.session_state[typed]
    st.session_state.get(BASKET, {}).pop(name, None)


def preview(here: Session, weeks: tuple[str, ...], draft: Judge) -> None:
    """Show the draft filled in for an item of the dev half that the viewer may read."""
    items = dev_items(here.store, weeks, viewer=here.rater.id)
    if not items:
        st.caption("There is no item of the dev half to try it on.")
        return
    chosen = st.selectbox(
        "Filled in for", list(items), format_func=lambda i: " ".join(items[i].split())[:LONGEST_LABEL] or i,
        key="workbench_preview", persist_state="session",
    )  # fmt: skip
    item = here.store.get(Item, str(chosen))
    if item is None:
        return
    try:
        messages = filled(here.store, draft, item, viewer=here.rater.id)
    except ReviewError as error:
        st.error(as_text(error), icon=":material/error:")
        return
    system, user = (next((m["content"] for m in messages if m["role"] == role), "") for role in ("system", "user"))
    _as_sent(user, "The prompt as it would be sent")
    with st.expander("System text as it is sent"):
        _as_sent(system, "The system text as it is sent")
    st.caption(f"{counted(len(user.split()) + len(system.split()), 'word')} for each conversation.")


def _as_sent(text: str, title: str) -> None:
    """Show a long text in a frame that scrolls and that the keyboard can reach."""
    st.html(f'<pre class="sc-sent" tabindex="0" role="region" aria-label="{escape(title)}">{escape(text)}</pre>')
