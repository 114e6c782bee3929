"""The command line run inside the process of the tests: a process of its own takes a second to import everything."""

from __future__ import annotations

import io
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from review.commands.cli import main


def spotcheck(folder: Path, *words: str) -> CompletedProcess[str]:
    """Run ``spotcheck WORDS`` in ``folder``; return its exit code and what it printed."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with chdir(folder), redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        patch.delenv("SPOTCHECK_STORE", raising=False)
        patch.setattr(sys, "argv", ["spotcheck", *words])
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return CompletedProcess(words, code, out.getvalue(), err.getvalue())
