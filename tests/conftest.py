"""What tests of every floor share: quick stores, demonstration stores, workers, how many examples hypothesis tries."""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT))
# Every core has its worker: a library that starts threads for all cores only makes the others wait.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
# Workers, servers and commands are some hundred processes, and without kept bytecode each compiles all modules anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Audit keys of the stores that tests make: one folder for a whole run, which its workers inherit.
if "SPOTCHECK_TEST_KEYS" not in os.environ:
    os.environ["SPOTCHECK_TEST_KEYS"] = os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp(prefix="spotcheck-config-")
    atexit.register(shutil.rmtree, os.environ["XDG_CONFIG_HOME"], ignore_errors=True)
    os.environ.pop("SPOTCHECK_AUDIT_KEY", None)

from demo_cache import cached_demo  # noqa: E402 - the source tree comes first
from examples import load_profile  # noqa: E402
from parallel import (  # noqa: E402, F401 - two are hooks of pytest
    import_share,
    pytest_xdist_auto_num_workers,
    pytest_xdist_make_scheduler,
)
from postgres_server import end_shared_server  # noqa: E402
from quick_stores import ON_POSTGRES, copy_store, durably, quickly  # noqa: E402

from storage.opening import open_store  # noqa: E402
from storage.store import Store  # noqa: E402

load_profile()

Demo = Callable[..., Path]


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name bytes by their number: packed content holds the second it was packed in, and workers must agree on names."""
    return f"{len(val)} bytes" if isinstance(val, bytes) else None


@pytest.fixture(scope="session", autouse=True)
def quick_stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Open stores quickly in every test that does not carry the mark ``durable``."""
    with quickly(tmp_path_factory.mktemp("template") / "template.db"):
        yield


@pytest.fixture(scope="session", autouse=True)
def servers_end() -> Iterator[None]:
    """Stop the database server that tests share once all of them are through."""
    yield
    end_shared_server()


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Collect no garbage while tests are collected, nor look at those modules again in each later collection."""
    gc.disable()
    try:
        import_share(session.config)
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(100_000, 20, 50)
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Open stores as the product does in tests with the mark ``durable``, fixtures included."""
    if item.get_closest_marker("durable") is None:
        return (yield)
    with durably():
        return (yield)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A new, migrated, empty store on disk."""
    return open_store(tmp_path / "spotcheck.db")


@pytest.fixture
def shared() -> Path:
    """The folder of real input and published figures, where it exists."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared with real input is not here")
    return SHARED


@pytest.fixture(scope="session")
def demo_of(request: pytest.FixtureRequest) -> Demo:
    """Return the cached demonstration store with the given arguments of ``build_demo``; copy it before changing it."""
    # A database lives as long as this run of the tests alone.
    temporary = request.getfixturevalue("tmp_path_factory")
    folder = temporary.mktemp("demo") if ON_POSTGRES else request.config.cache.mkdir("demo")
    return lambda **arguments: cached_demo(folder, **arguments)


@pytest.fixture(scope="session")
def demo_path(demo_of: Demo) -> Path:
    """A small demonstration store; copy it before changing it."""
    return demo_of(weeks=2, size=900)


@pytest.fixture
def own_demo(demo_path: Path, tmp_path: Path) -> Store:
    """A demonstration store of this test's own, at a path of its own: it may be changed, and damaged."""
    return open_store(copy_store(demo_path, tmp_path / "spotcheck.db"))


@pytest.fixture
def demo(own_demo: Store) -> Store:
    """A demonstration store of this test's own: it may be changed."""
    return own_demo


@pytest.fixture(scope="module")
def few_replicates() -> Iterator[None]:
    """Compute intervals from few replicates, in tests that ask for it."""
    from fewer_replicates import fewer_replicates  # with scipy and scikit-learn, which others do not wait for

    with fewer_replicates():
        yield


@pytest.fixture
def warm_workers() -> Iterator[None]:
    """Start the workers of runs in forks of a process that has imported them, in tests that ask for it."""
    from warm_commands import warm_workers

    with warm_workers():
        yield
