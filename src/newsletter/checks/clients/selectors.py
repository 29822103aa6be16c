"""Which rules of a style sheet hold for an element, as far as mails go.

lxml asks a whole tree for each selector; here a tag is asked, so that one like another, in a place like that one's,
need not be asked again. What a selector says of neighbours and states (`a + b`, `:hover`) is left out: it matches
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cssselect import SelectorError, parse
from cssselect.parser import Attrib, Class, CombinedSelector, Element, Hash, Pseudo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cssselect.parser import Tree

Specificity = tuple[int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Tag:
    """An opening tag, and the tags that it stands in."""

    name: str
    attributes: Mapping[str, str]
    classes: frozenset[str]
    parent: Tag | None


@lru_cache(maxsize=1024)
def read_selector(text: str) -> tuple[Tree, Specificity] | None:
    """Return a selector and its specificity; nothing where it makes no sense, or asks for more than one thing."""
    try:
        (selector,) = parse(text)
    except (SelectorError, ValueError):
        return None
    if selector.pseudo_element:
        return None
    return selector.parsed_tree, selector.specificity()


def key_of(tree: Tree) -> str:
    """Return what a tag must have for a selector to match it: `.class`, `#id` or a name; empty for any tag."""
    if isinstance(tree, CombinedSelector):
        return key_of(tree.subselector)
    if isinstance(tree, Class):
        return f".{tree.class_name}"
    if isinstance(tree, Hash):
        return f"#{tree.id}"
    if isinstance(tree, Element):
        return (tree.element or "").lower()
    return key_of(tree.selector)


def matches(tree: Tree, tag: Tag) -> bool:
    """Tell whether a selector matches a tag."""
    if isinstance(tree, Element):
        return tree.element is None or tree.element.lower() == tag.name
    if isinstance(tree, CombinedSelector):
        return matches(tree.subselector, tag) and any(
            matches(tree.selector, other) for other in _related(tree.combinator, tag)
        )
    return _has(tree, tag) and matches(tree.selector, tag)


def _has(tree: Tree, tag: Tag) -> bool:
    if isinstance(tree, Class):
        return tree.class_name in tag.classes
    if isinstance(tree, Hash):
        return tag.attributes.get("id") == tree.id
    if isinstance(tree, Attrib):
        value = tag.attributes.get(tree.attrib)
        return value is not None and _fits(tree, value)
    return isinstance(tree, Pseudo) and tree.ident == "root" and tag.parent is None


def _fits(tree: Attrib, value: str) -> bool:
    wanted = (tree.value.value if tree.value else None) or ""
    tests = {
        "exists": True,
        "=": value == wanted,
        "~=": wanted in value.split(),
        "|=": value.partition("-")[0] == wanted or value == wanted,
        "^=": bool(wanted) and value.startswith(wanted),
        "$=": bool(wanted) and value.endswith(wanted),
        "*=": bool(wanted) and wanted in value,
    }
    return tests.get(tree.operator, False)


def _related(combinator: str, tag: Tag) -> Iterator[Tag]:
    at = tag.parent
    while at and combinator in {" ", ">"}:
        yield at
        at = at.parent if combinator == " " else None
