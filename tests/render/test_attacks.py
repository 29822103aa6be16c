"""Eight kinds of attack, in every place where a text can be written: each is refused at its line, or only read.

Judged by a parser of HTML, by the headers of the message, and by Chromium with scripts turned on.
"""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING

import pytest

from newsletter.delivery.mime import prepare
from newsletter.errors import IssueError, UnsafeValueError
from newsletter.render import fill, personal_values, render_email
from tests.delivery.letters import HEADERS, IDENTITY, STAMP, parsed
from tests.render.attacks import KINDS
from tests.render.hostile import FIELDS
from tests.render.issues import ANNA, FRONT, SETTINGS, SITE, THEME, issue_of, mail_of, page_of, pictures_of, reader
from tests.render.looks import visit
from tests.render.payloads import active, page_tree, shape, shown, tree, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.sync_api import Browser

    from newsletter.model import Email, Issue, Recipient

WHERE = {"bombs": ("paragraph", "title")}
"""An attack stands in every place, but for those that take long there and are refused or only read in all alike."""
SHORT_KINDS = [kind for kind in KINDS if kind not in WHERE]
EVALUATED = ("49", "7777777", "root:", "0123456789", "<class", "function ")
"""What would come of an attack on templates, if any of it were worked out."""


def front_with(**lines: str) -> str:
    written = {"subject": "Een proef", "preheader": "Waar het over gaat", "date": "2026-11-24"} | lines
    return "".join(["---\n", *(f"{key}: {json.dumps(value)}\n" for key, value in written.items()), "---\n"])


def attribute(text: str) -> str:
    return '"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"'))


PLACES: Mapping[str, Callable[[str], str]] = {
    "subject": lambda text: f"{front_with(subject=text)}x",
    "preheader": lambda text: f"{front_with(preheader=text)}x",
    "tag": lambda text: f"{front_with()[:-4]}tags: [{json.dumps(text)}]\n---\nx",
    "paragraph": lambda text: f"{FRONT}{text}",
    "structure": lambda text: f"{FRONT}## {text}\n\n> - {text}\n\n| a |\n|---|\n| {text} |\n",
    "code": lambda text: f"{FRONT}`{text}`\n\n```{text}\n{text}\n```\n",
    "link": lambda text: f'{FRONT}[{text}](https://a.example "{text}") ![{text}](asml-cover.png "{text}")',
    "address": lambda text: f"{FRONT}[x]({text}) [y](<{text}>) ![z]({text})",
    "title": lambda text: f"{FRONT}::: note T {text}\nx\n:::",
    "attribute": lambda text: f'{FRONT}::: sponsor {{url="https://a.example" by={attribute(text)}}} T\nx\n:::',
    "description": lambda text: f"{FRONT}::: image {{src=asml-cover.png alt={attribute(text)}}}\n:::",
    "address of a block": lambda text: f"{FRONT}::: button {{url={attribute(text)}}} T\n:::",
    "episode": lambda text: (
        f'{FRONT}::: episode {{url="https://a.example" cover=asml-cover.png alt={attribute(text)}}} {text}\n{text}\n:::'
    ),
}
NAMED = issue_of(FIELDS, front_with(subject="S {{ subscriber.first_name }}"))
"""An issue with a reader's name in every place where one can stand."""


def check_refusal(error: IssueError) -> None:
    assert error.findings
    assert all(finding.position.line and str(finding).isprintable() for finding in error.findings)


def accepted(attack: str, place: str) -> Issue | None:
    """Parse an issue with an attack in one place; nothing comes of one that is refused."""
    try:
        issue = issue_of(PLACES[place](attack), "")
        render_email(issue, THEME, SETTINGS, pictures_of(issue))
    except IssueError as error:
        check_refusal(error)
        return None
    return issue


def check_message(email: Email, to: Recipient) -> str:
    """Hold that a message has its own headers and no others, and return its HTML."""
    values = personal_values(email, to, SITE)
    message = prepare(email, IDENTITY).fill(to, values, STAMP)
    assert tuple(parsed(message).keys()) == HEADERS
    assert message.recipient == to.address
    return fill(email.html, values)


def check_document(html: str) -> None:
    assert active(page_tree(html)) == []


@pytest.mark.bulk
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
def test_an_attack_is_refused_or_read_wherever_it_stands(kind: str) -> None:
    read = 0
    for attack, place in product(KINDS[kind], WHERE.get(kind, PLACES)):
        if issue := accepted(attack, place):
            check_document(check_message(render_email(issue, THEME, SETTINGS, pictures_of(issue)), ANNA))
            assert active(page_tree(page_of(issue))) == []
            read += 1
    assert read > len(KINDS[kind]) / 2


def test_nothing_of_an_attack_on_templates_is_worked_out() -> None:
    for attack, place in product(KINDS["templates"], PLACES):
        if issue := accepted(attack, place):
            mail = mail_of(issue)
            for text in (mail.subject, mail.text, words_of(tree(mail.html)), words_of(tree(page_of(issue)))):
                assert [one for one in EVALUATED if one in text] == []
    for attack in KINDS["templates"]:
        mail = mail_of(NAMED, reader(first_name=attack))
        assert attack in mail.subject
        assert attack in shown(mail.text)


@pytest.mark.parametrize("kind", SHORT_KINDS)
def test_an_attack_in_a_readers_name_changes_nothing_but_words(kind: str) -> None:
    email = render_email(NAMED, THEME, SETTINGS)
    harmless = shape(tree(check_message(email, ANNA)))
    read = 0
    for attack in KINDS[kind]:
        try:
            html = check_message(email, reader(first_name=attack))
        except UnsafeValueError:  # no mail can carry it
            continue
        assert shape(tree(html)) == harmless
        check_document(html)
        read += 1
    assert read >= len(KINDS[kind]) / 2


@pytest.mark.bulk
@pytest.mark.browser
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", SHORT_KINDS)
def test_an_attack_reaches_nothing_and_nobody_in_a_browser(chromium: Browser, kind: str) -> None:
    found = [(place, attack) for attack, place in product(KINDS[kind], PLACES) if accepted(attack, place)]
    bodies = [text.removeprefix(FRONT) for place, attack in found if (text := PLACES[place](attack)).startswith(FRONT)]
    subject = max((attack for place, attack in found if place == "subject"), key=len, default="x")
    assert len(bodies) > len(KINDS[kind])
    issue = issue_of("\n\n".join(bodies), front_with(subject=subject))
    for html in (mail_of(issue).html, page_of(issue)):
        with visit(chromium, html) as seen:
            assert seen.page.evaluate("document.scripts.length") == 0
            # What an editor's own picture asks for is no attack.
            assert [address for address in seen.requests if not address.startswith("https://a.example/")] == []
            assert seen.dialogs == []
