"""Write the files that start Spotcheck in containers into a folder."""

from __future__ import annotations

from pathlib import Path

from review.basics.errors import InputError, Refused

FILES = {name: name for name in ("Containerfile", "compose.yaml", "spotcheck.conf.template", "example.env")}
"""One server on an SQLite store: the names that files get, and the files beside this module."""
SERVERS = {
    "Containerfile": "Containerfile",
    "compose.yaml": "compose.servers.yaml",
    "spotcheck.conf.template": "servers.conf.template",
    "example.env": "servers.env",
    "roles.sh": "roles.sh",
}
"""Three servers on PostgreSQL: their names, and the files beside this module."""
CERTIFICATES = "certificates"


def write_container(folder: Path, *, servers: bool = False) -> list[Path]:
    """Write the files and the folder for the certificate, and return the files. One that is there is never replaced.

    ``servers`` chooses those of three servers on PostgreSQL.

    Raises Refused when one of them differs from ours, InputError when the folder cannot be written.
    """
    contents = {
        folder / name: Path(__file__).with_name(ours).read_bytes()
        for name, ours in (SERVERS if servers else FILES).items()
    }
    try:
        other = [file for file, content in contents.items() if file.exists() and file.read_bytes() != content]
        if other:
            raise Refused(
                f"{other[0]} exists already and differs from ours. Nothing was written. Choose another folder."
            )
        (folder / CERTIFICATES).mkdir(parents=True, exist_ok=True)
        for file, content in contents.items():
            file.write_bytes(content)
    except OSError as error:
        raise InputError(f"{error.filename or folder} cannot be written ({error.strerror or error}).") from None
    return list(contents)
