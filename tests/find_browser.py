"""Which browser drives the tests: the first that is installed, without windows where there is such a build."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The headless shell is Chromium without windows: a page costs it a third less processor time."""
LEVELS = 2
"""A downloaded browser stands in a folder of its platform, that in one of its version. Its shell is in a sibling."""


def find_browser() -> str | None:
    """Return the path of a browser, None where there is none."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    return path and (_shell_beside(Path(path).resolve()) or path)


def _shell_beside(browser: Path) -> str | None:
    """Return the headless shell of the same version that was downloaded with a browser, None without."""
    version = browser.parents[LEVELS - 1] if len(browser.parents) > LEVELS else browser.parent
    name, _, number = version.name.partition("-")
    if name != "chromium" or not number:
        return None
    found = version.parent.glob(f"chromium_headless_shell-{number}/*/*headless*shell")
    return next((str(path) for path in sorted(found) if os.access(path, os.X_OK)), None)
