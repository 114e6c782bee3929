"""The keys of endpoints, read from the environment or ``.streamlit/secrets.toml`` and never written."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from review.basics.errors import InputError
from review.judges.llm.endpoint import key_if_set, redacted
from review.settings.project import Project
from storage.records_judges import Judge


def environment_of(project: Project) -> dict[str, str]:
    """Return the environment with the texts of the secrets files beside the store and in the current folder.

    The environment wins over the files. Raises InputError for a secrets file that is not TOML, without repeating any
    of its content.
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


def key_variable_of(judge: Judge) -> str:
    """Return the name of the environment variable that holds the key of a judge's endpoint, "" where there is none.

    It is taken from the stored JSON, because a spec that cannot be read may name it all the same.
    """
    return str(judge.spec.get("key_env") or "")


def without_key(text: str, judge: Judge, environment: Mapping[str, str]) -> str:
    """Return a text about a judge without the key of its endpoint."""
    return redacted(text, key_if_set(key_variable_of(judge), environment))
