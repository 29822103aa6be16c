"""What MJML allows: its elements, what stands in them, and the types of their attributes.

It comes from MJML itself (`mjml_components.json`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLACEHOLDER = re.compile(r"zq\d+w\d+z")
_ROOT_ATTRIBUTES = {"lang": "string", "dir": "enum(auto,ltr,rtl)", "owa": "string"}
_COLOUR = re.compile(
    r"#[0-9a-f]{3}(?:[0-9a-f]{3})?|rgb\((?:\s*\d{1,3}\s*(?:,|(?=\)))){3}\)"
    r"|rgba\((?:\s*\d{1,3}\s*,){3}\s*(?:\d+|\d*\.\d+)\s*\)",
    re.IGNORECASE,
)
_UNIT = re.compile(r"unit(WithNegative)?\(([^)]*)\)(?:\{(\d+),(\d+)\})?")
_ENUM = re.compile(r"enum\(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Element:
    """What MJML says of one element."""

    children: frozenset[str]
    holds_text: bool
    attributes: Mapping[str, str]


@cache
def elements() -> Mapping[str, Element]:
    """Return all elements by their names."""
    found = {
        name: Element(frozenset(item["children"]), item["content"], item["attributes"])
        for name, item in _mjml()["elements"].items()
    }
    # mjml-python knows no mj-raw there; it is for text before the doctype.
    found["mjml"] = Element(frozenset({"mj-head", "mj-body"}), holds_text=False, attributes=_ROOT_ATTRIBUTES)
    return found


@cache
def kinds_by_attribute() -> Mapping[str, tuple[str, ...]]:
    """Return the types that an attribute has, on whichever elements."""
    kinds: dict[str, tuple[str, ...]] = {}
    for element in elements().values():
        for attribute, kind in element.attributes.items():
            kinds[attribute] = (*kinds.get(attribute, ()), kind)
    return kinds


@cache
def _mjml() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files("newsletter.render").joinpath("mjml_components.json").read_bytes())
    return loaded


@lru_cache(maxsize=4096)
def fits(value: str, kind: str) -> bool:
    """Tell whether a value is of one of MJML's types, such as `unit(px,%){1,4}`; a placeholder is of any."""
    unit, choice = _UNIT.fullmatch(kind), _ENUM.fullmatch(kind)
    if kind == "string" or _PLACEHOLDER.fullmatch(value):
        return True
    if unit:
        units = unit[2].split(",")
        sign = "-?" if unit[1] else ""
        length = re.compile(
            rf"{sign}(?:\d*\.?\d+(?:{'|'.join(map(re.escape, units))})|0){'|auto' if 'auto' in units else ''}"
        )
        parts = value.split() or [""]
        return int(unit[3] or 1) <= len(parts) <= int(unit[4] or 1) and all(map(length.fullmatch, parts))
    if choice:
        return value in choice[1].split(",")
    if kind == "color":
        return bool(_COLOUR.fullmatch(value)) or value.lower() in _mjml()["colours"]
    return value in {"true", "false"} if kind == "boolean" else value.isdecimal()


def wanted(kind: str) -> str:
    """Return one of MJML's types in words."""
    unit, choice = _UNIT.fullmatch(kind), _ENUM.fullmatch(kind)
    if unit:
        units = " or ".join(name or "no unit" for name in unit[2].split(","))
        return f"{unit[3]} to {unit[4]} lengths in {units}" if unit[3] else f"a length in {units}"
    if choice:
        return f"one of {', '.join(name or 'nothing' for name in choice[1].split(','))}"
    return {"color": 'a colour such as "#1f2937"', "boolean": "true or false"}.get(kind, "a whole number")
