"""Marks in templates: every MJML tag knows its line, and nothing else of a template changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment
from jinja2.ext import Extension

from newsletter.model import Position
from newsletter.render.places import mark_places, place_at, strip_places


class Marking(Extension):
    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return mark_places(source, name or "")


def test_every_opening_tag_is_marked_with_its_template_and_line() -> None:
    source = '<mjml>\n  <mj-body>\n    <mj-image src="a"\n      alt="" />\n  </mj-body>\n</mjml>\n'
    assert mark_places(source, "email/a.mjml.j2") == (
        '<mjml data-at="email/a.mjml.j2:1">\n  <mj-body data-at="email/a.mjml.j2:2">\n'
        '    <mj-image data-at="email/a.mjml.j2:3" src="a"\n      alt="" />\n  </mj-body>\n</mjml>\n'
    )


def test_a_misspelt_element_is_marked_too() -> None:
    assert mark_places("<mjtext>", "a") == '<mjtext data-at="a:1">'


@pytest.mark.parametrize(
    "source",
    [
        '{{ "<mj-text>" }}',
        '{{ "}} <mj-text>" }}',
        "{{ '\\'}} <mj-text>' }}",
        '{% set a = "<mj-text>" %}',
        '{% set a = "%} <mj-text>" %}',
        "{# <mj-text> #}",
        "<!-- <mj-text> -->",
        "<!--[if mso]><mj-text><![endif]-->",
        "</mj-text>",
        "<p>mj-text</p>",
        "<mj-{{ kind }}>",
        "{{ <mj-text>",
        "<!-- <mj-text>",
    ],
)
def test_what_is_no_tag_of_the_document_stays_as_it_is(source: str) -> None:
    assert mark_places(source, "a") == source


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_jinja_counts_them(line_end: str) -> None:
    marked = mark_places(f"{{# one{line_end}two #}}{line_end}<!-- {line_end} --><mj-raw>", "a")
    assert '<mj-raw data-at="a:4">' in marked


def test_a_tag_rendered_by_jinja_still_knows_its_own_template() -> None:
    templates = {
        "mail": '<mjml>\n{% for n in (1, 2) %}\n{% include "block" %}\n{% endfor %}\n</mjml>',
        "block": "{# a comment #}\n{% if true %}\n<mj-text>{{ n }}</mj-text>\n{% endif %}\n",
    }
    environment = Environment(loader=DictLoader(templates), autoescape=True, extensions=[Marking])
    document = environment.get_template("mail").render()
    assert document.count('<mj-text data-at="block:3">') == 2
    assert place_at(document, document.index("2</mj-text>")) == Position("block", 3)


@pytest.mark.parametrize("name", ['a"b&<c>.j2', "{{ x }}.j2", "{% raw %}", "{#", "mail é: 2.j2", "C:\\a.j2"])
def test_a_template_of_any_name_is_named_as_it_is(name: str) -> None:
    environment = Environment(autoescape=True)
    document = environment.from_string(mark_places("\n<mj-text>x</mj-text>", name)).render()
    assert place_at(document, len(document)) == Position(name, 2)


def test_the_place_is_that_of_the_last_tag_that_begins_before() -> None:
    document = '<mjml data-at="a:1"> <mj-body data-at="b:7"> </mj-body>'
    second = document.index("<mj-body")
    assert place_at(document, 0) == Position("a", 1)
    assert place_at(document, second - 1) == Position("a", 1)
    assert place_at(document, second) == Position("b", 7)
    assert place_at(document, 10_000) == Position("b", 7)


def test_before_the_first_mark_there_is_no_place() -> None:
    assert place_at('  <mjml data-at="a:1">', 1) is None
    assert place_at("<mjml>", 3) is None


def test_only_marks_are_stripped() -> None:
    document = '<mj-text data-at="a:1" data-at-all="x" css-class="k">say data-at="b:2"</mj-text>'
    assert strip_places(document) == '<mj-text data-at-all="x" css-class="k">say data-at="b:2"</mj-text>'


PIECES = [
    "<mjml>",
    "<mj-text ",
    "<mj-raw/>",
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "<!--",
    "-->",
    '"',
    "'",
    "\n",
    "\r",
    "é",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_marking_and_stripping_gives_the_source_again(source: str) -> None:
    marked = mark_places(source, "email/a.j2")
    assert strip_places(marked) == source
    assert len(marked.splitlines()) == len(source.splitlines())
