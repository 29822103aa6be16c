"""Whatever stands in a file: an issue comes of it, or faults that each have a place in it; soon, and nothing else."""

from __future__ import annotations

import re
from contextlib import contextmanager
from itertools import product
from time import process_time
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsletter.errors import IssueError
from newsletter.issue import PLACEHOLDER
from newsletter.render.expressions import check_fields
from tests.issue.any_text import BODIES, N, families
from tests.issue.drafts import FRONT, SUBSCRIBER_FIELDS, faults, html, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from newsletter.model import Issue

KEYS = (
    "subject",
    "date",
    "preheader",
    "tags",
    "send_at",
    "language",
    "x",
    "- a",
    "? a",
    '"',
    "#",
    "",
    "...",
    "--- a",
    "%A",
)
VALUES = (
    "Proef",
    "2026-11-24",
    '"{{ a }}"',
    "'",
    '"\\x',
    "[a, b",
    "*a",
    "&a b",
    "!t",
    "|",
    ">",
    "{a: b}",
    "a: b",
    "\t",
    "#",
    "",
)
FRONTS = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from([": ", ":", " "]), st.sampled_from(VALUES)))


def with_line_feeds(data: bytes) -> str:
    """A file's text as places are counted in it."""
    text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def check(data: bytes) -> None:
    """Parse, and hold what comes of it against what always holds."""
    lines = with_line_feeds(data).split("\n")
    try:
        issue = parsed(data)
    except IssueError as error:
        found = error.findings
        assert found
        assert all(finding.message.isprintable() for finding in found)
    else:
        check_issue(issue, lines)
        found = check_fields(issue.fields.values(), SUBSCRIBER_FIELDS)
    for finding in found:
        place = finding.position
        assert place.path == "issue.md"
        assert 1 <= place.line <= len(lines)
        assert 1 <= place.column <= len(lines[place.line - 1]) + 1
    assert len(set(found)) == len(found)


def check_issue(issue: Issue, lines: list[str]) -> None:
    """Every field stands where it is said to stand, and every placeholder is a field."""
    for field in issue.fields.values():
        assert lines[field.position.line - 1].startswith("{{", field.position.column - 1)
    words = [issue.subject, *(block.title + html(block) for block in issue.blocks)]
    assert {name for text in words for name in PLACEHOLDER.findall(text)} <= set(issue.fields)
    ids = [block.id for block in issue.blocks if block.id]
    assert len(ids) == len(set(ids))
    assert all(
        line.strip() for block in issue.blocks for line in block.body.source.split("\n")[:1] if block.kind == "text"
    )


@given(st.text() | st.binary())
def test_any_text_at_all(written: str | bytes) -> None:
    check(written.encode(errors="surrogatepass") if isinstance(written, str) else written)


@given(FRONTS, BODIES)
def test_any_front_matter(lines: list[tuple[str, str, str]], body: str) -> None:
    front = "\n".join("".join(line) for line in lines)
    check(f"---\n{front}\n---\n{body}".encode())


@given(st.text(alphabet=st.sampled_from("ab:{}[]\"'#&*!|>%@`-?,.~\\ \t\n0ux")))
@example('subject: "\\U7fffffff"')
@example('subject: "\\UFFFFFFFF"')
@example("? : \n")
def test_any_yaml(front: str) -> None:
    check(f"---\n{front}\n---\n".encode())


@given(BODIES)
@example("```\n")
@example("[a](<")
@example(":::tip{a=")
@example("^[[a](b)]\n\n- x ^[{{]")
@example("![](<\t\N{NO-BREAK SPACE}>)")
@example("[^1]\n\n[^1]: [a](b)")
def test_any_body(body: str) -> None:
    check((FRONT + body).encode())


@given(st.text(alphabet=st.sampled_from("a{}=\"'#. \t:“”\\%😀")))
def test_any_head(head: str) -> None:
    check(f"{FRONT}::: note {head}\nx\n:::\n".encode())


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Hold that what is done takes no longer than this, whatever else the machine has to do meanwhile."""
    began_s = process_time()
    yield
    assert process_time() - began_s < seconds


@pytest.mark.no_cover
@pytest.mark.parametrize("name", families())
def test_no_text_takes_long(name: str) -> None:
    with within(5):
        check((FRONT + families()[name]).encode())


@pytest.mark.no_cover
@pytest.mark.parametrize("name", ["[", "^[", "![", "{{ a ", "'\"", "*a **a ", "> ", "head {{", "<![CDATA["])
def test_no_text_as_large_as_may_be_takes_long(name: str) -> None:
    text = families()[name]
    with within(10):
        check((FRONT + text * (255_000 // len(text))).encode())


@pytest.mark.no_cover
def test_many_long_paragraphs_do_not_take_long() -> None:
    with within(10):
        for piece, ends in product(("'\"", "*a **a ", "{{ a "), ("\n\n", "\n")):
            check((FRONT + (piece * (19_000 // len(piece)) + ends) * 12).encode())


@pytest.mark.no_cover
def test_yaml_that_grows_or_nests_does_not_take_long() -> None:
    fronts = (
        "a: " + "[" * N,
        "a: " + "{" * N,
        "- " * N,
        "? " * N,
        '"' * N,
        "a: &a [*a]\n" * N,
        "a: 'b\n" * N,
        "!" * N,
    )
    with within(5):
        for front in fronts:
            check(f"---\n{front}\n---\n".encode())


def test_a_message_never_holds_a_placeholder() -> None:
    told = faults(
        FRONT + "[a](x{{ b }}) ![c](d{{ e }}.png) ![]({{ f }})\n::: button {url='x{{ g }}'} T\n:::\n::: {{ h }}\n:::\n"
    )
    assert len(told) == 5
    assert not [line for line in told if re.search(r"zq[0-9a-f]{12}", line)]
