"""Send one message to one address through Apprise, in a limited time."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from review.basics.errors import Refused, ReviewError
from review.basics.words import installing
from review.notify.words import Text

SECONDS = 30.0
"""A service that has not answered by then did not take the message; the night goes on."""


def tried(variable: str, text: Text, environment: Mapping[str, str], *, seconds: float = SECONDS) -> str:
    """Send a message; return why it failed, "" when it did not. It takes at most ``seconds``.

    A service that hangs keeps its thread, which ends with the process; the message may still arrive.
    """
    failed: list[str] = [f"the service at the address in {variable} did not answer within {seconds:g} seconds."]

    def work() -> None:
        try:
            send(variable, text, environment)
            failed[0] = ""
        except Exception as error:  # noqa: BLE001 - services fail in their own ways; it is logged and tried again
            failed[0] = why(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    return failed[0]


def why(error: Exception) -> str:
    """Return an error as the log of messages holds it: only our own say nothing secret."""
    return str(error) if isinstance(error, ReviewError) else type(error).__name__


def send(variable: str, text: Text, environment: Mapping[str, str]) -> None:
    """Send a message to the Apprise address in the variable of the environment.

    Raises Refused when the package, the variable or one address is missing, and when the service took nothing. The
    address holds passwords, so no message repeats it.
    """
    try:
        import apprise
    except ImportError:
        raise Refused(
            "messages need the package apprise, which is not installed here. Ask the person who installed Spotcheck.",
            command_hint=f"Install it: {installing('notify')}.",
        ) from None
    address = environment.get(variable, "").strip()
    if not address:
        raise Refused(f"the variable {variable} of the environment is not set: expected an Apprise address.")
    service = apprise.Apprise()
    if not service.add(address) or len(service) != 1:
        raise Refused(
            f"the variable {variable}: found {counted_addresses(len(service))}, expected one Apprise address such as "
            "mailto:// or slack:// with its parts."
        )
    if not service.notify(title=text.title, body=text.body, body_format=apprise.NotifyFormat.MARKDOWN):
        raise Refused(f"the service at the address in {variable} did not answer or did not take the message.")


def counted_addresses(n: int) -> str:
    """Return how many addresses were understood, in words."""
    return "no address that Apprise understands" if n == 0 else f"{n} addresses"
