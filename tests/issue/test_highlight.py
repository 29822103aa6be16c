"""Code with its parts marked: which languages, which groups, and that it is bounded and escaped."""

from __future__ import annotations

import re
import subprocess
import sys
from html import unescape
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.token import string_to_tokentype

from newsletter.issue.highlight import GROUPS, LANGUAGES, MAX_CHARACTERS, highlighted
from tests.issue.drafts import FRONT, body_faults, html, only_block, parsed

TAG = re.compile(r'<span class="[a-z]">|</span>')
HOSTILE = (
    "\n",
    " \n",
    '"\\',
    "'",
    "(",
    "{{",
    "</",
    "<!--",
    "/*",
    "! ",
    "- ",
    "a: ",
    "#{",
    "$(",
    "<<A",
    "[=[",
    "=\n",
    "_",
)


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        (
            "python",
            "def f(x): # y",
            '<span class="k">def</span> <span class="f">f</span>(x): <span class="c"># y</span>',
        ),
        ("PY", 'x = "<b>" + 1', 'x = <span class="s">"&lt;b&gt;"</span> + <span class="n">1</span>'),
        ("json", '{"a": true}', '{<span class="f">"a"</span>: <span class="n">true</span>}'),
        ("sh", "echo $A", '<span class="f">echo</span> <span class="f">$A</span>'),
        ("diff", "-a\n+b\n", '<span class="k">-a</span>\n<span class="s">+b</span>\n'),
        ("html", "<a>", '&lt;<span class="f">a</span>&gt;'),
    ],
)
def test_the_parts_of_code_bear_their_group(language: str, code: str, expected: str) -> None:
    assert highlighted(code, language) == expected


@pytest.mark.parametrize("language", ["", "onbekend", "text", "c++", "../python"])
def test_code_in_a_language_that_is_not_known_is_plain(language: str) -> None:
    assert highlighted("def f(): pass", language) == ""
    assert "<span" not in html(only_block(f"```{language}\ndef f(): pass\n```"))


def test_long_code_is_plain() -> None:
    assert highlighted("1" * MAX_CHARACTERS, "python") != ""
    assert highlighted("1" * (MAX_CHARACTERS + 1), "python") == ""


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\"'<>&"), max_size=60))
def test_marking_changes_no_character(code: str) -> None:
    for language in ("python", "html", "yaml"):
        assert unescape(TAG.sub("", highlighted(code, language))) == code


def test_every_group_is_one_of_pygments_kinds() -> None:
    for kind in GROUPS:
        assert str(string_to_tokentype(kind)) == f"Token.{kind}"


@pytest.mark.parametrize("language", sorted(set(LANGUAGES.values())))
def test_no_code_takes_long(language: str) -> None:
    for piece in HOSTILE:
        code = (piece * MAX_CHARACTERS)[: MAX_CHARACTERS - 1] + "!"
        started = process_time()
        assert unescape(TAG.sub("", highlighted(code, language))) == code
        assert process_time() - started < 1


def test_a_personal_field_in_code_is_shown_and_keeps_its_colours() -> None:
    issue = parsed(FRONT + '```python\nprint("{{ subscriber.first_name }}")\n```')
    assert issue.fields == {}
    assert '<span class="s">"{{ subscriber.first_name }}"</span>' in html(issue.blocks[0])


def test_tabs_are_spaces() -> None:
    assert html(only_block("```\na\tb\n\tc\n```")) == "<pre><code>a   b\n    c\n</code></pre>\n"


def test_more_code_than_a_mail_can_hold_is_refused() -> None:
    told = 'more than 100 lines that begin or end code ("```") in one issue, which is too much work for one mail'
    assert body_faults("```\nx\n```\n" * 50) == []
    assert body_faults("```\nx\n```\n" * 51) == [f"issue.md:155:1: {told}"]


def test_pygments_is_only_read_where_a_language_is_named() -> None:
    program = (
        "import sys; from newsletter.issue.markdown import parse, to_html\n"
        "to_html(parse('```\\nx\\n```\\n`y`', 'nl'), 'nl', '', dict); print('pygments' in sys.modules)\n"
        "to_html(parse('```py\\nx\\n```', 'nl'), 'nl', '', dict); print('pygments' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
