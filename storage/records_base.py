"""What the nouns share."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""An object that is stored as JSON text."""
