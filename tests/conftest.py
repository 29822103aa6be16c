"""What holds for every test."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from newsletter.store import open_store
from newsletter.store.schema import metadata
from tests.postgresql import Tables, programs, running

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from playwright.sync_api import Browser
    from sqlalchemy import Engine

    from tests.postgresql import Server

# The caller's own settings must not decide a test: neither a newsletter's, nor those that force colours on.
COLOURS = {"FORCE_COLOR", "GITHUB_ACTIONS", "PY_COLORS", "TTY_COMPATIBLE"}
for name in list(os.environ):
    if name.startswith("NEWSLETTER_") or name in COLOURS:
        del os.environ[name]

# Where `make test` puts a Chromium when it may not install one for the whole machine.
BROWSERS = Path(__file__).parent.parent / ".venv" / "browsers"
if BROWSERS.is_dir():
    os.environ.setdefault("PLAYWRIGHT_BROWSERS_PATH", str(BROWSERS))

COUNTS_LINES = "COVERAGE_PROCESS_CONFIG"
"""By this variable coverage tells the Pythons that a test starts to count their lines too."""

# A shared machine stalls now and then. The timeout catches a hang; a deadline per example only makes noise.
# In CI the examples are always the same, so that a change is judged by what it changed; elsewhere they are new.
settings.register_profile("project", deadline=None, print_blob=True, derandomize="CI" in os.environ)
settings.load_profile("project")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the golden files, and the pages of docs/reference that are generated, anew: "
        "`git diff` shows what changed",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what takes long begin first: else one process is left with it when the others are done.

    Of thousands of made-up cases no lines are counted, which would take longer than they do.
    """
    for item in items:
        if item.get_closest_marker("bulk"):
            item.add_marker("no_cover")
    items.sort(key=_patience_s, reverse=True)


def _patience_s(item: pytest.Item) -> float:
    patience = item.get_closest_marker("timeout")
    return (float(patience.args[0]) if patience else 60.0) + ("bulk" in item.keywords)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Where lines are not counted, keep the processes that a test starts from counting theirs."""
    counts = None if "no_cover" not in item.keywords else os.environ.pop(COUNTS_LINES, None)
    try:
        return (yield)
    finally:
        if counts is not None:
            os.environ[COUNTS_LINES] = counts


@pytest.fixture
def update_golden(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--update-golden"))


# One for a module and not for the session: while it is open, its event loop counts as running for every other test.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser that reaches no other machine."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - 200 ms, which most tests need not wait for

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"),  # else Playwright's
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server, where there is one to start."""
    folder = programs()
    if folder is None:
        pytest.skip("no PostgreSQL on this machine; .ci/postgres installs it")
    with running(folder) as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with its tables, and nothing in them: to be copied, which takes a tenth of making one."""
    folder = tmp_path_factory.mktemp("with-tables")
    open_store("sqlite:///newsletter.db", folder, fresh_id="a-test").dispose()
    return folder / "newsletter.db"


@pytest.fixture(scope="session")
def postgresql_tables(postgresql: Server, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """A database with its tables, for one test after the other: making one takes twenty times as long as emptying."""
    url = postgresql.new_database()
    open_store(url, tmp_path_factory.getbasetemp(), fresh_id="a-test").dispose()
    return Tables(url, tuple(table.name for table in reversed(metadata.sorted_tables)))


@pytest.fixture(params=["sqlite", "postgresql"])
def store_kind(request: pytest.FixtureRequest) -> str:
    """The kind of database: a test that wants one runs for each kind that the store can be."""
    return str(request.param)


@pytest.fixture
def store_url(store_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if store_kind == "sqlite":
        return f"sqlite:///{tmp_path / 'newsletter.db'}"
    server: Server = request.getfixturevalue("postgresql")
    return server.new_database()


@pytest.fixture
def engine(store_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An open store with its tables, and nothing in them."""
    if store_kind == "postgresql":
        yield request.getfixturevalue("postgresql_engine")
        return
    path = shutil.copy(request.getfixturevalue("sqlite_with_tables"), tmp_path / "newsletter.db")
    opened = open_store(f"sqlite:///{path}", tmp_path, fresh_id="another")
    yield opened
    opened.dispose()


@pytest.fixture
def postgresql_engine(postgresql_tables: Tables, tmp_path: Path) -> Iterator[Engine]:
    """The same on PostgreSQL; by itself it is for what is true of it alone."""
    postgresql_tables.empty()
    opened = open_store(postgresql_tables.url, tmp_path, fresh_id="another")
    yield opened
    opened.dispose()
