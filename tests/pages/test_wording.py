"""Sentences that hold data stay sentences where Markdown is read."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pages.parts.shared.wording import as_text

READER = MarkdownIt("js-default", {"html": True})
PLAIN = {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}
MARKED = st.text(st.sampled_from("ab 1.)-+=*_`~$[]()<>!|#&;:\\/\n\t'\"{}http"), max_size=30)


def shown(markdown: str) -> tuple[set[str], str]:
    """The kinds of nodes that a reader of Markdown makes, and the text that one sees."""
    tokens = [t for block in READER.parse(markdown) for t in (block, *(block.children or []))]
    return {t.type for t in tokens}, "".join(t.content for t in tokens if t.type in ("text", "text_special"))


@given(MARKED | st.text(max_size=30))
@example("![m](http://pwned.invalid/m)")
@example("\\![m\\](http://pwned.invalid/m)")
@example("<img src=x onerror=1> [l](javascript:1) <http://a.b>")
@example("# heading\n\n- list")
@example("12345678. list")
@example("&lt;b&gt; www.a.b")
def test_any_text_is_shown_as_it_stands(text: str) -> None:
    kinds, seen = shown(as_text(text))
    assert kinds <= PLAIN
    assert seen.split() == text.replace("\0", "\ufffd").split()


@pytest.mark.parametrize(
    "sentence", ["values: found 1, expected at least two.", "Ana 3, Ben 4: still to review (late)"]
)
def test_ordinary_sentences_are_left_alone(sentence: str) -> None:
    assert as_text(sentence) == sentence
