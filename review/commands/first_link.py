"""The link with which the first lead of a project comes in, printed where somebody starts it."""

from __future__ import annotations

import os
import sys
from urllib.parse import urlsplit

import click

from review.commands.common import note
from review.serving.first_start import anybody_came, first_link
from review.settings.access import is_loopback, public_url
from review.settings.project import project_of
from storage.store import Store


def say_first_link(store: Store, here: str) -> None:
    """Print a link for the first lead where people come in by link and nobody leads yet."""
    access = project_of(store.path).access
    if access.mode != "links":
        return
    base = public_url(access, os.environ) or here
    link = first_link(store, base)
    if link:
        click.echo(f"This project has no lead yet. Open this link to become its lead (it works once):\n{link}")
        sys.stdout.flush()
    elif not anybody_came(store):
        note("Nobody has come in by a link yet. `spotcheck people invite NAME --role lead` prints one for a lead.")
    if base.startswith("http://") and not is_loopback(urlsplit(base).hostname):
        note(f"{base} is not encrypted: others on the network can read links and logins. Put a TLS proxy in front.")
