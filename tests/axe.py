"""axe-core in a page: where its file is, and what it finds there.

It is looked for in the file that SPOTCHECK_AXE names, in ``tests/browser/.axe/axe.min.js``, then in the package
axe-playwright-python of the ``test`` extra, which carries it.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import pytest

COLOURS = ["color-contrast", "link-in-text-block"]
"""Those rules of ``TAGS`` that another colour scheme can break. All others read the markup and the layout."""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
GRAVE = ("serious", "critical")


def _script() -> Path | None:
    package = importlib.util.find_spec("axe_playwright_python")
    places = [
        Path(os.environ.get("SPOTCHECK_AXE", "")),
        Path(__file__).parent / "browser" / ".axe" / "axe.min.js",
        *(Path(folder) / "axe.min.js" for folder in (package.submodule_search_locations or () if package else ())),
    ]
    return next((place for place in places if place.is_file()), None)


AXE = _script()
needs_axe = pytest.mark.skipif(
    AXE is None, reason="axe-core is not here: pip install axe-playwright-python, or set SPOTCHECK_AXE"
)

RUN = """async ([only, ours, within]) => {
  if (within && !document.querySelector(within)) return [];
  const where = within ? { include: [[within]] } : document;
  const found = await axe.run(where, { runOnly: only, resultTypes: ["violations"] });
  return found.violations.flatMap((v) => v.nodes.map((n) => {
    const node = document.querySelector([n.target[0]].flat()[0]);
    return { rule: v.id, impact: v.impact, at: n.target[0], why: n.failureSummary, html: n.html.slice(0, 200),
      ours: Boolean(node?.closest(ours)) };
  }));
}"""


def grave(page: Any, ours: str, *, colours_alone: bool = False, within: str = "") -> list[dict[str, Any]]:
    """What axe-core calls serious or critical; ``ours`` tells of each whether it lies in what the selector names.

    ``colours_alone`` is for a page that was looked at in the other scheme just before. ``within`` leaves out
    all that does not lie in what this selector names.
    """
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=str(AXE))
    only = {"type": "rule", "values": COLOURS} if colours_alone else {"type": "tag", "values": TAGS}
    return [one for one in page.evaluate(RUN, [only, ours, within]) if one["impact"] in GRAVE]
