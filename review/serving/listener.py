"""Send short answers at once. ``streamlit run`` opens its listener in a way that leaves Nagle's algorithm on."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from pathlib import Path

DESCRIPTORS = (Path("/proc/self/fd"), Path("/dev/fd"))


def send_at_once(port: int) -> int:
    """Switch Nagle's algorithm off on this process's listeners at ``port`` and return how many there were.

    On Linux each connection inherits that from its listener. Where descriptors have no folder, nothing changes.
    """
    folder = next((f for f in DESCRIPTORS if f.is_dir()), None)
    names = [] if folder is None else [int(name) for name in os.listdir(folder) if name.isdigit()]  # noqa: PTH208 - names, no paths
    return sum(_switched(descriptor, port) for descriptor in names)


def _switched(descriptor: int, port: int) -> bool:
    """Switch it off if this is a TCP socket bound to ``port`` without a peer; return whether it was one."""
    # Descriptors of other threads may be closed meanwhile; a copy of one that is a socket stays open here.
    with contextlib.suppress(OSError):
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            return False
        with socket.socket(fileno=os.dup(descriptor)) as one:
            internet = one.family in (socket.AF_INET, socket.AF_INET6) and one.type == socket.SOCK_STREAM
            if not internet or one.getsockname()[1] != port or _has_peer(one):
                return False
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return True
    return False


def _has_peer(one: socket.socket) -> bool:
    try:
        one.getpeername()
    except OSError:
        return False
    return True
