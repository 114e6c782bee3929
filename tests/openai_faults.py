"""What can go wrong with one request to the server of ``openai_server``."""

from __future__ import annotations

from typing import Any, NamedTuple


class Fault(NamedTuple):
    """Something that goes wrong with one request."""

    kind: str
    value: Any = None


def too_many(retry_after: float | str | None = None) -> Fault:
    """HTTP 429, with a Retry-After header unless None."""
    return Fault("too_many", retry_after)


def status(code: int, message: str = "it broke", error_code: str = "") -> Fault:
    """An error in OpenAI's shape."""
    return Fault("status", (code, message, error_code))


def slow(seconds: float) -> Fault:
    """An answer that comes late (or when the server closes)."""
    return Fault("slow", seconds)


def cut() -> Fault:
    """A connection that breaks in the middle of the body."""
    return Fault("cut")


def hang_up() -> Fault:
    """A connection that is closed before anything is said."""
    return Fault("hang_up")


def trickle(pause: float) -> Fault:
    """A body that comes byte by byte, each after a pause, until the server closes."""
    return Fault("trickle", pause)


def drip(pause: float) -> Fault:
    """A header that comes byte by byte, each after a pause, until the server closes."""
    return Fault("drip", pause)


def go_on(pause: float) -> Fault:
    """HTTP 100 again and again, each after a pause, until the server closes."""
    return Fault("go_on", pause)


def not_json() -> Fault:
    """HTTP 200 with a page of HTML."""
    return Fault("not_json")


def says(text: str, finish: str = "stop") -> Fault:
    """A message with this text, whatever was asked."""
    return Fault("says", (text, finish))


def no_choices() -> Fault:
    """A completion without choices."""
    return Fault("choices", [])


def refusal(text: str = "I cannot help with that.") -> Fault:
    """A message with a refusal."""
    return Fault(
        "choices", [{"message": {"role": "assistant", "content": None, "refusal": text}, "finish_reason": "stop"}]
    )


def filtered() -> Fault:
    """A completion that a content filter has stopped."""
    return Fault("choices", [{"message": {"role": "assistant", "content": ""}, "finish_reason": "content_filter"}])


def redirect(url: str) -> Fault:
    """HTTP 307 to another address."""
    return Fault("redirect", url)
