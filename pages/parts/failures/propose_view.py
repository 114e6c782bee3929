"""What comes in: variants of examples, questions over documents, frequent questions and answers that users marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from pages.parts.shared.session import Session
from pages.parts.shared.wording import as_text
from review.basics.errors import ReviewError
from review.basics.words import counted
from review.failures.by_model import about_passages, in_other_words
from review.failures.from_documents import Document, passages_of, propose_from_documents
from review.failures.proposing import Generate, Outcome, propose_frequent, propose_marked, propose_variants
from review.failures.variants import VARIANT_RULES
from review.judges.endpoints import llm_names, llm_of

LEAST = 5
"""How often a question was asked before the page proposes it."""
FEW, MOST = 20, 100
"""How many questions over documents the page proposes at once, unless somebody says otherwise, and at most."""
BY_RULE = "rules alone"
SAID, ROUND = "propose_said", "propose_round"


def propose_more(here: Session) -> None:
    """Draw what proposes more golden examples, each of which waits for a person."""
    if (said := st.session_state.pop(SAID, "")) != "":
        st.toast(as_text(said), icon=":material/workspace_premium:")
    models = llm_names(here.store)
    with st.expander("Propose more", icon=":material/add:"):
        _from_examples(here, models)
    with st.expander("Questions over documents", icon=":material/description:"):
        _from_documents(here, models)


def _from_examples(here: Session, models: Sequence[str]) -> None:
    rules = st.multiselect(
        "Variants by rules", list(VARIANT_RULES), default=list(VARIANT_RULES), key="propose_rules",
        format_func=lambda name: f"{name}: {VARIANT_RULES[name].about}",
    )  # fmt: skip
    model, language = writer(models, "Paraphrases", "propose_model"), ""
    if model:
        language = st.text_input("Language of the paraphrases", key="propose_language", placeholder="as the question")
    by = here.rater.id

    def variants() -> Outcome:
        endpoint = in_other_words(llm_of(here.store, here.project, model), language or "") if model else None
        return propose_variants(here.store, rules, by=by, endpoint=endpoint)

    actions: dict[str, Callable[[], Outcome]] = {
        "Variants of examples": variants,
        "Frequent questions": lambda: propose_frequent(here.store, weeks=None, least=LEAST, by=by),
        "Answers that users marked": lambda: propose_marked(here.store, here.project, by=by),
    }
    with st.container(horizontal=True):
        for words, propose in actions.items():
            if st.button(words, key=f"propose_{words}"):
                _do(propose)


def _from_documents(here: Session, models: Sequence[str]) -> None:
    """Draw the place to drop documents, which of them to ask about, and how many questions."""
    st.caption(
        "Each passage becomes a question that it answers. Personal data is masked first. Every question waits below "
        "until somebody approves it."
    )
    given = st.file_uploader(
        "Text or Markdown documents",
        type=["md", "txt"],
        accept_multiple_files=True,
        key=f"propose_files_{st.session_state.get(ROUND, 0)}",
    )
    readable = _readable([Document(one.name, one.getvalue()) for one in given or ()])
    if not readable:
        return
    names = [document.name for document, _ in readable]
    chosen = st.multiselect(
        "Ask about", range(len(readable)), default=list(range(len(readable))), key=f"propose_documents_{len(readable)}",
        format_func=lambda at: f"{names[at]}: {counted(readable[at][1], 'passage')}",
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom"):
        most = st.number_input("Questions at most", 1, MOST, FEW, key="propose_most", width=160)
        model = writer(models, "Questions", "propose_documents_model")
    if st.button("Propose questions", key="propose_from_documents", disabled=not chosen, icon=":material/add:"):
        documents = [readable[at][0] for at in chosen]

        def propose() -> Outcome:
            endpoint: Generate | None = about_passages(llm_of(here.store, here.project, model)) if model else None
            done = propose_from_documents(
                here.store, here.project, documents, by=here.rater.id, most=int(most), endpoint=endpoint
            )
            # A new key empties the widget: these documents are asked about.
            st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
            return done

        _do(propose)


def _readable(documents: Sequence[Document]) -> list[tuple[Document, int]]:
    """Return the documents that can be asked about with their number of passages; say what is wrong with the others."""
    found = []
    for document in documents:
        try:
            found.append((document, len(passages_of(document))))
        except ReviewError as error:
            st.error(as_text(error), icon=":material/block:")
    return found


def writer(models: Sequence[str], what: str, key: str) -> str:
    """Ask who writes: a judge with an endpoint, or "" for the rules alone. Without such a judge nothing is asked."""
    if not models:
        return ""
    chosen = st.selectbox(
        f"{what} by the model of", [BY_RULE, *models], key=key, width=240,
        help="Judges with an endpoint. Only masked text leaves, to hosts on the list.",
    )  # fmt: skip
    return "" if chosen == BY_RULE else str(chosen)


def _do(propose: Callable[[], Outcome]) -> None:
    try:
        with st.spinner("Proposing …"):
            done = propose()
    except ReviewError as error:
        st.error(as_text(error), icon=":material/block:")
        return
    dropped = "".join(f", {n} dropped: {reason}" for reason, n in done.dropped.items())
    st.session_state[SAID] = f"{counted(len(done.written), 'proposal')}{dropped}"
    st.rerun()
