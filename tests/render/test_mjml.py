"""The door to mjml-python: what it breaks must come out whole, and what it cannot take is told at its line."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from newsletter.errors import RenderError, TemplateError
from newsletter.model import Position
from newsletter.render.mjml import MAX_NESTING, compile_mjml, numeric_entities
from newsletter.render.places import mark_places

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = "<!doctype html><html><body></body></html>"


def document(body: str, head: str = "") -> str:
    return f"<mjml><mj-head>{head}</mj-head><mj-body>{body}</mj-body></mjml>"


def in_text(content: str) -> str:
    return document(f"<mj-section><mj-column><mj-text>{content}</mj-text></mj-column></mj-section>")


def text_html(content: str) -> str:
    """What the content of an mj-text becomes."""
    html = compile_mjml(in_text(f"<i>from</i>{content}<i>to</i>"))
    return html[html.index("<i>from</i>") + 11 : html.index("<i>to</i>")]


def fault(source: str, template: str = "mail.mjml.j2") -> tuple[Position, str]:
    """The place and the rule of the one fault that a template's source has."""
    with pytest.raises(TemplateError) as caught:
        compile_mjml(mark_places(source, template))
    (finding,) = caught.value.findings
    return finding.position, finding.rule


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no\u00a0break", "no\u00a0break"),
        ("\U0001f469\u200d\U0001f4bb \u2708\ufe0f", "\U0001f469\u200d\U0001f4bb \u2708\ufe0f"),
        ("e\u0301", "e\u0301"),
        ("line\nbreak", "line break"),
        ("line\r\nbreak", "line break"),
        ("tab\tstop", "tab stop"),
        ("back\\slash", "back\\slash"),
        ("&nbsp;&eacute;&zwnj;", "\u00a0\u00e9\u200c"),
        ("&#10;kept", "\nkept"),
        ("a &amp; b &lt; c", "a & b < c"),
        ("it's", "it's"),
    ],
)
@pytest.mark.parametrize("place", ['<a title="{}">x</a>', '<!--[if mso]><a title="{}">x</a><![endif]-->'])
def test_an_attribute_keeps_its_characters(written: str, read: str, place: str) -> None:
    html = text_html(place.format(written)).replace("<!--[if mso]>", "").replace("<![endif]-->", "")
    link = etree.fromstring(html, etree.HTMLParser()).find(".//a")
    assert link.get("title") == read


def test_quotes_within_single_quotes_stay_in_the_attribute() -> None:
    html = text_html("""<a title='say "hi"'>x</a>""")
    assert etree.fromstring(html, etree.HTMLParser()).find(".//a").get("title") == 'say "hi"'


def test_an_attribute_of_mjml_keeps_its_characters_too() -> None:
    image = '<mj-image src="a" alt="caf\u00e9\u00a0\n\\" />'
    html = compile_mjml(document(f"<mj-section><mj-column>{image}</mj-column></mj-section>"))
    assert 'alt="caf\u00e9\u00a0 &#92;"' in html


def test_text_beyond_ascii_before_a_greater_sign_does_not_panic() -> None:
    assert text_html("\u00e9 > b") == "\u00e9 > b"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="<&"), max_size=40))
def test_any_text_comes_out_as_it_went_in(text: str) -> None:
    assert text_html(f"<b>{text}</b>") == f"<b>{text}</b>"


def test_the_title_is_safe_in_the_label_that_repeats_it() -> None:
    html = compile_mjml(document("", '<mj-title>Say "hi"\n\\ \u00e9</mj-title>'))
    body = etree.fromstring(html, etree.HTMLParser()).find("body")
    assert body.find("div").get("aria-label") == 'Say "hi" \\ \u00e9'


@pytest.mark.parametrize(
    ("written", "html"),
    [
        ("<b>one</b>\n<b>two</b>", "<b>one</b> <b>two</b>"),
        ("<p>x<b>\n<i>one</i></b></p>", "<p>x<b> <i>one</i></b></p>"),
        ("<b>one</b> <b>two</b>", "<b>one</b> <b>two</b>"),
        ("<pre><b>one</b>\n  <b>two</b></pre>", "<pre><b>one</b>&#10;  <b>two</b></pre>"),
        ("one\n<b>two</b>", "one\n<b>two</b>"),
    ],
)
def test_words_on_two_lines_are_not_glued_together(written: str, html: str) -> None:
    assert text_html(written) == html


def test_white_space_around_the_content_of_an_element_is_no_content() -> None:
    social = (
        '<mj-section><mj-column><mj-social><mj-social-element name="x" src="a" href="b" alt="">{}</mj-social-element>'
    )
    end = "</mj-social></mj-column></mj-section>"
    assert compile_mjml(document(social.format("\n") + end)) == compile_mjml(document(social.format("") + end))


def test_named_entities_become_numbers_but_for_those_of_xml() -> None:
    assert numeric_entities("&nbsp;&amp;&lt;&gt;&quot;&apos;&NotEqualTilde;&none;&copy") == (
        "&#160;&amp;&lt;&gt;&quot;&#39;&#8770;&#824;&none;&copy"
    )


def test_entities_and_numbers_come_out_as_characters() -> None:
    assert text_html("&nbsp;&eacute;&#233;&#xE9;&#x1F469;") == "\u00a0\u00e9\u00e9\u00e9\U0001f469"


def test_numbers_that_html_reads_otherwise_stay_numbers() -> None:
    assert text_html("&#128;&#xD800;&#60;&#x110000;") == "&#128;&#xD800;&#60;&#x110000;"


def test_no_fonts_are_fetched() -> None:
    html = compile_mjml(in_text("x"))
    assert "font-family:Ubuntu" in html
    assert "fonts." not in html
    assert "<link" not in html


def test_the_doctype_is_in_upper_case() -> None:
    assert compile_mjml(document("")).startswith("<!DOCTYPE html><html")


def test_comments_go_and_conditional_comments_stay() -> None:
    raw = (
        "<!-- note --><!--[if (gte mso 9)|(IE)]><b>1</b><![endif]--><!-- -->"
        "<!--[if !mso]><!--><i>x</i><!--<![endif]--><!--[if mso]><b>2</b><![endif]-->"
    )
    assert text_html(raw) == raw.replace("<!-- note -->", "").replace("<!-- -->", "")


@pytest.mark.parametrize(
    "half",
    [
        "<!--[if",
        "<!--[if mso]",
        "<!--[if mso>x<![endif]-->",
        "<![if !mso]>",
        "<![if",
        "<!--[if mso]>x<![endif]>",
        "<!-- never closed",
        "<![CDATA[x]]>",
        "<?php ?>",
        "<!DOCTYPE html>",
    ],
)
def test_what_makes_the_engine_panic_is_refused_at_its_line(half: str) -> None:
    source = f"<mjml>\n<mj-body>\n<mj-raw>{half}</mj-raw>\n</mj-body>\n</mjml>"
    assert fault(source) == (Position("mail.mjml.j2", 3), "mjml-markup")


@pytest.mark.parametrize("half", ["<!--[if mso]>x", "x<![endif]-->"])
def test_half_a_conditional_comment_never_gets_out(half: str) -> None:
    with pytest.raises(RenderError, match="half a conditional comment"):
        compile_mjml(document(f"<mj-raw>{half}</mj-raw>"))


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("<b>", "</b>"),
        ("<BR>", "</BR>"),
        ("<_a>", "</_a>"),
        ("<:a>", "</:a>"),
        ('<a b=">">', "</a>"),
        ("<!--[if mso]><b><![endif]-->", "<!--[if mso]></b><![endif]-->"),
        ("<!-- </b> --><b>", "</b>"),
        ("<b></b x='>'><i><b>", "</i>"),
    ],
)
def test_deep_nesting_is_refused_before_it_overflows_the_stack(opening: str, closing: str) -> None:
    lines = f"{opening}\n" * 101 + f"{closing}\n" * 101
    place, rule = fault(f"<mjml>\n<mj-body>\n<mj-raw>{lines}</mj-raw></mj-body></mjml>")
    assert (place, rule) == (Position("mail.mjml.j2", 3), "mjml-nesting")


def test_nesting_up_to_the_limit_is_compiled() -> None:
    depth = MAX_NESTING - 5
    assert "<b></b>" in text_html("<b>" * depth + "</b>" * depth)
    assert "<br />" in text_html("<br>" * 300)
    assert "<b></b>" in text_html("<b/>" * 300)


def test_a_control_character_is_refused_at_its_line() -> None:
    source = "<mjml>\n<mj-body>\n<mj-raw>a\x85b</mj-raw>\n</mj-body>\n</mjml>"
    assert fault(source) == (Position("mail.mjml.j2", 3), "mjml-control-character")


def test_an_error_with_a_position_is_told_at_the_templates_line() -> None:
    head = "<mj-title>\u00e9\u00e9&nbsp;</mj-title>\n<mj-style>a{}</mj-style>\n<mj-foo/>"
    source = f"<mjml>\n<mj-head>\n{head}\n</mj-head></mjml>"
    assert fault(source) == (Position("mail.mjml.j2", 5), "mjml-compile")


SECTION = "<mj-section><mj-column>\n<mj-text>{}</mj-text>\n</mj-column></mj-section>\n"


@pytest.mark.parametrize("broken", ["<p>never closed", "a < b", "<b class=x>unquoted</b>"])
def test_an_error_without_a_position_is_told_at_the_line_of_its_section(broken: str) -> None:
    good = SECTION.format("<br>caf\u00e9<mj-x/>&nbsp;")
    body = f"{good}{SECTION.format(broken)}{good}"
    source = f"<mjml>\n<mj-head><mj-style>a{{}}</mj-style></mj-head>\n<mj-body>\n{body}</mj-body></mjml>"
    assert fault(source) == (Position("mail.mjml.j2", 7), "mjml-compile")


def test_an_error_in_the_head_is_told_there() -> None:
    head = "<mj-head>\n<mj-attributes><mj-all color=red /></mj-attributes></mj-head>"
    source = f"<mjml>\n\n{head}\n<mj-body>{SECTION}</mj-body></mjml>"
    assert fault(source) == (Position("mail.mjml.j2", 3), "mjml-compile")


def test_an_error_outside_of_the_body_is_told_at_the_top() -> None:
    assert fault("\n<mjml>\n<mj-body></mj-body>\n</mjml>stray") == (Position("mail.mjml.j2", 2), "mjml-compile")


def test_without_marks_the_line_is_that_of_the_document() -> None:
    with pytest.raises(TemplateError) as caught:
        compile_mjml("<mjml>\n<mj-foo/></mjml>")
    assert str(caught.value).startswith("MJML document:2: MJML cannot be compiled: unexpected element")


class PanicException(BaseException):
    """Of the same name as that of mjml-python, which cannot be imported."""


def test_a_panic_of_the_engine_is_an_error_of_the_template() -> None:
    def panicking(source: str) -> str:
        if "<mj-text>" in source:
            message = "byte index 3 is not a char boundary"
            raise PanicException(message)
        return WHOLE

    source = f"<mjml>\n<mj-body>\n<mj-section/>\n{SECTION.format('x')}</mj-body></mjml>"
    with pytest.raises(TemplateError, match=r"^a:4: .*gave up: byte index 3"):
        compile_mjml(mark_places(source, "a"), engine=panicking)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, MemoryError])
def test_what_stops_the_program_is_not_swallowed(stop: type[BaseException]) -> None:
    def stopping(_source: str) -> str:
        raise stop

    with pytest.raises(stop):
        compile_mjml(document(""), engine=stopping)


@pytest.mark.parametrize(
    ("html", "message"),
    [
        ("<html></html>", "no doctype"),
        (WHOLE.replace("<body>", '<link href="https://fonts.googleapis.com/css?family=Ubuntu">'), "Google"),
        (WHOLE.replace("<body>", '<body data-at="mail:1">'), "data-at"),
        (WHOLE.replace("<body>", "<body><!--[if mso]>"), "conditional comment"),
    ],
)
def test_html_that_breaks_a_rule_is_not_handed_on(html: str, message: str) -> None:
    with pytest.raises(RenderError, match=message):
        compile_mjml(document(""), engine=lambda _source: html)


def test_the_engine_sees_plain_ascii_without_marks() -> None:
    seen = []

    def engine(source: str) -> str:
        seen.append(source)
        return WHOLE

    source = '<mjml>\n<mj-body css-class="\u00e9\n"><!-- \u00e9 --><mj-raw>\u00e9\\</mj-raw></mj-body></mjml>'
    compile_mjml(mark_places(source, "a"), engine=engine)
    assert seen == ['<mjml>\n<mj-body css-class="&#233; "><!-- &#233; --><mj-raw>&#233;\\</mj-raw></mj-body></mjml>']


def test_a_package_that_took_the_place_of_mjml_python_is_named(tmp_path: Path) -> None:
    impostor = tmp_path / "mjml"
    impostor.mkdir()
    (impostor / "__init__.py").write_text("from .mjml2html import mjml_to_html\n", encoding="utf-8")
    (impostor / "mjml2html.py").write_text("def mjml_to_html(): ...\n", encoding="utf-8")
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from newsletter.errors import NewsletterError\n"
        "from newsletter.render.mjml import compile_mjml\n"
        "try:\n    compile_mjml('<mjml></mjml>')\n"
        "except NewsletterError as error:\n    print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "uninstall both and install mjml-python again" in run.stdout


def test_compiling_twice_gives_the_same_bytes() -> None:
    source = in_text(unicodedata.normalize("NFD", "caf\u00e9") + "<b>x</b>")
    assert compile_mjml(source) == compile_mjml(source)
    assert re.search("cafe\u0301", compile_mjml(source))


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("<mjml><mj-head></mj-head></mjml>", "it will not do"),
        ("<mjml><mj-body></mj-body></mjml>", "unexpected end at position 99999:99999"),
    ],
    ids=["no body to look in", "a place beyond the end"],
)
def test_a_complaint_without_a_place_of_its_own_is_told_of_the_document(source: str, complaint: str) -> None:
    def complaining(_source: str) -> str:
        raise ValueError(complaint)

    with pytest.raises(TemplateError, match=complaint) as caught:
        compile_mjml(mark_places(source, "a"), engine=complaining)
    assert caught.value.findings[0].position == Position("a", 1)
