"""Whether the desks can be used by everybody: axe-core in light and dark, and text at twice its size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from adjudicate_app import build_voted_store
from annotate_app import Server, serving
from axe import grave, needs_axe
from kept_contexts import page_of
from page_at_rest import at_rest

pytestmark = pytest.mark.browser

OURS = ".sc-annotator"
WAIT = {
    "annotate": f"{OURS}[data-assignment^='zelda-']",
    "adjudicate": f"{OURS}[data-assignment^='item-']",
}
RATERS = {"annotate": "zelda", "adjudicate": "mia"}
KEYS = {"annotate": ("2", "c"), "adjudicate": ("1", "3", "t")}
"""What makes the texts appear that are hidden at first, comparisons included."""
THEME = "(scheme) => getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === scheme"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(build_voted_store(tmp_path_factory.mktemp("axe") / "s.db")) as running:
        yield running


def opened(context: Any, server: Server, path: str, *, dialog: bool = False) -> Any:
    page = page_of(context)
    page.goto(server.page(RATERS[path], path))
    page.wait_for_selector(WAIT[path])
    for key in KEYS.get(path, ()):
        page.keyboard.press(key)
    if dialog:
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        page.wait_for_selector("[role=dialog]")
    return page


@needs_axe
@pytest.mark.parametrize(
    ("path", "width", "dialog"),
    [
        ("annotate", 1280, False),
        ("annotate", 390, False),
        ("annotate", 1280, True),
        ("adjudicate", 1280, False),
        ("adjudicate", 390, False),
    ],
)
def test_axe_finds_nothing_grave_in_our_parts(
    new_context: Any, server: Server, path: str, width: int, dialog: bool
) -> None:
    """In light, then in dark: the theme follows the system."""
    context = new_context(viewport={"width": width, "height": 800}, color_scheme="light")
    page = opened(context, server, path, dialog=dialog)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_function(THEME, arg=scheme)
        at_rest(page)
        found = grave(page, OURS, colours_alone=scheme == "dark")
        assert [one for one in found if one["ours"]] == [], scheme


CUT_OFF = f"""() => [...document.querySelectorAll("{OURS}, {OURS} *")].filter((node) => {{
    const box = node.getBoundingClientRect();
    const style = getComputedStyle(node);
    if (!box.width || !box.height || style.visibility === "hidden" || node.closest(".sc-live, [inert]")) return false;
    const beyond = box.left < -1 || box.right > document.documentElement.clientWidth + 1;
    const cut = ["hidden", "clip"].includes(style.overflowX) && node.scrollWidth > node.clientWidth + 1
      && style.textOverflow !== "ellipsis";
    let inScroller = false;
    for (let up = node.parentElement; up && !inScroller; up = up.parentElement)
      inScroller = ["auto", "scroll"].includes(getComputedStyle(up).overflowX) && up.scrollWidth > up.clientWidth + 1
        && up.matches(".sc-table, .sc-tools");
    return !inScroller && (beyond || cut);
  }}).map((node) => `${{node.tagName}}.${{node.className}} ${{node.textContent.slice(0, 40)}}`)"""
"""Our nodes that stick out of the window or hide part of their width; tables and the row of tools scroll."""


@pytest.mark.parametrize("path", ["annotate", "adjudicate"])
def test_text_at_twice_its_size_is_not_cut_off(context: Any, server: Server, path: str) -> None:
    page = opened(context, server, path)
    page.add_style_tag(content="html { font-size: 200% !important; }")
    page.wait_for_function("parseFloat(getComputedStyle(document.documentElement).fontSize) === 32")
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    submit = page.locator(".sc-submit").bounding_box()
    assert submit["y"] + submit["height"] <= 800
    for side in (".sc-pane", ".sc-scroll"):
        box = page.locator(side).bounding_box()
        assert box["width"] >= 12 * 32, f"{side} has room for words"
        assert box["height"] >= 4 * 32, f"{side} has room for lines"


@pytest.mark.parametrize("path", ["annotate", "adjudicate"])
def test_at_a_browser_zoom_of_200_percent_it_is_still_usable(new_context: Any, server: Server, path: str) -> None:
    # A zoom of 200 % halves the window in CSS pixels and doubles the pixels of the device.
    context = new_context(viewport={"width": 640, "height": 400}, device_scale_factor=2)
    page = opened(context, server, path)
    cut = page.evaluate(CUT_OFF)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert cut == []
    assert wide <= 640
