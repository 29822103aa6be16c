"""The command, and a workspace to be in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import LIST, TOML, Newsletter, add_issue
from tests.cli.mailings import ISSUE, KEY, Readers
from tests.cli.podcasts import Podcast, episode, settings
from tests.web_server import running_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def newsletter(capsys: pytest.CaptureFixture[str]) -> Newsletter:
    return Newsletter(capsys)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with one draft; the test stands in it."""
    root = tmp_path / "ws"
    root.mkdir()
    (root / "newsletter.toml").write_text(TOML, "utf-8")
    add_issue(root)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def listed(workspace: Path) -> Path:
    """A workspace with a segment, a field, and a file of three subscribers."""
    more = (
        "[subscribers]\nfields = [\"company\"]\n[segments]\nnl-founders = \"language == 'nl' and 'founder' in tags\"\n"
    )
    (workspace / "newsletter.toml").write_text(TOML + more, "utf-8")
    (workspace / "list.csv").write_text(LIST, "utf-8")
    return workspace


@pytest.fixture
def filled(listed: Path, newsletter: Newsletter) -> Path:
    """The same, with the three in its database."""
    assert newsletter("subscribers", "import", "list.csv").status == 0
    return listed


@pytest.fixture
def readers(newsletter: Newsletter, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Readers:
    """Makes the issue ready, and brings in readers by their local parts."""
    monkeypatch.setenv("NEWSLETTER_SECRET_KEY", KEY)
    add_issue(workspace, ISSUE, status="ready")

    def bring(*names: str) -> None:
        (workspace / "readers.csv").write_text(
            "email,first_name\n" + "".join(f"{name}@example.org,{name.title()}\n" for name in names), "utf-8"
        )
        ran = newsletter("subscribers", "import", "readers.csv")
        assert ran.status == 0, ran.err

    return bring


@pytest.fixture
def podcast(workspace: Path) -> Iterator[Podcast]:
    """A workspace with a feed of three episodes, and no issue yet."""
    for path in (workspace / "issues").iterdir():
        path.unlink()
    with running_server() as server:
        (workspace / "newsletter.toml").write_text(settings(server.url("/feed.xml")), "utf-8")
        podcast = Podcast(server, workspace)
        podcast.publish(episode(1, 10), episode(2, 17), episode(3, 24))
        yield podcast
