"""Code as HTML with its parts marked by class: the only door to Pygments.

Five groups are enough to see a program's shape, and few enough to give each a colour that can be read in both schemes.
Names, operators and brackets bear no mark: most of a program is made of them, and every mark is bytes of the mail.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LEXERS = (
    *("bash", "css", "diff", "docker", "go", "html", "ini", "javascript", "json", "kotlin", "lua", "php"),
    *("powershell", "python", "r", "ruby", "rust", "sql", "swift", "toml", "typescript", "xml", "yaml"),
)
LANGUAGES: Mapping[str, str] = MappingProxyType(
    {name: name for name in _LEXERS}
    | {"dockerfile": "docker", "golang": "go", "js": "javascript", "jsx": "javascript"}
    | {"ps1": "powershell", "py": "python", "rb": "ruby", "rs": "rust", "sh": "bash", "shell": "bash"}
    | {"ts": "typescript", "tsx": "typescript", "yml": "yaml", "zsh": "bash"}
)
"""The names that a fence may bear, and Pygments' own. Each lexer was held against hostile text: it is a pile of
regular expressions, and those of C, C++, C#, Java and make take the square of a text's length: up to 8 s for 10,000
line ends."""
MAX_CHARACTERS = 4_000
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
    "Name.Attribute": "f",
    "Name.Builtin": "f",
    "Name.Decorator": "f",
    "Name.Variable": "f",
    "Generic.Deleted": "k",
    "Generic.Inserted": "s",
    "Generic.Subheading": "f",
}
"""The class of each kind of token and of the kinds below it, by Pygments' names; of two that fit, the longer one."""


def highlighted(code: str, language: str) -> str:
    """Return code as HTML; empty where it is to stand plain, as its language is not known or it is too long."""
    name = LANGUAGES.get(language.lower())
    return _marked(code, name) if name and len(code) <= MAX_CHARACTERS else ""


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
