from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.config import Discussion
from tests.config.workspaces import REQUIRED, faults_of, settings_of

if TYPE_CHECKING:
    from pathlib import Path

SITE = "https://example.org/news"


def discussion(tmp_path: Path, toml: str) -> Discussion:
    return settings_of(tmp_path, f"{REQUIRED}[discussion]\n{toml}\n").discussion


def test_without_a_word_nothing_is_discussed(tmp_path: Path) -> None:
    assert settings_of(tmp_path).discussion == Discussion("off", "", "")
    assert Discussion().page_url(SITE, "p/asml/") == ""


def test_another_place_knows_the_issue_by_its_name(tmp_path: Path) -> None:
    found = discussion(tmp_path, 'kind = "link"\nurl = "https://forum.example/t/{slug}?from={slug}#last"')

    assert found.page_url(SITE, "p/asml/") == "https://forum.example/t/asml?from=asml#last"
    assert Discussion("link", "https://forum.example/").page_url(SITE, "p/asml/") == "https://forum.example/"


def test_below_the_issue_it_has_the_address_of_its_page(tmp_path: Path) -> None:
    found = discussion(tmp_path, 'kind = "isso"\nserver = "http://127.0.0.1:8200/"')

    assert found.server == "http://127.0.0.1:8200"
    assert found.page_url(SITE, "p/asml/") == "https://example.org/news/p/asml/#discussion"


@pytest.mark.parametrize(
    "server", ["http://localhost", "http://[::1]:8200", "https://comments.example.org", "https://10.0.0.7:443"]
)
def test_isso_runs_here_or_under_tls(server: str, tmp_path: Path) -> None:
    assert discussion(tmp_path, f'kind = "isso"\nserver = "{server}"').server == server


@pytest.mark.parametrize(
    "server",
    [
        "http://comments.example.org",
        "http://10.0.0.7:8200",
        "http://localhost.example.org",
        "ftp://localhost",
        "127.0.0.1:8200",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:0",
        "http://127.0.0.1/comments",
        "http://127.0.0.1?x",
        "https://.example.org",
        "http://[::ffff::1]",
    ],
)
def test_other_places_for_isso_are_refused(server: str, tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, f'{REQUIRED}[discussion]\nkind = "isso"\nserver = "{server}"\n')

    assert fault == (
        f'newsletter.toml:10:1: discussion.server: found "{server}", expected where Isso listens: an http address of '
        "this machine, such as http://127.0.0.1:8200, or an https address"
    )


def test_a_password_in_an_address_is_not_shown(tmp_path: Path) -> None:
    toml = f'{REQUIRED}[discussion]\nurl = "https://a:hunter2@b.example/"\nserver = "http://a:hunter2@localhost"\n'

    faults = faults_of(tmp_path, toml)

    assert len(faults) == 2
    assert "hunter2" not in str(faults)
