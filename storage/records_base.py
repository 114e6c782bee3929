"""Types that several records share."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""An object that is stored as JSON text."""

StoredLabels = dict[str, str | list[str]]
"""Labels by dimension, as stored: one value, or a list of values for a set."""
