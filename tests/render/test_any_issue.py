"""Whatever issue is written: it is refused at its lines, or a mail, a text and a page come of it with all its words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from newsletter.delivery.mime import prepare
from newsletter.errors import IssueError
from newsletter.issue import PLACEHOLDER
from newsletter.issue.kinds import LIST
from newsletter.render import fill, personal_values, render_email
from newsletter.render.view import ON_EMAIL, ON_WEB
from tests.delivery.letters import IDENTITY, STAMP, parsed, text_of, with_crlf
from tests.render.any_issue import KNOWN, UNKNOWN, WORD, issues_with
from tests.render.issues import ANNA, SETTINGS, SITE, THEME, issue_of, page_of, pictures_of
from tests.render.payloads import active, without_own_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lxml.html import HtmlElement
    from markdown_it.token import Token

    from newsletter.issue import Kind
    from newsletter.model import Block, Email, Issue
    from tests.render.any_issue import Draft

pytestmark = pytest.mark.bulk

SHARES = (200, pytest.param(750, marks=pytest.mark.long))
"""How many issues are rendered at least for each kind of block: some 3,000 over all, and 11,000 for `make long`."""
# Between any two words of Markdown's pieces stands something.
GLUED = re.compile(rf"{WORD.pattern}{WORD.pattern}")
SLOT = re.compile(r"zq\d+w\d+z")


def squeezed(text: str) -> str:
    """A text without white space, nor the marks of quoting that may stand in the middle of its words."""
    return "".join(text.split()).replace(">", "")


def parsed_html(html: str) -> HtmlElement:
    """Parse a document in which every tag is opened and closed where it may be."""
    parser = etree.HTMLParser(encoding="utf-8")
    document: HtmlElement = etree.fromstring(html.encode(), parser)
    assert list(parser.error_log) == []
    assert html.startswith("<!DOCTYPE html>")
    assert html.rstrip().endswith("</html>")
    return document


def read(document: HtmlElement) -> str:
    """What a reader of a document gets to read, pictures' alternatives where they stand."""
    return squeezed("".join(document.xpath("//body//text()[not(ancestor::style)] | //body//img/@alt")))


def leaves(tokens: Iterable[Token]) -> Iterator[str]:
    """The texts of an issue's Markdown in their order, as its parser sees them; personal fields are left out."""
    for token in tokens:
        if token.type in {"text", "code_inline", "fence", "code_block"}:
            yield from PLACEHOLDER.split(token.content)
        yield from leaves(token.children or ())


def words_in(block: Block, kind: Kind) -> list[str]:
    """What must be read of a block beside its body: its title, and the words that its schema demands."""
    demanded = [name for name, attribute in kind.attributes.items() if attribute.required and attribute.type == "text"]
    # Contents show nothing, their own title neither, where there is nothing to list.
    lines = ["" if kind.contents == LIST else block.title, *(str(block.attributes[name]) for name in demanded)]
    return [word for line in lines for word in PLACEHOLDER.split(line)]


def blocks_in(issue: Issue, place: str) -> list[Block]:
    """The blocks that are for the mail to Anna, whose name is known, or for the page, whose reader nobody knows."""
    hides = {ON_EMAIL: UNKNOWN, ON_WEB: KNOWN}[place]
    here = [block for block in issue.blocks if block.attributes.get("on", place) == place]
    return [block for block in here if not block.condition or block.condition.expression != hides]


def check_place(draft: Draft, issue: Issue, place: str, found: str) -> None:
    """Hold that a mail or a page has the words that were written for it, and none of those for the other alone."""
    here = blocks_in(issue, place)
    elsewhere = [block for block in issue.blocks if block not in here]
    words = [set(WORD.findall(" ".join(block.body.source for block in blocks))) for blocks in (here, elsewhere)]
    found_words = set(WORD.findall(found))
    assert not words[1] & found_words
    # In whole pieces of Markdown there is no word that is not for readers, whatever the parser makes of them.
    if draft.is_plain:
        assert words[0] <= found_words
        assert [pair for pair in GLUED.findall(found) if words[0].issuperset(WORD.findall(pair))] == []


def check_words(blocks: Sequence[Block], found: str, *, by_words: bool) -> None:
    """Hold that all the blocks' words are read, in their order.

    `by_words` is for plain text, in which a line may end, and a bullet stand, between any two words; and where the
    lines of a table's cells stand beside each other.
    """
    place = 0
    for block in blocks:
        for text in words_in(block, THEME.kinds[block.kind]):
            assert found.find(squeezed(text), place) >= 0, (text, found[place:])
        is_table = by_words and any(token.type == "table_open" for token in block.body.tokens)
        for leaf in leaves(block.body.tokens):
            for text in leaf.split() if by_words else [leaf]:
                at = found.find(squeezed(text), 0 if is_table else place)
                assert at >= 0, (text, found[place:])
                place = max(place, at)


def check_holes(text: str) -> None:
    """Hold that nothing is left that stands for something else; that one of these was written is possible."""
    assert PLACEHOLDER.findall(text) == []
    assert set(SLOT.findall(text)) <= {"zq7w0z"}


def check_mail(draft: Draft, issue: Issue, email: Email) -> None:
    values = personal_values(email, ANNA, SITE)
    html, text = fill(email.html, values), fill(email.text, values)
    document = parsed_html(html)
    assert active(document) == []
    blocks, seen = blocks_in(issue, ON_EMAIL), read(document)
    check_words(blocks, seen, by_words=False)
    check_words(blocks, squeezed(text), by_words=True)
    for line in (issue.subject, issue.preheader):
        assert all(squeezed(words) in seen for words in PLACEHOLDER.split(line))
    for part in (html, text):
        check_holes(part)
        check_place(draft, issue, ON_EMAIL, part)

    mail = parsed(prepare(email, IDENTITY).fill(ANNA, values, STAMP))
    assert mail["Subject"] == fill(email.subject, values)
    assert text_of(mail, "html") == with_crlf(html)
    assert text_of(mail, "plain") == with_crlf(text)


def check_page(draft: Draft, issue: Issue) -> None:
    html = page_of(issue)
    document = without_own_form(parsed_html(html))
    assert active(document) == []
    check_words(blocks_in(issue, ON_WEB), read(document), by_words=False)
    check_place(draft, issue, ON_WEB, html)
    check_holes(html)


def check_refusal(error: IssueError) -> None:
    assert error.findings
    assert all(finding.position.line and finding.message.isprintable() for finding in error.findings)


def is_refused(draft: Draft) -> bool:
    """Render what was drafted and check what came of it; tell whether it was refused instead."""
    try:
        issue = issue_of(draft.text, "")
        email = render_email(issue, THEME, SETTINGS, pictures_of(issue))
    except IssueError as error:
        check_refusal(error)
        return True
    check_mail(draft, issue, email)
    check_page(draft, issue)
    return False


@pytest.mark.timeout(600)
@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("kind", THEME.kinds)
def test_any_issue_is_refused_or_rendered_with_all_its_words(kind: str, share: int) -> None:
    rendered = 0

    @settings(max_examples=share * 5 // 4 + 20, suppress_health_check=[HealthCheck.too_slow])
    @given(issues_with(THEME.kinds[kind], THEME.kinds))
    def render(draft: Draft) -> None:
        nonlocal rendered
        rendered += not is_refused(draft)

    render()

    assert rendered >= share
