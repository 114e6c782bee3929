"""How well the words in charts can be read: against the cell below each, or against the page where there is none.

axe-core leaves drawings out, so the colours that the browser computed are compared here by the rule of WCAG.
"""

from __future__ import annotations

from typing import Any

ENOUGH = 4.5

FAINT = """(enough) => {
  const parts = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (colour) => {
    const linear = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = parts(colour).map((v) => linear(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    for (let up = node; up; up = up.parentElement) {
      const colour = getComputedStyle(up).backgroundColor;
      if (parts(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const found = { texts: 0, faint: [] };
  for (const svg of document.querySelectorAll("[data-testid=stVegaLiteChart] svg")) {
    const cells = [...svg.querySelectorAll(".mark-rect path")]
      .map((one) => [one.getBoundingClientRect(), getComputedStyle(one).fill])
      .filter(([box, fill]) => box.width > 2 && parts(fill).length === 3);
    for (const text of svg.querySelectorAll("text")) {
      const box = text.getBoundingClientRect();
      const style = getComputedStyle(text);
      if (!text.textContent.trim() || !box.width || parts(style.opacity)[0] === 0) continue;
      const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
      const cell = cells.find(([b]) => b.left <= x && x <= b.right && b.top <= y && y <= b.bottom);
      const below = cell ? cell[1] : behind(svg);
      const [one, two] = [light(style.fill), light(below)].sort((a, b) => a - b);
      found.texts += 1;
      if ((two + 0.05) / (one + 0.05) < enough) found.faint.push([text.textContent, style.fill, below]);
    }
  }
  return found;
}"""


def faint_words(page: Any) -> list[Any]:
    """Return the words of all charts on a page that are too faint, with their colour and the one behind them."""
    return list(page.evaluate(FAINT, ENOUGH)["faint"])


def words_in_charts(page: Any) -> int:
    """Return how many words the charts of a page have."""
    return int(page.evaluate(FAINT, ENOUGH)["texts"])
