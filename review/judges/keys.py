"""Where the keys of endpoints come from: the environment or ``.streamlit/secrets.toml``. They are never written."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from review.basics.errors import InputError
from review.judges.llm.endpoint import key_if_set, without
from review.settings.project import Project


def environment_of(project: Project) -> dict[str, str]:
    """The environment with the texts of the secrets files beside the store and in the current folder.

    What the environment says counts more. Raises InputError for a secrets file that is no TOML, naming no content.
    """
    found: dict[str, str] = {}
    for folder in dict.fromkeys((Path.cwd(), project.path.parent.resolve())):
        found |= _texts(folder / ".streamlit" / "secrets.toml")
    return found | dict(os.environ)


def _texts(path: Path) -> dict[str, str]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise InputError(f"{path}: not readable as TOML; expected lines such as NAME = 'key'.") from None
    except OSError as error:
        raise InputError(f"{path}: the file cannot be read ({error.strerror}).") from None
    return {name: value for name, value in data.items() if isinstance(value, str)}


def without_key(text: str, spec: Mapping[str, Any], environment: Mapping[str, str]) -> str:
    """A text about a judge, with the key of its endpoint blotted out should it have got in."""
    return without(text, key_if_set(spec, environment))
