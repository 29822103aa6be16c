"""The discussion below an issue and an episode, as [discussion] says, and what a change of it makes anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.config import load
from newsletter.issue import read_issue
from tests.archive.pinned import EPISODE, pin
from tests.archive.sources import built, files_in, site_of, workspace
from tests.cli.commands import TOML, add_issue
from tests.render.issues import THEME, house, mail_of

if TYPE_CHECKING:
    from pathlib import Path

BODY = "::: discussion Een vraag\nWe lezen alles.\n:::\n"
ISSUE, EPISODES_PAGE = "p/proef/index.html", "episodes/de-gouden-troef/index.html"
MAIL_TO_US = "mailto:redactie@proef.example?subject=Re%3A%20Een%20%26%20%E2%80%9Cproef%E2%80%9D"
LINK = 'kind = "link"\nurl = "https://forum.example/t/{slug}"'
ISSO = 'kind = "isso"\nserver = "http://127.0.0.1:8200"'


def say(root: Path, discussion: str, site: str = "https://proef.example") -> Path:
    toml = TOML.replace("https://proef.example", site)
    (root / "newsletter.toml").write_text(f"{toml}\n[discussion]\n{discussion}\n", "utf-8")
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = workspace(tmp_path / "ws")
    add_issue(root, "2026-11-24-proef", BODY, subject='"Een & “proef”"')
    pin(root, "2026-11-25-troef", EPISODE)
    return root


def test_by_default_nothing_is_below_and_the_block_opens_a_mail(root: Path) -> None:
    site = site_of(root)

    for path in (ISSUE, EPISODES_PAGE):
        assert site.page(path).xpath("//*[@id='discussion' or @id='isso-thread']") == []
    assert site.page(ISSUE).xpath("//section/p/a/@href") == [MAIL_TO_US]


def test_another_place_is_linked(root: Path) -> None:
    site = site_of(say(root, LINK))

    assert site.page(ISSUE).xpath("//a[.='Praat mee']/@href") == ["https://forum.example/t/proef"] * 2
    assert site.page(EPISODES_PAGE).xpath("//*[@id='discussion']//a/@href") == [
        "https://forum.example/t/de-gouden-troef"
    ]
    assert site.page(ISSUE).xpath("//*[@id='isso-thread']") == []


@pytest.mark.parametrize(("where", "path"), [("https://proef.example", ""), ("https://proef.example/news", "/news")])
def test_isso_stands_below_each_page_under_its_own_name(where: str, path: str, root: Path) -> None:
    site = site_of(say(root, ISSO, where))

    for file, title in ((ISSUE, "Een & “proef”"), (EPISODES_PAGE, "De gouden troef")):
        page = site.page(file)
        (thread,) = page.xpath("//*[@id='isso-thread']")
        folder = file.removesuffix("index.html")
        assert dict(thread.attrib) == {"id": "isso-thread", "data-isso-id": f"{path}/{folder}", "data-title": title}
        (script,) = page.xpath("//*[@id='discussion']/script")
        assert (script.get("src"), script.get("data-isso")) == ("../../comments/js/embed.min.js", "../../comments")
        assert (script.get("data-isso-lang"), script.text) == ("nl", None)
    (block,) = site.page(ISSUE).xpath("//a[.='Praat mee']/@href")
    assert block == f"{where}/p/proef/#discussion"


def test_no_list_and_no_page_of_no_day_has_one(root: Path) -> None:
    pages = site_of(say(root, ISSO)).pages

    with_one = {path for path, page in pages.items() if page.xpath("//*[@id='isso-thread']")}
    assert with_one == {ISSUE, EPISODES_PAGE, "p/troef/index.html"}


def test_only_a_site_with_isso_carries_its_look(root: Path) -> None:
    assert b"isso" not in site_of(root).files["assets/style.css"]
    assert b".isso-comment" in site_of(say(root, ISSO)).files["assets/style.css"]


@pytest.mark.parametrize(
    ("discussion", "html", "text"),
    [
        ("", MAIL_TO_US.replace("&", "&amp;"), "redactie@proef.example"),
        (LINK, "https://forum.example/t/proef", "https://forum.example/t/proef"),
        (ISSO, "https://proef.example/p/proef/#discussion", "https://proef.example/p/proef/#discussion"),
    ],
)
def test_the_mail_leads_to_it(discussion: str, html: str, text: str, root: Path) -> None:
    settings = load(say(root, discussion), {})
    issue = read_issue(root / "issues" / "2026-11-24-proef.md", "proef", house(THEME))

    mail = mail_of(issue, settings=settings)

    assert f'href="{html}"' in mail.html
    assert f"Praat mee: {text}" in mail.text


def test_a_block_can_lead_elsewhere(root: Path) -> None:
    add_issue(root, "2026-11-24-proef", BODY.replace("discussion E", 'discussion {url="https://x.example/"} E'))

    site = site_of(say(root, ISSO))

    assert site.page(ISSUE).xpath("//a[.='Praat mee']/@href") == ["https://x.example/"]


@pytest.mark.parametrize(("before", "after"), [("", ISSO), (ISSO, LINK), (LINK, LINK.replace("/t/", "/topic/"))])
def test_a_changed_setting_makes_the_pages_anew(before: str, after: str, root: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    built(say(root, before), out)
    assert built(root, out).read == 0

    assert built(say(root, after), out).read == 2
    assert files_in(out) == site_of(root).files
