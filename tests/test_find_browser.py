"""Tests drive the browser that costs them least."""

from __future__ import annotations

from pathlib import Path

import pytest
from find_browser import find_browser


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("shell", "found"),
    [
        ("chromium_headless_shell-1255/chrome-headless-shell-linux64/chrome-headless-shell", True),
        ("chromium_headless_shell-1255/chrome-linux/headless_shell", True),
        ("chromium_headless_shell-1208/chrome-linux/headless_shell", False),
    ],
)
def test_the_shell_downloaded_with_a_browser_is_taken_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: str, found: bool
) -> None:
    browser = program(tmp_path / "downloaded/chromium-1255/chrome-linux64/chrome")
    beside = program(tmp_path / "downloaded" / shell)
    named = tmp_path / "bin"
    named.mkdir()
    (named / "chromium").symlink_to(browser)
    monkeypatch.setenv("PATH", str(named))
    assert find_browser() == str(beside if found else named / "chromium")


def test_an_installed_shell_comes_first_and_without_a_browser_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert find_browser() is None
    shell = program(tmp_path / "bin" / "chromium-headless-shell")
    (tmp_path / "bin" / "chromium").symlink_to(shell)
    assert find_browser() == str(shell)
