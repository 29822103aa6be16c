"""The only door to the Markdown parser: source to tokens, tokens to HTML.

CommonMark with tables, strikethrough, footnotes and typographic quotes. HTML in the source is shown as text, never
let through. Addresses are judged here, at their line, and not by the parser's own list, which would leave a refused
link in the text for the readers to see.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from mdit_py_plugins.footnote import footnote_plugin

from newsletter.issue.holes import FIELD, PLACEHOLDER
from newsletter.issue.values import address_problem, parse_picture
from newsletter.issue.words import quoted
from newsletter.model import Finding, Position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

MAX_DEPTH = 20
"""Levels of nesting, of which a list takes two; deeper is refused, as the parser would drop it in silence."""

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
    # Every address passes here: `body_findings` judges them, and says what is wrong with one at its line.
    parser.validateLink = _any_address  # type: ignore[method-assign]
    parser.add_render_rule("image", _render_image)
    return parser


def _any_address(url: str) -> bool:  # noqa: ARG001
    return True


@lru_cache(maxsize=8)
def _typographer(language: str) -> MarkdownIt:
    options = {"typographer": True, "quotes": _QUOTES.get(language, _QUOTES["en"])}
    return MarkdownIt("zero", options).enable(["replacements", "smartquotes"])


def parse(source: str, language: str, name: str = "") -> tuple[Token, ...]:
    """Parse Markdown. `name` keeps the footnotes of two texts on one page apart."""
    return tuple(_parser(language).parse(source, {"docId": name} if name else {}))


def typographic(text: str, language: str) -> str:
    """Return a line of plain text with the quotes, dashes and dots of its language."""
    tokens = _typographer(language).parseInline(text, {})
    return "".join(child.content for token in tokens for child in token.children or ())


def to_html(tokens: Sequence[Token], language: str, name: str, picture: Callable[[str], str]) -> str:
    """Render tokens as HTML; `picture` turns a picture's name into its address."""
    parser = _parser(language)
    return str(parser.renderer.render(tokens, parser.options, {"docId": name, "picture": picture}))


def _render_image(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[index]
    written = token.attrs["src"]
    token.attrs["src"] = env["picture"](written)
    html = self.image(tokens, index, options, env)
    token.attrs["src"] = written
    return html


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


def body_findings(
    tokens: Sequence[Token], lines: Sequence[str], position: Position, has_picture: Callable[[str], bool]
) -> Iterator[Finding]:
    """Yield what is wrong in a body: its links, pictures, open braces and depth, each at its place."""
    first, last = 0, len(lines)
    for token in tokens:
        if token.map:
            first, last = token.map
        if token.level > MAX_DEPTH:
            place = Position(position.path, position.line + first, 1)
            yield Finding(place, f"nested deeper than {MAX_DEPTH} levels", "markdown-depth")
            return
        for child in token.children or ():
            problem = _problem(child, has_picture)
            if problem:
                needle, message, rule = problem
                yield Finding(_find(needle, lines[first:last], position, first), message, rule)


def _problem(token: Token, has_picture: Callable[[str], bool]) -> tuple[str, str, str] | None:
    """Return what to look for in the source, what is wrong with it, and the rule's id."""
    if token.type == "link_open":
        return _link_problem(str(token.attrs.get("href", "")))
    if token.type == "image":
        return _picture_problem(str(token.attrs.get("src", "")), token.content, has_picture)
    if token.type == "text" and "{{" in token.content:
        return "{{", '"{{" is never closed with "}}" on its line', "personal-field"
    return None


def _link_problem(href: str) -> tuple[str, str, str] | None:
    if not href:
        return "](", "the link has no address", "link-address"
    if href.startswith("#") or PLACEHOLDER.match(href):
        return None
    problem = address_problem(href)
    return (href, f"the link {quoted(href)} {problem}", "link-address") if problem else None


def _picture_problem(source: str, alt: str, has_picture: Callable[[str], bool]) -> tuple[str, str, str] | None:
    if not alt.strip():
        return (
            source,
            f"the picture {quoted(source)} needs words for those who cannot see it: ![…]({source})",
            "picture-alt",
        )
    try:
        parse_picture(source)
    except ValueError as error:
        return source, f"the picture {quoted(source)} {error}", "picture-address"
    if "://" not in source and not has_picture(source):
        return source, f"the picture {quoted(source)} does not stand beside the issue", "picture-missing"
    return None


def _find(needle: str, lines: Sequence[str], position: Position, first: int) -> Position:
    for number, written in enumerate(lines):
        # A whole field is not what is looked for; what is, keeps its column.
        line = FIELD.sub(lambda match: " " * len(match[0]), written) if needle == "{{" else written
        column = line.find(needle)
        if column >= 0:
            return Position(position.path, position.line + first + number, column + 1)
    return Position(position.path, position.line + first, 1)
