"""Texts that ordinary Markdown is made of, and what both parsers make of them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from markdown_it.rules_core import block, inline

from newsletter.issue.compiled import compiled_tokens
from newsletter.issue.markdown import make_parser, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

PIECES = (
    *("a", "b ", "x1", "é", "€", "“", "👋", "\xa0", "\u2003", "ß", "̈", "中", "·", "\u200b", "\u00ad", "'"),
    *("\n", "\n\n", "\n   ", "\n- ", "\n  - ", "\n> ", "\n\n    ", "\n1. ", "  \n", "\\\n", "    ", "  ", "--"),
    *("*", "**", "***", "_", "__", "`", "``", "```\n", "~~~", "- ", "1. ", "2) ", "+ ", "> ", "# ", "## ", "{"),
    *("[", "]", "(", ")", "](http://x.y)", "](u 'T')", "![", "[r]: /u\n", "[r]", "[r][]", "http://z.nl/q", ":"),
    *("<http://a.b>", "<w@x.nl>", "<b>", "</b>", "<br />", "<", ">", "|", "!", "w@x.nl", "===\n", "---\n", '"x"'),
    *("\\", "\\*", "&amp;", "&copy;", "&#35;", "&x;", "..."),
)


@cache
def reference(language: str) -> MarkdownIt:
    """markdown-it as it is, and all that comes after blocks and inlines are read."""
    parser = make_parser(language)
    parser.core.ruler.at("block", block)
    parser.core.ruler.at("inline", inline)
    return parser


def is_compiled(source: str) -> bool:
    """Whether a text is read by the compiled parser."""
    return compiled_tokens(source, str, 20_000) is not None


def seen(tokens: Sequence[Token]) -> list[Any]:
    """All that anybody looks at in tokens.

    Not the end of a list, a quote and an item, the white space in the raw text of a paragraph, or what a joined text
    began as; and empty texts show nothing.
    """
    shown = []
    for token in tokens:
        lines = token.map
        if lines and token.type.removesuffix("_open") in {"bullet_list", "ordered_list", "list_item", "blockquote"}:
            lines = lines[:1]
        content = re.sub(r"[\s>]", "", token.content) if token.type == "inline" else token.content
        if token.type == "text" and not content:
            continue
        children = None if token.children is None else seen(token.children)
        is_block = (token.block, token.hidden)
        names = (token.type, token.tag, *(() if token.type == "text" else (token.markup, token.info)))
        shown.append((*names, token.attrs, token.meta, token.nesting, token.level, lines, content, is_block, children))
    return shown


def both(source: str, language: str = "nl") -> tuple[list[Any], list[Any]]:
    """What this program makes of a text, and what markdown-it does."""
    return seen(parse(source, language)), seen(reference(language).parse(source, {}))
