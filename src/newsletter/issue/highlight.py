"""Code as HTML with its parts marked by class: the only door to Pygments.

Six groups are enough to see a program's shape, and few enough to give each a colour that can be read in both schemes.
Names, operators and brackets bear no mark: most of a program is made of them, and every mark is bytes of the mail.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LANGUAGES = frozenset(
    "bash c cpp csharp css diff docker dockerfile go html ini java javascript js json jsx kotlin lua make makefile "
    "php powershell ps1 py python r rb ruby rs rust sh shell sql swift toml ts typescript xml yaml yml zsh".split()
)
"""The names that a fence may bear. Each was held against hostile text: a lexer is a pile of regular expressions, and
some of the hundreds that Pygments has take the square of a text's length, or more."""
MAX_CHARACTERS = 10_000
"""Longer code stands plain: nobody reads it in a mail, and it would cost time and bytes."""

GROUPS = {
    "Comment": "c",
    "Keyword": "k",
    "Operator.Word": "k",
    "Literal.String": "s",
    "Literal.Number": "n",
    "Keyword.Constant": "n",
    "Name.Function": "f",
    "Name.Class": "f",
    "Name.Tag": "f",
    "Name.Attribute": "v",
    "Name.Builtin": "v",
    "Name.Decorator": "v",
    "Name.Variable": "v",
    "Generic.Deleted": "k",
    "Generic.Inserted": "s",
    "Generic.Subheading": "f",
}
"""The class of each kind of token and of the kinds below it, by Pygments' names; of two that fit, the longer one."""


def highlighted(code: str, language: str) -> str:
    """Return code as HTML; empty where it is to stand plain, as its language is not known or it is too long."""
    name = language.lower()
    if name not in LANGUAGES or len(code) > MAX_CHARACTERS:
        return ""
    return _marked(code, name)


@lru_cache(maxsize=128)
def _marked(code: str, name: str) -> str:
    from pygments.lexers import get_lexer_by_name  # noqa: PLC0415  # 25 ms, and few issues hold code

    lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    pieces = _by_group((_group(str(kind)), text) for kind, text in lexer.get_tokens(code))
    return "".join(f'<span class="{group}">{text}</span>' if group else text for group, text in pieces)


def _by_group(tokens: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield escaped text with its group, neighbours of one group together."""
    for group, run in groupby(tokens, key=lambda token: token[0]):
        yield group, escape("".join(text for _, text in run), quote=False)


@lru_cache(maxsize=256)
def _group(kind: str) -> str:
    """Return the class of one of Pygments' kinds, such as `Token.Name.Function.Magic`; empty for most."""
    name = kind.removeprefix("Token.")
    while name and name not in GROUPS:
        name = name.rpartition(".")[0]
    return GROUPS.get(name, "")
