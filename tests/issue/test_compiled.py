"""The compiled parser and markdown-it make the same tokens; what they see differently is left to the latter."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from newsletter.issue.compiled import compiled_tokens
from tests.issue.ordinary import PIECES, both, is_compiled

ROOT = Path(__file__).resolve().parents[2]
TEXTS = sorted(
    path for folder in ("docs", "issues", "tests") for path in (ROOT / folder).rglob("*.md") if "out" not in path.parts
)

ORDINARY = (
    "Een alinea.",
    "Twee\nregels  \nen een\\\nharde.",
    "# Kop\n\n## Kop *twee* ##\n\nOnder\n---\n\nDubbel\n===",
    "#",
    "- a\n- b\n  - c\n\n  - d\n\n    e\n- f",
    "* a\n* b\n\n1. x\n2. y\n\n7) z",
    " - ingesprongen\n   1. genummerd",
    "> Een citaat\nmet een luie regel\n> - en een lijst\n>\n> en nog iets",
    "- Een punt\n  > met een citaat\n- ***\n- `code`\n- # kop\n- [a](/b)\n- ![a](b)\n- *c*\n- **d**\n- &amp;\n- \\*e",
    "```python\nprint(1)\n\nprint(2)\n```\n\n    ingesprongen\n    code",
    "    aan het einde",
    "> ````\n> code\n> ````",
    "***\n\n- - -\n\n____",
    "*a **b** c* _d_ __e__ ***f*** * g",
    "`a` ``b`c`` ` d",
    "[a](https://x.nl) [b](<y z> 'Titel') [c][d] [e][] [f] [](g)\n\n[d]: /d\n[e]: /e\n[f]: /f",
    "<https://x.nl/a_b> en <a@x.nl>",
    "![alt](a.png) ![](b.png 'T') [![in een link](c.png)](/d)",
    "\\*geen nadruk\\* \\\\ en \\# &amp; &copy; &#35; &nbsp;",
    "Een <b>tag</b>, <br /> en <T>.",
    "Hij zei: \"ja\" ... en 'nee' -- 's avonds :tada: € 5",
    "été *château* 中文 👋 _ok_",
    "a | b\n\nc",
    "",
    "\n\n",
)
NOT_ORDINARY = (
    "a\tb",
    "~~weg~~",
    "~~~ nl\ncode\n~~~~",
    "voet[^1]\n\n[^1]: noot",
    "voet^[noot]",
    "[a](b\n'c')",
    "| a |\n|---|\n| b |",
    "<div>\n*a*\n</div>",
    "a <!-- b --> c",
    'a <b c="*d*"> e',
    "\xa0a",
    "a\u2003",
    "> a\nb\n    > c",
    "- [a]: /b\n  [a]",
    "- a\n\n- \n\n  b",
    "```\ngeen einde",
    "```\ngeen einde\n````` x",
    "-     code",
    "`a\nb`",
    "![a*b*](c)",
    "[a__b](c)",
    "[a](b\\\n)",
    "[a](b c)\n\n[a]: /d",
    "[a](b)(\n[c][d](\n\n[d]: /e",
    "<https://x.nl/?a&amp;b>",
    "https://x.nl/a_b_c",
    "![https://x.nl](a)",
    "C:\\docs",
    "> > > > > > > > > > > > > diep",
    "*a " * 14 + "b" + "*" * 14,
    "a " * 10_001,
    "- " + "a " * 10_001,
    "\\",
)


@pytest.mark.parametrize("source", ORDINARY)
def test_what_is_ordinary_is_read_by_the_compiled_parser_into_the_same_tokens(source: str) -> None:
    assert is_compiled(source)
    ours, theirs = both(source)
    assert ours == theirs


@pytest.mark.parametrize("source", NOT_ORDINARY)
def test_what_is_not_is_left_to_markdown_it(source: str) -> None:
    assert not is_compiled(source)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_texts_of_this_project_have_the_same_tokens(path: Path) -> None:
    source = re.sub(r"\r\n?", "\n", path.read_text("utf-8", "replace"))
    ours, theirs = both(source)
    assert ours == theirs


def test_addresses_are_put_in_their_normal_form() -> None:
    tokens = compiled_tokens("[a](B) ![c](D)", str.lower, 100) or []
    attributes = [child.attrs for token in tokens for child in token.children or () if child.attrs]
    assert attributes == [{"href": "b"}, {"src": "d", "alt": ""}]


def test_a_paragraph_has_its_most_characters() -> None:
    assert compiled_tokens("abcde", str, 5)
    assert compiled_tokens("abcdef", str, 5) is None
    assert compiled_tokens("- abcdef", str, 5) is None


@pytest.mark.bulk
@pytest.mark.parametrize("seed", range(4))
def test_of_anything_made_of_its_pieces_both_make_the_same(seed: int) -> None:
    chance = random.Random(seed)
    compiled = 0
    for _ in range(25_000):
        source = "".join(chance.choices(PIECES, k=chance.randint(1, 14)))
        if is_compiled(source):
            compiled += 1
            ours, theirs = both(source)
            assert ours == theirs, source
    assert compiled > 10_000
