"""Which features of HTML and CSS a piece of a mail uses, by the names that caniemail.com gives them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from newsletter.checks.clients.css import Declaration

PROPERTIES = {
    "css-animation": r"animation(-\w+)*",
    "css-aspect-ratio": r"aspect-ratio",
    "css-background-position": r"background-position(-[xy])?",
    "css-background-repeat": r"background-repeat",
    "css-background-size": r"background-size",
    "css-border-image": r"border-image(-\w+)*",
    "css-border-radius": r"border(-\w+)*-radius",
    "css-box-shadow": r"box-shadow",
    "css-box-sizing": r"box-sizing",
    "css-clip-path": r"clip-path",
    "css-color-scheme": r"(supported-)?color-schemes?",
    "css-column-layout-properties": r"columns|column-(count|fill|rule|span|width)(-\w+)?",
    "css-cursor": r"cursor",
    "css-filter": r"(backdrop-)?filter",
    "css-flex-direction": r"flex-(direction|flow)",
    "css-flex-wrap": r"flex-wrap",
    "css-float": r"float",
    "css-gap": r"(row-|column-)?gap",
    "css-grid-template": r"grid(-\w+)*",
    "css-hyphens": r"hyphens",
    "css-inset": r"inset(-\w+)*",
    "css-inline-size": r"inline-size",
    "css-justify-content": r"justify-(content|items|self)",
    "css-align-items": r"align-(content|items|self)",
    "css-left-right-top-bottom": r"left|right|top|bottom",
    "css-list-style-image": r"list-style-image",
    "css-list-style-position": r"list-style-position",
    "css-margin-block-start-end": r"margin-(block|inline)(-\w+)?",
    "css-mask-image": r"mask(-\w+)*",
    "css-max-height": r"max-height",
    "css-max-width": r"max-width",
    "css-min-height": r"min-height",
    "css-min-width": r"min-width",
    "css-mix-blend-mode": r"mix-blend-mode",
    "css-object-fit": r"object-(fit|position)",
    "css-opacity": r"opacity",
    "css-outline": r"outline(-\w+)*",
    "css-overflow": r"overflow(-[xy])?",
    "css-overflow-wrap": r"overflow-wrap",
    "css-padding-block-start-end": r"padding-(block|inline)(-\w+)?",
    "css-position": r"position",
    "css-table-layout": r"table-layout",
    "css-text-decoration-color": r"text-decoration-color",
    "css-text-decoration-style": r"text-decoration-style",
    "css-text-decoration-thickness": r"text-decoration-thickness",
    "css-text-overflow": r"text-overflow",
    "css-text-shadow": r"text-shadow",
    "css-text-underline-offset": r"text-underline-offset",
    "css-text-wrap": r"text-wrap(-\w+)?",
    "css-transform": r"(transform(-\w+)?|rotate|scale|translate)",
    "css-transition": r"transition(-\w+)*",
    "css-user-select": r"user-select",
    "css-variables": r"--.*",
    "css-visibility": r"visibility",
    "css-white-space": r"white-space",
    "css-white-space-collapse": r"white-space-collapse",
    "css-word-spacing": r"word-spacing",
    "css-word-wrap": r"word-wrap",
    "css-writing-mode": r"writing-mode",
    "css-z-index": r"z-index",
}
"""The properties by which a feature is used. Those that every program shows are not among them."""

VALUES = {
    "css-background-image": (r"background|background-image", r"url\("),
    "css-conic-gradient": (r".*", r"conic-gradient\("),
    "css-display-flex": (r"display", r"\A(inline-)?flex\Z"),
    "css-display-grid": (r"display", r"\A(inline-)?grid\Z"),
    "css-function-clamp": (r".*", r"\bclamp\("),
    "css-function-light-dark": (r".*", r"\blight-dark\("),
    "css-function-max": (r".*", r"\bmax\("),
    "css-function-min": (r".*", r"\bmin\("),
    "css-linear-gradient": (r".*", r"linear-gradient\("),
    "css-list-style-image": (r"list-style", r"url\("),
    "css-modern-color": (r".*", r"\b(lab|lch|oklab|oklch|hwb|color|color-mix)\("),
    "css-radial-gradient": (r".*", r"radial-gradient\("),
    "css-rgba": (r".*", r"\b(rgb|hsl)a\("),
    "css-unit-calc": (r".*", r"\bcalc\("),
    "css-unit-ch": (r".*", r"\b[\d.]+ch\b"),
    "css-unit-rem": (r".*", r"\b[\d.]+rem\b"),
    "css-unit-vh": (r".*", r"\b[\d.]+[dls]?vh\b"),
    "css-unit-vmax": (r".*", r"\b[\d.]+vmax\b"),
    "css-unit-vmin": (r".*", r"\b[\d.]+vmin\b"),
    "css-unit-vw": (r".*", r"\b[\d.]+[dls]?vw\b"),
    "css-variables": (r".*", r"\bvar\("),
}
"""The property and the value by which a feature is used."""

SELECTORS = {
    "css-pseudo-class-active": r":active\b",
    "css-pseudo-class-checked": r":checked\b",
    "css-pseudo-class-first-child": r":first-child\b",
    "css-pseudo-class-focus": r":focus(-\w+)?\b",
    "css-pseudo-class-has": r":has\(",
    "css-pseudo-class-hover": r":hover\b",
    "css-pseudo-class-last-child": r":last-child\b",
    "css-pseudo-class-link": r":link\b",
    "css-pseudo-class-not": r":(not|is|where)\(",
    "css-pseudo-class-nth-child": r":nth-child\(",
    "css-pseudo-class-nth-of-type": r":(nth|first|last|only)-(last-)?of-type\b",
    "css-pseudo-class-target": r":target\b",
    "css-pseudo-class-visited": r":visited\b",
    "css-pseudo-element-after": r"::?after\b",
    "css-pseudo-element-before": r"::?before\b",
    "css-pseudo-element-first-letter": r"::?first-letter\b",
    "css-pseudo-element-first-line": r"::?first-line\b",
    "css-pseudo-element-marker": r"::marker\b",
    "css-selector-adjacent-sibling": r"\+",
    "css-selector-attribute": r"\[",
    "css-selector-chaining": r"\w\.[\w-]+\.|\.[\w-]+\.",
    "css-selector-child": r">",
    "css-selector-general-sibling": r"~(?!=)",
    "css-selector-universal": r"(?<![\w=|])\*",
}

ELEMENTS = {
    "audio": "html-audio",
    "button": "html-button-submit",
    "dialog": "html-dialog",
    "form": "html-form",
    "input": "html-input-text",
    "link": "html-link",
    "marquee": "html-marquee",
    "meter": "html-meter",
    "object": "html-object",
    "picture": "html-picture",
    "progress": "html-progress",
    "select": "html-select",
    "svg": "html-svg",
    "textarea": "html-textarea",
    "video": "html-video",
}

PICTURES = {
    "apng": "image-apng",
    "avif": "image-avif",
    "bmp": "image-bmp",
    "heic": "image-heif",
    "heif": "image-heif",
    "ico": "image-ico",
    "mp4": "image-mp4",
    "svg": "image-svg",
    "tif": "image-tiff",
    "tiff": "image-tiff",
    "webp": "image-webp",
}
"""By the end of a picture's address."""

BASE64 = "image-base64"

ALL = frozenset({*PROPERTIES, *VALUES, *SELECTORS, *ELEMENTS.values(), *PICTURES.values(), BASE64})

_PICTURE = re.compile(r"\.(\w{2,4})(?:[?#].*)?\Z")
_STRING = re.compile(r"""\[[^\]]*\]|"[^"]*"|'[^']*'""")


def _compiled(patterns: Mapping[str, str]) -> list[tuple[str, re.Pattern[str]]]:
    return [(name, re.compile(pattern)) for name, pattern in patterns.items()]


_PROPERTIES = _compiled(PROPERTIES)
_SELECTORS = _compiled(SELECTORS)
_VALUES = [(name, re.compile(of), re.compile(value, re.IGNORECASE)) for name, (of, value) in VALUES.items()]


@lru_cache(maxsize=4096)
def of_declaration(declaration: Declaration) -> frozenset[str]:
    """Return the features that a declaration uses."""
    name, value = declaration.name, _STRING.sub("", declaration.value)
    found = {feature for feature, pattern in _PROPERTIES if pattern.fullmatch(name)}
    return frozenset(
        found | {feature for feature, of, used in _VALUES if of.fullmatch(name) and used.search(value)},
    )


@lru_cache(maxsize=1024)
def of_selector(selector: str) -> frozenset[str]:
    """Return the features that a selector uses."""
    # What an attribute's value says is no selector.
    plain = _STRING.sub(lambda match: "[]" if match[0].startswith("[") else "", selector)
    return frozenset(feature for feature, pattern in _SELECTORS if pattern.search(plain))


def of_picture(address: str) -> str:
    """Return the feature that a picture at an address uses; empty for one that every program shows."""
    if address.startswith("data:"):
        return BASE64
    found = _PICTURE.search(address)
    return PICTURES.get(found[1].lower(), "") if found else ""
