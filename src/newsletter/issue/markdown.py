"""The only door to the Markdown parser: source to tokens, tokens to HTML.

CommonMark with tables, strikethrough, footnotes, bare addresses as links, names of emoji, typographic quotes, and
code in colours. HTML in the source is shown as text, never let through. Any address passes: `body` judges them, each
at its line, where the parser's own list would leave a refused link in the text for the readers to see.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import block, inline, normalize
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import render_footnote_anchor

from newsletter.i18n import catalogue
from newsletter.issue.addresses import AddressFinder, has_signs
from newsletter.issue.compiled import compiled_tokens
from newsletter.issue.highlight import highlighted
from newsletter.issue.holes import PLACEHOLDER
from newsletter.issue.tables import lay_out_tables
from newsletter.issue.typography import QUOTES, clipped, left_open, with_emoji, with_whole_amounts
from newsletter.issue.values import PLAIN_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token
    from markdown_it.utils import EnvType, OptionsDict

MAX_PARAGRAPH_CHARACTERS = 20_000
"""The time that brackets and quotes take grows with the square of their paragraph's length: 255,000 characters of
`![` or `^[` take 25 s, 20,000 take 0.2 s."""
TOO_LONG = "too_long"
"""The key in a token's `meta` that holds the length of a paragraph that was not parsed."""

_WHOLE = "whole"
"""The key in the parser's `env` that says whether the inlines are read already."""

_CODE = frozenset({"code_inline", "code_block", "fence"})
_TAB_COLUMNS = 4
_AUTOMATIC = frozenset({"autolink", "linkify"})


def make_parser(language: str) -> MarkdownIt:
    """Return the parser of one language."""
    options = {
        "html": False,
        "linkify": True,
        "typographer": True,
        "quotes": QUOTES.get(language, QUOTES["en"]),
        "maxNesting": 100,
        "highlight": lambda code, name, _: highlighted(code, name),
    }
    parser = MarkdownIt("commonmark", options, renderer_cls=_Renderer)
    parser.enable(["table", "strikethrough", "linkify", "replacements", "smartquotes"])
    parser.use(footnote_plugin)
    parser.linkify = AddressFinder()
    parser.core.ruler.at("normalize", _normalize)
    parser.core.ruler.at("block", _read_blocks)
    parser.core.ruler.at("inline", _read_inlines)
    parser.core.ruler.after("block", "paragraph_limit", _leave_out_long_paragraphs)
    parser.core.ruler.after("linkify", "addresses", _keep_addresses)
    _add_typography(parser, language)
    parser.core.ruler.push("layout", _lay_out)
    parser.validateLink = _any_address  # type: ignore[method-assign]
    parser.normalizeLink = _normal_form  # type: ignore[method-assign]
    parser.normalizeLinkText = _as_written  # type: ignore[method-assign, assignment]
    parser.add_render_rule("image", _render_image)
    parser.add_render_rule("footnote_anchor", _render_way_back)
    parser.add_render_rule("footnote_caption", _render_number)
    return parser


_parser = lru_cache(maxsize=8)(make_parser)


class _Renderer(RendererHTML):
    @staticmethod
    def renderAttrs(token: Token) -> str:  # noqa: N802 - the parser's name
        """Render the attributes of a token, which most have not."""
        return RendererHTML.renderAttrs(token) if token.attrs else ""


def _normalize(state: StateCore) -> None:
    """Do what the parser does with the ends of lines, and with NUL, where there is any of it."""
    if "\r" in state.src or "\0" in state.src:
        normalize(state)


def _read_blocks(state: StateCore) -> None:
    """Read blocks, and the inlines of ordinary ones with them."""
    tokens = compiled_tokens(state.src, _normal_form, MAX_PARAGRAPH_CHARACTERS)
    state.env[_WHOLE] = tokens is not None
    if tokens is None:
        block(state)
    else:
        state.tokens = tokens


def _read_inlines(state: StateCore) -> None:
    if not state.env[_WHOLE]:
        inline(state)


def _leave_out_long_paragraphs(state: StateCore) -> None:
    for token in state.tokens:
        if len(token.content) > MAX_PARAGRAPH_CHARACTERS and token.type == "inline":
            token.meta[TOO_LONG] = len(token.content)
            token.content = ""


def _any_address(url: str) -> bool:  # noqa: ARG001
    return True


def _normal_form(url: str) -> str:
    """Return an address percent-encoded, and its host in ASCII."""
    return url if PLAIN_ADDRESS.fullmatch(url) else normalizeLink(url)


def _as_written(url: str) -> str:
    """Return an automatic link's address as it is shown: as the editor wrote it, so that it can be copied."""
    return url


def _keep_addresses(state: StateCore) -> None:
    """Take the words of automatic links out of the reach of typography, and note them at their link."""
    for token in state.tokens:
        if token.type == "inline" and has_signs(token.content):
            for opening, words in pairwise(token.children or ()):
                if opening.type == "link_open" and opening.markup in _AUTOMATIC:
                    opening.meta["written"] = words.content
                    words.type = "text_special"


def _add_typography(parser: MarkdownIt, language: str) -> None:
    """Add what has to be done before quotes are paired, and what is left to do after that."""

    def before(state: StateCore) -> None:
        for token in _texts(state, ":'€$£"):
            token.content = with_whole_amounts(clipped(with_emoji(token.content), language))

    def after(state: StateCore) -> None:
        for token in _texts(state, "'"):
            token.content = left_open(token.content)

    parser.core.ruler.before("replacements", "names_and_apostrophes", before)
    parser.core.ruler.after("smartquotes", "lone_apostrophes", after)


def _texts(state: StateCore, signs: str) -> list[Token]:
    """Return the pieces of text that have one of the signs in them; most have none."""
    tokens = [child for token in state.tokens if token.type == "inline" for child in token.children or ()]
    tokens += [child for token in tokens if token.children for child in _walk(token.children)]
    has_sign = re.compile(f"[{signs}]").search
    return [token for token in tokens if token.type == "text" and has_sign(token.content)]


def _lay_out(state: StateCore) -> None:
    lay_out_tables(state.tokens)
    for token in state.tokens:
        if token.type in _CODE:  # Outlook drops tabs
            token.content = token.content.expandtabs(_TAB_COLUMNS)


@lru_cache(maxsize=8)
def _typographer(language: str) -> MarkdownIt:
    options = {"typographer": True, "quotes": QUOTES.get(language, QUOTES["en"])}
    parser = MarkdownIt("zero", options).enable(["replacements", "smartquotes"])
    _add_typography(parser, language)
    return parser


def parse(source: str, language: str) -> tuple[Token, ...]:
    """Parse Markdown."""
    return tuple(_parser(language).parse(source, {}))


@lru_cache(maxsize=512)
def parse_once(source: str, language: str) -> tuple[Token, ...]:
    """Parse Markdown, and keep the tokens for the next time: they must not be changed.

    An editor who saves has changed one block of many; the others are not parsed again.
    """
    return parse(source, language)


@lru_cache(maxsize=512)
def parse_with_fields(
    source: str, language: str, written: tuple[tuple[str, str], ...]
) -> tuple[tuple[Token, ...], frozenset[str]]:
    """Parse Markdown with placeholders, each given with what it stands for; kept as by `parse_once`.

    What stands in code is shown, not filled: there the text is back. Returns the tokens, and which placeholders those
    were.
    """
    tokens, texts, shown = parse(source, language), dict(written), set[str]()

    def show(match: re.Match[str]) -> str:
        shown.add(match[0])
        return texts.get(match[0], match[0])

    for token in _walk(tokens):
        if token.type in _CODE:
            token.content = PLACEHOLDER.sub(show, token.content)
            token.info = PLACEHOLDER.sub(show, token.info)
    return tokens, frozenset(shown)


def has_footnotes(tokens: Sequence[Token]) -> bool:
    """Tell whether notes stand below the text."""
    return any(token.type == "footnote_block_open" for token in tokens)


@lru_cache(maxsize=512)
def typographic(text: str, language: str) -> str:
    """Return a line of plain text with the quotes, dashes, dots and emoji of its language."""
    tokens = _typographer(language).parseInline(text, {})
    return "".join(child.content for token in tokens for child in token.children or ())


def to_html(
    tokens: Sequence[Token], language: str, name: str, picture: Callable[[str], Mapping[str, str | int]]
) -> str:
    """Render tokens as HTML; `picture` gives what the tag of a picture of that name says: `src`, `width` and so on.

    `name` keeps the footnotes of two texts on one page apart.
    """
    parser = _parser(language)
    env = {"docId": name, "picture": picture, "language": language}
    return str(parser.renderer.render(tokens, parser.options, env))


def _render_image(self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[index]
    attributes = token.attrs | env["picture"](token.attrs["src"])
    return self.image([token.copy(attrs=attributes)], 0, options, env)


def _render_number(_self: RendererHTML, tokens: Sequence[Token], index: int, *_: object) -> str:
    """Render the number of a footnote: the same at each of its marks."""
    return f"[{tokens[index].meta['id'] + 1}]"


def _render_way_back(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Render the link from a footnote to its mark, with a name for those who do not see the arrow."""
    arrow = render_footnote_anchor(self, tokens, index, options, env)
    label = escapeHtml(catalogue(env["language"]).gettext("Back to the text"))
    return arrow.replace(' class="', f' aria-label="{label}" class="', 1)


def _walk(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _walk(token.children or ())
