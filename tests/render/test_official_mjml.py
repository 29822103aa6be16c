"""The templates beside MJML's own program: what the lint knows is what MJML says, and mails look the same.

The renderer compiles with mjml-python. Here MJML's own compiler takes its place, at the one door to it.
"""

from __future__ import annotations

import io
import json
import subprocess
from importlib.resources import files
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

import pytest
from PIL import Image, ImageChops

from benchmarks.measure.peer import PEER, installed
from tests.render.issues import ROOT, THEME, issue_of, mail_of, theme_with
from tests.render.looks import DESK, EVERY_MARKDOWN, ISSUES, TELEPHONE, real, visit
from tests.render.variants import variants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from newsletter.model import Issue

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(not installed(), reason="Node.js is missing, or npm ci in benchmarks/peer"),
]
MOST_DIFFERENT = 0.001
"""The share of pixels that may differ."""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
NOT_OF_A_COMPONENT = {"mjml": "the root, which MJML's parser knows and no component describes"}


class Official:
    """MJML's own program, in a process that goes on."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.complaints: list[str] = []
        """What it found wrong in the documents that it compiled."""
        self.compiled = 0
        self._process = process

    def ask(self, request: dict[str, str]) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{json.dumps(request)}\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def compile(self, source: str, **_: object) -> str:
        """Do what mjml-python does."""
        answer = self.ask({"mjml": source})
        self.compiled += 1
        self.complaints += answer["errors"]
        return str(answer["html"])


@pytest.fixture(scope="module")
def official() -> Iterator[Official]:
    command = ["node", str(ROOT / "tests/render/official_mjml.mjs"), str(PEER)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Official(process)
        process.communicate()


@pytest.fixture
def official_mail(tmp_path: Path, request: pytest.FixtureRequest, official: Official) -> Callable[[Issue], str]:
    """Renders the HTML of a mail with the shipped templates and MJML's own program."""
    frame = "email/mail.mjml.j2"
    # What was compiled once is kept; a note makes these documents unlike all others.
    note = f"<!-- {request.node.name} --><mj-body"
    theme = theme_with(tmp_path, {frame: (ROOT / "templates" / frame).read_text("utf-8").replace("<mj-body", note)})
    official.complaints.clear()

    def render(issue: Issue) -> str:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("mjml.mjml2html", official.compile)
            return mail_of(issue, theme=theme).html

    return render


def test_the_lint_allows_what_mjml_allows(official: Official) -> None:
    known = json.loads(files("newsletter.render").joinpath("mjml_components.json").read_bytes())
    said = official.ask({})

    assert known["version"] == said["version"]
    assert known["colours"] == sorted(said["colours"])
    for element in known["elements"].values():
        element["children"].sort()
    assert {name: known["elements"].pop(name) for name in NOT_OF_A_COMPONENT}
    assert known["elements"] == said["elements"]


@pytest.mark.parametrize("kind", THEME.kinds)
def test_mjml_finds_no_fault_in_a_block_however_it_is_written(
    official: Official, official_mail: Callable[[Issue], str], kind: str
) -> None:
    before = official.compiled
    for variant in variants(THEME.kinds[kind]):
        official_mail(issue_of(variant))
    assert official.compiled > before
    assert official.complaints == []


def issue_named(name: str) -> Issue:
    """A real issue, or a block with all that its schema allows, or one of every kind and all of Markdown."""
    if name in ISSUES:
        return real(name)
    blocks = {kind.name: list(variants(kind))[-1] for kind in THEME.kinds.values()}
    return issue_of(blocks[name] if name in blocks else "\n\n".join([*blocks.values(), EVERY_MARKDOWN]))


def different(first: Image.Image, second: Image.Image) -> float:
    """The share of pixels that are not the same in two pictures of one size."""
    assert first.size == second.size
    red, green, blue = ImageChops.difference(first, second).split()
    same = ImageChops.lighter(ImageChops.lighter(red, green), blue).histogram()[0]
    return 1 - same / (first.width * first.height)


def pictures(browser: Browser, html: str) -> Iterator[Image.Image]:
    """Picture a mail on a desk and on a telephone, light and dark."""
    with visit(browser, html) as seen:
        for width, scheme in product((DESK, TELEPHONE), SCHEMES):
            seen.page.set_viewport_size({"width": width, "height": 900})
            seen.page.emulate_media(color_scheme=scheme)
            yield Image.open(io.BytesIO(seen.page.screenshot(full_page=True))).convert("RGB")
        assert seen.requests == []


@pytest.mark.browser
@pytest.mark.parametrize("name", [*ISSUES, *THEME.kinds, "everything"])
def test_a_mail_looks_as_mjml_itself_would_make_it(
    chromium: Browser, official: Official, official_mail: Callable[[Issue], str], name: str
) -> None:
    issue = issue_named(name)
    ours, theirs = mail_of(issue).html, official_mail(issue)
    assert ours != theirs
    shares = [different(*pair) for pair in zip(pictures(chromium, ours), pictures(chromium, theirs), strict=True)]
    assert [share for share in shares if share > MOST_DIFFERENT] == []
    assert len(shares) == 4
    assert official.complaints == []
