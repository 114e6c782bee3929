"""Whether the desks can be used by everybody: axe-core in light and dark, and text at twice its size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from adjudicate_app import build_voted_store
from annotate_app import Server, serving
from axe import grave, needs_axe
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
WIDE = {"width": 1280, "height": 800}
THEME = "(scheme) => getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme === scheme"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(build_voted_store(tmp_path_factory.mktemp("axe") / "s.db")) as running:
        yield running


@pytest.fixture(scope="module", params=["annotate", "adjudicate"])
def path(request: pytest.FixtureRequest) -> str:
    """The desk that is looked at; all tests of one come before those of the other."""
    return str(request.param)


@pytest.fixture
def page(lasting_page: Any, server: Server, path: str) -> Any:
    """The desk in a wide window by day. It is loaded once; its tests resize it and take back what they change."""
    shared = lasting_page(color_scheme="light")
    shared.set_viewport_size(WIDE)
    if f"/{path}?" not in shared.url:
        shared.goto(server.page(RATERS[path], path))
        shared.wait_for_selector(WAIT[path])
        for key in KEYS[path]:
            shared.keyboard.press(key)
    coloured(shared, "light")
    return shared


def coloured(page: Any, scheme: str) -> None:
    """Change the system's scheme, which the theme follows."""
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.wait_for_function(THEME, arg=scheme)
    at_rest(page)


def finds_nothing_grave(page: Any) -> None:
    """In light, then in dark: the theme follows the system."""
    for scheme in ("light", "dark"):
        coloured(page, scheme)
        found = grave(page, OURS, colours_alone=scheme == "dark")
        assert [one for one in found if one["ours"]] == [], scheme


@needs_axe
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_grave_in_our_parts(page: Any, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_function(f"innerWidth === {width}")
    finds_nothing_grave(page)
    if (path, width) == ("annotate", 1280):  # the dialog of keys as well, which is the same for both desks
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        page.wait_for_selector("[role=dialog]")
        finds_nothing_grave(page)
        page.keyboard.press("Escape")
        page.wait_for_selector("[role=dialog]", state="detached")


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


LARGER = "html { font-size: 200% !important; }"
SIZE = "(pixels) => parseFloat(getComputedStyle(document.documentElement).fontSize) === pixels"


@pytest.fixture
def large(page: Any) -> Iterator[Any]:
    """The desk with text of twice its size."""
    page.keyboard.press("Escape")
    style = page.add_style_tag(content=LARGER)
    page.wait_for_function(SIZE, arg=32)
    yield page
    style.evaluate("(one) => one.remove()")
    page.wait_for_function(SIZE, arg=16)


def test_text_at_twice_its_size_is_not_cut_off(large: Any) -> None:
    assert large.evaluate(CUT_OFF) == []
    assert large.evaluate("document.documentElement.scrollWidth <= innerWidth")
    submit = large.locator(".sc-submit").bounding_box()
    assert submit["y"] + submit["height"] <= 800
    for side in (".sc-pane", ".sc-scroll"):
        box = large.locator(side).bounding_box()
        assert box["width"] >= 12 * 32, f"{side} has room for words"
        assert box["height"] >= 4 * 32, f"{side} has room for lines"


def test_at_a_browser_zoom_of_200_percent_it_is_still_usable(page: Any) -> None:
    """A zoom of 200 % halves the window in CSS pixels and doubles the pixels of the device."""
    devtools = page.context.new_cdp_session(page)
    zoomed = {"width": 640, "height": 400, "deviceScaleFactor": 2, "mobile": False}
    devtools.send("Emulation.setDeviceMetricsOverride", zoomed)
    page.wait_for_function("innerWidth === 640 && devicePixelRatio === 2")
    at_rest(page)
    cut = page.evaluate(CUT_OFF)
    wide = page.evaluate("document.documentElement.scrollWidth")
    devtools.detach()
    assert cut == []
    assert wide <= 640
