"""Sentences with data stay sentences where Streamlit reads Markdown."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pages.parts.shared.wording import JOINER, as_text
from review.basics.errors import ReviewError

READER = MarkdownIt("js-default", {"html": True})
PLAIN = {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}
MARKED = st.text(st.sampled_from("ab 1.)-+=*_`~$[]()<>!|#&;:\\/\n\t'\"{}http"), max_size=30)


def shown(markdown: str) -> tuple[set[str], str]:
    """Return the kinds of nodes that a Markdown reader makes, and the visible text."""
    tokens = [t for block in READER.parse(markdown) for t in (block, *(block.children or []))]
    return {t.type for t in tokens}, "".join(t.content for t in tokens if t.type in ("text", "text_special"))


@given(MARKED | st.text(max_size=30))
@example("![m](http://pwned.invalid/m)")
@example("\\![m\\](http://pwned.invalid/m)")
@example("<img src=x onerror=1> [l](javascript:1) <http://a.b>")
@example("# heading\n\n- list")
@example("12345678. list")
@example("&lt;b&gt; www.a.b")
def test_any_text_is_shown_unchanged(text: str) -> None:
    kinds, seen = shown(as_text(text))
    assert kinds <= PLAIN
    assert seen.replace(JOINER, "").split() == text.replace(JOINER, "").replace("\0", "\ufffd").split()


@pytest.mark.parametrize(
    "replaced", [":red", ":RED[a]", ":tada:", ":+1:", ":100:", ":material/delete:", "--", "->", "<-", ">=", "<=", "~="]
)
def test_nothing_that_streamlit_replaces_is_left_together(replaced: str) -> None:
    seen = shown(as_text(f"note {replaced} done"))[1]
    assert replaced not in seen and seen.replace(JOINER, "") == f"note {replaced} done"


@pytest.mark.parametrize(
    "sentence",
    ["values: found 1, expected at least two.", "Ana 3, Ben 4: still to review (late)", "at 10:30:15, a:b", "2026-W44"],
)
def test_ordinary_sentences_stay_unchanged(sentence: str) -> None:
    assert as_text(sentence) == sentence


@pytest.mark.parametrize(
    ("message", "shown_on_a_page"),
    [
        ("flag 'x' is not in the store; `spotcheck week flags W` lists them.", "flag 'x' is not in the store."),
        ("no week is open. `spotcheck sample` opens one.", "no week is open."),
        ("no example is current. `judge add --examples A,B` puts them into the prompt.", "no example is current."),
        ("line 3: found 1, expected 2. Then try again.", "line 3: found 1, expected 2. Then try again."),
    ],
)
def test_an_error_is_shown_without_the_command_that_it_quotes(message: str, shown_on_a_page: str) -> None:
    assert as_text(ReviewError(message, command_hint="`spotcheck init` helps.")) == shown_on_a_page


def test_an_error_that_is_a_command_alone_says_whom_to_ask() -> None:
    assert "Ask the person who installed Spotcheck" in as_text(ReviewError("run `spotcheck init`"))


def test_data_that_quotes_a_command_is_shown_unchanged() -> None:
    assert shown(as_text("note: `spotcheck init`"))[1] == "note: `spotcheck init`"
