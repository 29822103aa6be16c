"""`newsletter init`: what a newcomer begins with."""

from __future__ import annotations

import re
import time
from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from newsletter.config import load
from tests.cli.commands import ROOT, Newsletter
from tests.config.workspaces import LEFT_OUT

if TYPE_CHECKING:
    from collections.abc import Iterator

SETTING = re.compile(r"^#?(\w+)(?:\.nl)? = |^(\[+[\w.]+\]+)$", re.MULTILINE)
"""A setting with a value for each language counts once, by its Dutch one."""
EXPLANATION = re.compile(r"(?:^|(?<=\s))# ?(.*)$", re.MULTILINE)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the test stands in."""
    root = tmp_path / "here"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


@pytest.fixture(params=["XXX-23", "XXX+23"], ids=["east", "west"])
def far_away(request: pytest.FixtureRequest) -> Iterator[None]:
    """A machine almost a day from Greenwich: at any moment, in one of the two it is not the day that it is at home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def today() -> str:
    return datetime.now(ZoneInfo("Europe/Amsterdam")).date().isoformat()


def test_a_workspace_is_made_and_its_files_are_named(newsletter: Newsletter, empty: Path) -> None:
    days = {today()}
    ran = newsletter("init", "mijn-nieuws")
    days.add(today())
    assert (ran.status, ran.out) == (0, "")
    made = set(files_in(empty / "mijn-nieuws"))
    (issue,) = made - {"newsletter.toml", ".env.example", ".gitignore"}
    assert issue in {f"issues/{day}-hello.md" for day in days}
    assert {line.removeprefix("wrote mijn-nieuws/") for line in ran.err.splitlines()[:4]} == made
    assert ran.err.endswith("\n\nNext: cd mijn-nieuws && newsletter render latest\n")


def test_what_was_made_stands_in_json(newsletter: Newsletter, empty: Path) -> None:
    ran = newsletter("init", "nieuws", "--json")
    assert ran.document["workspace"] == "nieuws"
    assert {Path(name) for name in ran.document["files"]} == {
        Path("nieuws", name) for name in files_in(empty / "nieuws")
    }
    assert ran.err == ""


def test_an_empty_folder_one_stands_in_will_do(newsletter: Newsletter, empty: Path) -> None:
    ran = newsletter("init")
    assert ran.err.endswith("\n\nNext: newsletter render latest\n")
    assert load(empty, {}).newsletter.name == "Here"


def test_the_next_command_can_be_pasted(newsletter: Newsletter, empty: Path) -> None:
    assert newsletter("init", "mijn nieuws").err.endswith("Next: cd 'mijn nieuws' && newsletter render latest\n")


@pytest.mark.parametrize("arguments", [("-C", "deep", "init", "nieuws"), ("init", "nieuws", "-C", "deep")], ids=str)
def test_it_can_be_made_from_elsewhere(arguments: tuple[str, ...], newsletter: Newsletter, empty: Path) -> None:
    assert newsletter(*arguments).status == 0
    assert (empty / "deep" / "nieuws" / "newsletter.toml").is_file()


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_was_made_loads_renders_and_is_archived(language: str, newsletter: Newsletter, empty: Path) -> None:
    assert newsletter("init", "--language", language).status == 0
    settings = load(empty, {})
    assert (settings.newsletter.language, settings.samples[-1].language) == (
        language,
        {"nl": "en", "en": "nl"}[language],
    )
    ran = newsletter("render", "latest")
    assert ran.status == 0, ran.err
    assert f'lang="{language}"' in (empty / "out" / "hello.html").read_text("utf-8")
    (issue,) = (empty / "issues").iterdir()
    issue.write_text(issue.read_text("utf-8").replace("status: draft", "status: ready"), "utf-8")
    assert newsletter("archive", "build").status == 0
    assert (empty / "out" / "site" / "p" / "hello" / "index.html").is_file()


NAMES = [
    'Zeg "hé" tegen \\ en /',
    "L’été & O'Neill",
    "a: b # c, [d] {e}",
    "日本語 👩‍💻 Ünïcödé",
    "{% raw %}{% endraw %}{# x #}",
    "<b>&amp;</b>",
    "100 % $HOME ${HOME}",
    "- x",
    "no",
    "1.10",
    "A nbsp",
]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_comes_through(name: str, newsletter: Newsletter, empty: Path) -> None:
    ran = newsletter("init", "--name", f" {name} ")
    assert ran.status == 0, ran.err
    settings = load(empty, {})
    assert (settings.newsletter.name, settings.newsletter.from_name) == (name, name)
    ran = newsletter("render", "latest")
    assert ran.status == 0, ran.err
    mail = message_from_bytes((empty / "out" / "hello.eml").read_bytes(), policy=policy.default)
    assert mail["From"].addresses[0].display_name == name
    assert mail["Subject"] == f"Hello from {name}"


@pytest.mark.parametrize(
    "name", ["a\nb", "a\x1bb", "a\x7fb", "=?utf-8?q?x?=", "{{ subscriber.first_name }}", " ", "a\udce9"]
)
def test_a_name_that_newsletter_toml_cannot_hold_is_refused(name: str, newsletter: Newsletter, empty: Path) -> None:
    ran = newsletter("init", "--name", name)
    assert ran.status == 2
    assert "cannot be the newsletter's name: " in ran.err
    assert list(empty.iterdir()) == []


def test_a_language_without_words_is_refused(newsletter: Newsletter, empty: Path) -> None:
    ran = newsletter("init", "--language", "fr")
    assert (ran.status, ran.err) == (2, 'error: "fr" is not a language of the templates; there are nl and en\n')
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize("name", ["newsletter.toml", ".env.example", ".gitignore", "issues/{today}-hello.md"])
def test_nothing_is_written_where_one_file_is_there_already(name: str, newsletter: Newsletter, empty: Path) -> None:
    path = empty / name.format(today=today())
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine", "utf-8")
    before = files_in(empty)
    ran = newsletter("init")
    assert ran.status == 2
    there = f"{path.relative_to(empty)}; move them away for now"
    assert ran.err == f"error: nothing was written, as these are there already: {there}\n"
    assert files_in(empty) == before


def test_nothing_is_written_through_a_link_that_leads_nowhere(newsletter: Newsletter, empty: Path) -> None:
    (empty / ".gitignore").symlink_to(empty.parent / "elsewhere")
    assert newsletter("init").status == 2
    assert not (empty.parent / "elsewhere").exists()


def test_a_file_in_the_place_of_the_folder_is_told(newsletter: Newsletter, empty: Path) -> None:
    (empty / "nieuws").write_text("mine", "utf-8")
    ran = newsletter("init", "nieuws")
    assert ran.status == 2
    assert ran.err.startswith("error: nieuws")


def test_the_first_issue_is_the_latest_wherever_the_machine_stands(
    far_away: None, newsletter: Newsletter, empty: Path
) -> None:
    """Its date counts in the newsletter's time zone, as `latest` does."""
    days = {today()}
    assert newsletter("init").status == 0
    days.add(today())
    assert [path.name[:10] in days for path in (empty / "issues").iterdir()] == [True]
    ran = newsletter("render", "latest")
    assert ran.status == 0, ran.err


def test_ejecting_into_a_workspace_adds_the_theme_and_nothing_else(newsletter: Newsletter, empty: Path) -> None:
    newsletter("init")
    newsletter("render", "latest")
    before = files_in(empty)
    ran = newsletter("init", "--eject")
    assert ran.status == 0, ran.err
    after = files_in(empty)
    added = {name: content for name, content in after.items() if name not in before}
    theme = {
        f"templates/{name}": content
        for name, content in files_in(ROOT / "templates").items()
        if not name.startswith("workspace/")
    }
    assert added == theme
    assert {name: after[name] for name in before} == before
    newsletter("render", "latest")
    assert files_in(empty) == after, "an ejected theme looks as the shipped one"


def test_ejecting_twice_writes_nothing(newsletter: Newsletter, empty: Path) -> None:
    newsletter("init", "--eject")
    mine = empty / "templates" / "email" / "mail.mjml.j2"
    mine.write_text("mine", "utf-8")
    before = files_in(empty)
    ran = newsletter("init", "--eject")
    assert ran.status == 2
    assert "nothing was written" in ran.err
    assert files_in(empty) == before


def test_ejecting_into_an_empty_folder_makes_the_workspace_too(newsletter: Newsletter, empty: Path) -> None:
    assert newsletter("init", "--eject").status == 0
    assert {path.name for path in empty.iterdir()} == {
        "newsletter.toml", ".env.example", ".gitignore", "issues", "templates",
    }  # fmt: skip


def test_the_example_of_dotenv_is_that_of_this_repository(newsletter: Newsletter, empty: Path) -> None:
    newsletter("init")
    assert (empty / ".env.example").read_bytes() == (ROOT / ".env.example").read_bytes()


def test_the_starter_documents_every_setting_that_this_repository_documents(
    newsletter: Newsletter, empty: Path
) -> None:
    newsletter("init")
    ours, starter = (SETTING.findall((root / "newsletter.toml").read_text("utf-8")) for root in (ROOT, empty))
    assert starter == ours
    assert len(starter) > 50


def test_every_value_that_the_starter_shows_for_a_setting_left_out_is_its_default(
    newsletter: Newsletter, empty: Path
) -> None:
    newsletter("init")
    toml = empty / "newsletter.toml"
    as_made = load(empty, {})
    said_in_full, shown = LEFT_OUT.subn("", toml.read_text("utf-8"))
    toml.write_text(said_in_full, "utf-8")
    assert shown > 25
    assert load(empty, {}) == as_made


def test_the_settings_are_explained_in_the_words_of_this_repository(newsletter: Newsletter, empty: Path) -> None:
    newsletter("init")

    def explained(path: Path) -> str:
        """What the file says of itself and of each setting, but for its first line, which names the newsletter."""
        _, _, text = LEFT_OUT.sub("", path.read_text("utf-8")).partition("\n")
        return "\n".join(EXPLANATION.findall(text))

    assert explained(empty / "newsletter.toml") == explained(ROOT / "newsletter.toml")


def test_git_leaves_out_secrets_and_what_is_made(newsletter: Newsletter, empty: Path) -> None:
    newsletter("init")
    assert {".env", "out/"} <= set((empty / ".gitignore").read_text("utf-8").splitlines())
