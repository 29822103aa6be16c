"""What content CSS may say: each thing that cannot be inlined is told at its line and column."""

from __future__ import annotations

import pytest

from newsletter.errors import TemplateError
from newsletter.render import inline
from newsletter.render.content_css import lint_css
from newsletter.render.inline import inline_document, inline_fragments
from tests.render.styles import CSS


@pytest.mark.parametrize(
    ("css", "line", "column", "rule"),
    [
        ("p {}\n @media print { p {} }", 2, 2, "css-at-rule"),
        ("/* @import */\na:hover {}", 2, 2, "css-pseudo-class"),
        ("a::before {}", 1, 2, "css-pseudo-class"),
        ("p, * {}", 1, 4, "css-universal"),
        ("p {\n  color: r\u00e9d;\n}", 2, 11, "css-ascii"),
        ('p { font-family: "Caf\u00e9" }', 1, 18, "css-ascii"),
        ("p { color: \\72 ed }", 1, 12, "css-escape"),
        ("[ STYLE] {}", 1, 1, "css-attribute"),
        ("h2 + p {}", 1, 4, "css-neighbour"),
        ("h2 ~ p {}", 1, 4, "css-neighbour"),
        ("p {\n color: red", 1, 3, "css-syntax"),
        ("p } a {}", 1, 3, "css-syntax"),
        ("p { a { b: c } }", 1, 7, "css-syntax"),
        ("p {}\n/* never closed", 2, 1, "css-syntax"),
        ("p { color red }", 1, 1, "css-syntax"),
        ("p {\n\n  a: b\n  c: d }", 4, 3, "css-syntax"),
        ("\n\n p..x {}", 3, 2, "css-selector"),
        ('p[title="a,b"] {}', 1, 2, "css-attribute"),
    ],
)
def test_what_cannot_be_inlined_is_told_at_its_place(css: str, line: int, column: int, rule: str) -> None:
    found = lint_css(css, "templates/email/content.css")
    place = found[0].position
    assert (place.path, place.line, place.column, found[0].rule) == ("templates/email/content.css", line, column, rule)


def test_every_fault_is_told_in_the_order_of_the_lines() -> None:
    found = lint_css("* { }\n@media x { }\na:hover { }", "c.css")
    assert [(finding.position.line, finding.rule) for finding in found] == [
        (1, "css-universal"),
        (2, "css-at-rule"),
        (3, "css-pseudo-class"),
    ]


@pytest.mark.parametrize(
    "css",
    [
        CSS,
        "",
        "/* \u00e9 @ : * */",
        'a { width: calc(2px * 3); -webkit-hyphens: none; background: url("a;b@c") }',
        "p > a b i.x#y { color: rgba(0, 0, 0, .5) !important }",
    ],
)
def test_what_can_be_inlined_has_no_faults(css: str) -> None:
    assert lint_css(css, "c.css") == ()


def test_css_that_cannot_be_inlined_does_not_pass_a_door() -> None:
    with pytest.raises(TemplateError, match="pseudo-class"):
        inline_fragments(["<p>x</p>"], "p:hover { color: red }")
    with pytest.raises(TemplateError, match="pseudo-class"):
        inline_document("<html><body></body></html>", "p:hover { color: red }")


def test_what_is_known_of_a_style_sheet_is_let_go_of_and_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = [f"<p>x</p><blockquote>{'<em>' * depth}x{'</em>' * depth}</blockquote>" for depth in range(4)]
    before = [inline_fragments([piece], CSS) for piece in pieces]
    monkeypatch.setattr(inline, "_MAX_KEPT", 1)
    unknown = f"{CSS}\n/* as before */"
    assert [inline_fragments([piece], unknown) for piece in pieces] == before
