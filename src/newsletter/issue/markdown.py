"""The only door to the Markdown parser: source to tokens, tokens to HTML.

CommonMark with tables, strikethrough, footnotes and typographic quotes. HTML in the source is shown as text, never
let through. Any address passes: `body` judges them, each at its line, where the parser's own list would leave a
refused link in the text for the readers to see.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from markdown_it.renderer import RendererHTML
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

MAX_PARAGRAPH_CHARACTERS = 20_000
"""The time that brackets and quotes take grows with the square of their paragraph's length: 255,000 characters of
`![` or `^[` take 25 s, 20,000 take 0.2 s."""
TOO_LONG = "too_long"
"""The key in a token's `meta` that holds the length of a paragraph that was not parsed."""

_QUOTES = {"nl": "“”‘’", "en": "“”‘’"}
_CODE = frozenset({"code_inline", "code_block", "fence"})


@lru_cache(maxsize=8)
def _parser(language: str) -> MarkdownIt:
    options = {
        "html": False,
        "typographer": True,
        "quotes": _QUOTES.get(language, _QUOTES["en"]),
        "maxNesting": 100,
    }
    parser = MarkdownIt("commonmark", options)
    parser.enable(["table", "strikethrough", "replacements", "smartquotes"])
    parser.use(footnote_plugin)
    parser.core.ruler.after("block", "paragraph_limit", _leave_out_long_paragraphs)
    parser.validateLink = _any_address  # type: ignore[method-assign]
    parser.add_render_rule("image", _render_image)
    return parser


def _leave_out_long_paragraphs(state: StateCore) -> None:
    for token in state.tokens:
        if len(token.content) > MAX_PARAGRAPH_CHARACTERS and token.type == "inline":
            token.meta[TOO_LONG] = len(token.content)
            token.content = ""


def _any_address(url: str) -> bool:  # noqa: ARG001
    return True


@lru_cache(maxsize=8)
def _typographer(language: str) -> MarkdownIt:
    options = {"typographer": True, "quotes": _QUOTES.get(language, _QUOTES["en"])}
    return MarkdownIt("zero", options).enable(["replacements", "smartquotes"])


def parse(source: str, language: str) -> tuple[Token, ...]:
    """Parse Markdown."""
    return tuple(_parser(language).parse(source, {}))


@lru_cache(maxsize=512)
def parse_once(source: str, language: str) -> tuple[Token, ...]:
    """Parse Markdown, and keep the tokens for the next time: they must not be changed.

    An editor who saves has changed one block of many; the others are not parsed again.
    """
    return parse(source, language)


def has_footnotes(tokens: Sequence[Token]) -> bool:
    """Tell whether notes stand below the text."""
    return any(token.type == "footnote_block_open" for token in tokens)


@lru_cache(maxsize=512)
def typographic(text: str, language: str) -> str:
    """Return a line of plain text with the quotes, dashes and dots of its language."""
    tokens = _typographer(language).parseInline(text, {})
    return "".join(child.content for token in tokens for child in token.children or ())


def to_html(
    tokens: Sequence[Token], language: str, name: str, picture: Callable[[str], Mapping[str, str | int]]
) -> str:
    """Render tokens as HTML; `picture` gives what the tag of a picture of that name says: `src`, `width` and so on.

    `name` keeps the footnotes of two texts on one page apart.
    """
    parser = _parser(language)
    return str(parser.renderer.render(tokens, parser.options, {"docId": name, "picture": picture}))


def _render_image(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[index]
    attributes = token.attrs | env["picture"](token.attrs["src"])
    return self.image([token.copy(attrs=attributes)], 0, options, env)


def show_code(tokens: Sequence[Token], show: Callable[[str], str]) -> None:
    """Give code its own text back: what stands in code is shown, not filled."""
    for token in _walk(tokens):
        if token.type in _CODE:
            token.content = show(token.content)
            token.info = show(token.info)


def _walk(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _walk(token.children or ())
