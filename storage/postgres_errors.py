"""The errors of PostgreSQL in plain words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from storage.connection import StorageError, StoreAway
from storage.postgres_connecting import driver
from storage.proof_key import ProofError

GRANT = "README.md, A store on PostgreSQL, says how a role gets what it needs."


@contextmanager
def plain_errors(name: str) -> Iterator[None]:
    """Turn errors of the database ``name`` into StorageErrors that say what to do."""
    psycopg = driver()
    from psycopg_pool import PoolTimeout

    errors = psycopg.errors
    try:
        yield
    except ProofError as error:
        raise StorageError(f"{name}: {error}") from error
    except PoolTimeout as error:
        raise StoreAway(
            f"{name}: the database does not answer. Nothing was written. Start it, or check the address and the "
            "network, and try again."
        ) from error
    except (errors.LockNotAvailable, errors.SerializationFailure, errors.DeadlockDetected) as error:
        raise StorageError(
            f"{name}: another process is writing to the store. Nothing was written. Try again in a moment."
        ) from error
    except errors.InsufficientPrivilege as error:
        raise StorageError(f"{name}: {_first_line(error)}. {GRANT}") from error
    except errors.UndefinedTable as error:
        raise StorageError(f"{name}: {_first_line(error)}. The store has lost this table. Restore a backup.") from error
    except (errors.DiskFull, errors.InsufficientResources) as error:
        raise StorageError(
            f"{name}: {_first_line(error)}. Nothing was written. Free some space on the server, and try again."
        ) from error
    except errors.ReadOnlySqlTransaction as error:
        raise StorageError(
            f"{name}: this server only reads: it is a standby. Nothing was written. Give the address of the primary."
        ) from error
    except psycopg.OperationalError as error:
        if error.sqlstate is None and "connection" in str(error) and "failed" in str(error):
            raise StoreAway(
                f"{name}: the database does not answer: {_last_line(error)}. Check address, role and network."
            ) from error
        raise StoreAway(
            f"{name}: the connection to the database was lost ({_first_line(error)}). What was not acknowledged may be "
            "sent again: nothing is written twice."
        ) from error
    except psycopg.DataError as error:
        if "NUL" not in str(error):
            raise
        raise StorageError(
            f"{name}: a text holds the character NUL (U+0000), which PostgreSQL cannot keep. Nothing was written. "
            "Remove the character, and try again."
        ) from error


def _last_line(error: Exception) -> str:
    """Return what the server said, which stands after what was tried."""
    return _first_line(error).rpartition("failed: ")[2]


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
