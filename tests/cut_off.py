"""What is cut off on a narrow page: words beyond the edge, words that a box hides, rows that one must push aside."""

from __future__ import annotations

from typing import Any

CUT_OFF = """(rows) => {
  const wide = document.documentElement.clientWidth;
  const beside = (node) => ["auto", "scroll"].includes(getComputedStyle(node).overflowX)
    && node.scrollWidth > node.clientWidth + 1;
  return [...document.querySelectorAll("[data-testid=stMain] *")].filter((node) => {
    const box = node.getBoundingClientRect();
    const style = getComputedStyle(node);
    if (!box.width || !box.height || style.visibility === "hidden" || node.closest(rows)) return false;
    if (beside(node)) return true;
    if (![...node.childNodes].some((one) => one.nodeType === 3 && one.textContent.trim())) return false;
    const hidden = ["hidden", "clip"].includes(style.overflowX) && node.scrollWidth > node.clientWidth + 1;
    return hidden || box.right > wide + 1;
  }).map((node) => `${node.dataset.testid || node.tagName} ${node.textContent.trim().slice(0, 40)}`);
}"""
ROWS = (
    "canvas, svg, .sc-live, [inert], [data-testid=stDataFrame], [data-testid=stTable], .sc-table, "
    ".st-key-workbench_cards, pre"
)
"""Tables, code and the cards of the judges scroll; that can be seen from what they show at the edge."""


def cut_off(page: Any) -> list[str]:
    """Return what is cut off, with the beginning of its words."""
    return list(page.evaluate(CUT_OFF, ROWS))
