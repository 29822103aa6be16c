"""The lint of MJML: what MJML does not allow, and what the house does not, at the template's line."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from newsletter.model import Position
from newsletter.render.mjml_lint import lint_mjml
from newsletter.render.places import mark_places

GOOD = """\
<mjml lang="nl" dir="ltr">
  <mj-head>
    <mj-title>zq7w0z &amp; caf\u00e9</mj-title>
    <mj-preview>zq7w1z&nbsp;&zwnj;</mj-preview>
    <mj-breakpoint width="520px" />
    <mj-font name="Own" href="https://example.org/own.css" />
    <mj-attributes>
      <mj-all font-family="'Segoe UI', Arial" padding="0" />
      <mj-class name="big" font-size="20px" />
      <mj-text line-height="1.5" color="#1F2937" />
      <mj-image border-radius="4px" />
    </mj-attributes>
    <mj-raw><meta name="color-scheme" content="light dark" />
      <!--[if mso]><xml xmlns:o="urn:o"><o:P/><br></xml><![endif]--></mj-raw>
    <mj-style>a > b { content: "\\201C" } @media (max-width: 500px) { p { color: red !important } }</mj-style>
  </mj-head>
  <mj-body width="600px" background-color="zq7w2z" css-class="page">
    <!-- a note -->
    <mj-wrapper padding="20px 0" full-width="full-width">
      <mj-section padding="20px 30px 0 30px" background-url="https://example.org/a.png" mj-class="big small">
        <mj-column width="100px" vertical-align="middle"><mj-image src="zq7w3z" alt="" width="80px" /></mj-column>
        <mj-column width="440px" border-left="1px solid #ccc">
          <mj-text mj-class="big" padding="10px 0 5px" letter-spacing="-0.5px" align="left">
            <p style="margin:0">zq7w4z <br /> <!--[if !mso]><!--><i>x</i><!--[if x]>y<![endif]--><!-- <![endif]--></p>
          </mj-text>
          <mj-button href="zq7w5z" inner-padding="10px 20px" background-color="rgba(0, 0, 0, .5)">x</mj-button>
          <mj-divider border-width="1px" border-color="transparent" width="50%" />
          <mj-table cellpadding="4" table-layout="fixed" width="auto"><tr><td>1</td></tr></mj-table>
          <mj-social mode="horizontal"><mj-social-element name="x" href="#" src="a.png" alt="X" /></mj-social>
          <mj-spacer height="0" />
        </mj-column>
      </mj-section>
    </mj-wrapper>
    <mj-section padding="0 10%"><mj-group width="480px"><mj-column /><mj-column /></mj-group></mj-section>
    <mj-raw>zq7w6z</mj-raw>
  </mj-body>
</mjml>
"""


def rules(source: str) -> list[str]:
    return [finding.rule for finding in lint_mjml(mark_places(source, "a"))]


def in_body(body: str) -> str:
    return f"<mjml><mj-head></mj-head>\n<mj-body>\n{body}\n</mj-body></mjml>"


def in_head(head: str) -> str:
    return f"<mjml><mj-head>\n{head}\n</mj-head>\n<mj-body></mj-body></mjml>"


def in_column(content: str) -> str:
    return in_body(f"<mj-section><mj-column>\n{content}\n</mj-column></mj-section>")


def test_a_good_template_has_no_faults() -> None:
    assert lint_mjml(mark_places(GOOD, "a")) == ()


@pytest.mark.parametrize(
    ("source", "line", "rule", "message"),
    [
        # What MJML does not allow.
        (
            in_column("<mj-txt>x</mj-txt>"),
            4,
            "mjml-element-unknown",
            'unknown element "mj-txt" (did you mean "mj-text"?)',
        ),
        (in_column("<mj-text>\n<mjraw>x</mjraw></mj-text>"), 5, "mjml-element-unknown", '"mj-raw"'),
        (
            in_column('<mj-text colour="red">x</mj-text>'),
            4,
            "mjml-attribute-unknown",
            '"colour" (did you mean "color"?)',
        ),
        ('<mjml language="nl"></mjml>', 1, "mjml-attribute-unknown", '"lang"'),
        (in_body("<mj-text>x</mj-text>"), 3, "mjml-parent", "mj-text cannot stand in mj-body, only in mj-column"),
        (
            in_column("<mj-section />"),
            4,
            "mjml-parent",
            "mj-section cannot stand in mj-column, only in mj-body or mj-wr",
        ),
        (in_column("<mj-text><p>\n<mj-text>x</mj-text></p></mj-text>"), 5, "mjml-parent", "cannot stand in p"),
        (in_column("<mj-text>\n<mj-text>x</mj-text></mj-text>"), 5, "mjml-parent", "mj-text cannot stand in mj-text"),
        (in_column("<p>x</p>"), 3, "mjml-parent", "p cannot stand here; put it into mj-text or mj-raw"),
        ("<mj-body></mj-body>", 1, "mjml-parent", "a mail begins with mjml"),
        ('<mj-section padding="0 9px" />', 1, "mjml-parent", "not with mj-section"),
        (in_head("<mj-style><!-- a --></mj-style>"), 2, "mjml-text-only", '"a comment" breaks it'),
        ("<mjml><mj-raw>x</mj-raw></mjml>", 1, "mjml-parent", "mj-raw cannot stand in mjml"),
        (in_column('<mj-text font-size="12">x</mj-text>'), 4, "mjml-value", '"12" is not a length in px'),
        (in_column('<mj-text font-size="-1px">x</mj-text>'), 4, "mjml-value", "a length in px"),
        (in_column('<mj-text padding="1px 2px 3px 4px 5px">x</mj-text>'), 4, "mjml-value", "1 to 4 lengths in px or %"),
        (in_column('<mj-text padding="">x</mj-text>'), 4, "mjml-value", "1 to 4 lengths"),
        (in_column('<mj-text line-height="2em">x</mj-text>'), 4, "mjml-value", "px or % or no unit"),
        (
            in_column('<mj-text color="#12345">x</mj-text>'),
            4,
            "mjml-value",
            '"#12345" is not a colour such as "#1f2937"',
        ),
        (in_column('<mj-text color="rgb(1,2)">x</mj-text>'), 4, "mjml-value", "a colour"),
        (in_column('<mj-text align="middle">x</mj-text>'), 4, "mjml-value", "one of left, right, center, justify"),
        (in_column('<mj-table cellpadding="4px"><tr /></mj-table>'), 4, "mjml-value", "a whole number"),
        (in_column('<mj-image src="a" alt="" fluid-on-mobile="yes" />'), 4, "mjml-value", "true or false"),
        (in_column('<mj-text font-size="zq7w1zpx">x</mj-text>'), 4, "mjml-value", "a length"),
        (in_head('<mj-attributes>\n<mj-all colour="red" />\n</mj-attributes>'), 3, "mjml-attribute-unknown", '"color"'),
        (in_head('<mj-attributes>\n<mj-all color="redd" />\n</mj-attributes>'), 3, "mjml-value", '"redd"'),
        (in_head('<mj-attributes>\n<mj-class color="red" />\n</mj-attributes>'), 3, "mjml-class-nameless", "name"),
        (
            in_head('<mj-attributes>\n<mj-text size="1px" />\n</mj-attributes>'),
            3,
            "mjml-attribute-unknown",
            '"font-size"',
        ),
        (in_head("<mj-attributes>\n<mj-txt />\n</mj-attributes>"), 3, "mjml-element-unknown", '"mj-text"'),
        # What is no XML.
        (
            in_body("<mj-section>\n<mj-column>\n</mj-section>"),
            4,
            "mjml-xml",
            "mj-column is not closed before </mj-section>",
        ),
        (in_column('<mj-text font-size=12px">x</mj-text>'), 4, "mjml-xml", "not well-formed"),
        (in_column('<mj-button href="a?b=1&c=2">x</mj-button>'), 4, "mjml-xml", "write & as &amp;"),
        (in_column("<mj-text>&bogus;</mj-text>"), 4, "mjml-xml", "bogus"),
        (in_column("<mj-raw><!-- a -- b --></mj-raw>"), 4, "mjml-xml", "not well-formed"),
        (in_column("<mj-raw><![if !mso]>x<![endif]></mj-raw>"), 4, "mjml-xml", "not well-formed"),
        ("", 0, "mjml-xml", "not well-formed"),
        (in_head("<mj-style><![CDATA[a{}]]></mj-style>"), 2, "mjml-markup", '"<![CDATA["'),
        ('<!DOCTYPE a [<!ENTITY b "c">]>\n<mjml>&b;</mjml>', 0, "mjml-markup", '"<!DOCTYPE"'),
        ('<?xml version="1.0"?>\n<mjml></mjml>', 0, "mjml-markup", "no doctype"),
        # What the house does not allow.
        (in_body('<mj-include path="a.mjml" />'), 3, "mjml-refused", "use Jinja's {% include %}"),
        (in_head("<mj-html-attributes></mj-html-attributes>"), 2, "mjml-refused", "mj-html-attributes"),
        (in_column("<mj-carousel><mj-carousel-image /></mj-carousel>"), 4, "mjml-refused", "mj-carousel is not for"),
        (in_column("<mj-accordion><mj-accordion-element /></mj-accordion>"), 4, "mjml-refused", "mj-accordion"),
        (in_column("<mj-navbar />"), 4, "mjml-refused", "mj-navbar"),
        (in_body("<mj-hero />"), 3, "mjml-refused", "mj-section with background-url"),
        (in_column("<mj-navbar-link />"), 4, "mjml-refused", "mj-navbar-link is not for mails"),
        (in_column('<mj-image src="a" />'), 4, "mjml-alt-missing", 'mj-image needs alt="'),
        (
            in_column('<mj-social>\n<mj-social-element src="x" /></mj-social>'),
            5,
            "mjml-alt-missing",
            "mj-social-element needs",
        ),
        (in_column('<mj-social>\n<mj-social-element name="x" alt="" /></mj-social>'), 5, "mjml-social-icon", "mailjet"),
        (in_column('<mj-button title="a">x</mj-button>'), 4, "mjml-attribute-ignored", "takes no notice"),
        (in_head('<mj-style inline="inline">a{}</mj-style>'), 2, "mjml-attribute-ignored", "content.css"),
        (in_head('<mj-raw position="file-start">a</mj-raw>'), 2, "mjml-attribute-ignored", "doctype"),
        (
            in_head('<mj-attributes>\n<mj-body background-color="red" />\n</mj-attributes>'),
            3,
            "mjml-attribute-ignored",
            "on mj-body itself",
        ),
        (in_head("<mj-title>a<b>c</b></mj-title>"), 2, "mjml-text-only", '"b" breaks it'),
        (in_head("<mj-style>a{content:'<b></b>'}</mj-style>"), 2, "mjml-text-only", "mj-style holds text only"),
        (in_head("<mj-style>a{content:'\u201c'}</mj-style>"), 2, "mjml-style-ascii", "\\201C"),
        (in_head("<mj-style>a{content:'&#233;'}</mj-style>"), 2, "mjml-style-ascii", "\\E9"),
        (in_body("<mj-section>stray</mj-section>"), 3, "mjml-stray-text", '"stray"'),
        (in_body("<mj-section /> stray"), 2, "mjml-stray-text", "outside any mj-text in mj-body"),
        (in_column('<mj-image src="a" alt="">stray</mj-image>'), 4, "mjml-stray-text", "mj-image"),
        (
            in_head('<mj-font name="a" href="https://fonts.googleapis.com/css?family=a" />'),
            2,
            "mjml-remote-font",
            "learns who reads",
        ),
        (in_head("<mj-style>@import url(//fonts.googleapis.com/a)</mj-style>"), 2, "mjml-remote-font", "learns"),
        (in_body("<!--[if mso]><p>x</p><![endif]-->"), 2, "mjml-conditional-comment", "use mj-raw"),
        (
            in_column("<mj-raw><!--[if mso]><td><![endif]--></mj-raw>"),
            4,
            "mjml-conditional-comment",
            "close what it opens",
        ),
        (in_column("<mj-raw><!--[if mso]></td><![endif]--></mj-raw>"), 4, "mjml-conditional-comment", "close what it"),
        (in_column("<mj-raw><!--[if mso]><b><i></b></i><![endif]--></mj-raw>"), 4, "mjml-conditional-comment", "close"),
        (
            in_column("<mj-raw><!--[if mso]>x</mj-raw><mj-raw><![endif]--></mj-raw>"),
            4,
            "mjml-conditional-comment",
            "close",
        ),
        (in_column("<mj-raw><!--[if mso]>x--></mj-raw>"), 4, "mjml-conditional-comment", "write <!--[if"),
        (in_column("<mj-raw><!--[IF mso]>x<![endif]--></mj-raw>"), 4, "mjml-conditional-comment", "write <!--[if"),
        (in_column("<mj-raw>x<!--<![endif]--></mj-raw>"), 4, "mjml-conditional-comment", "half a conditional"),
        (in_column("<mj-raw><!--[if !mso]><!-->x</mj-raw>"), 4, "mjml-conditional-comment", "not closed within mj-raw"),
        (
            in_column("<mj-raw><!--[if !mso]><!--><!--[if !mso]><!-->x<!--<![endif]--></mj-raw>"),
            4,
            "mjml-conditional-comment",
            "half a conditional",
        ),
    ],
)
def test_a_fault_is_told_at_its_line(source: str, line: int, rule: str, message: str) -> None:
    found = lint_mjml(mark_places(source, "t"))
    expected = Position("t", line) if line else Position("MJML document", 1)
    assert [(finding.position, finding.rule) for finding in found] == [(expected, rule)]
    assert message in found[0].message


COLUMN = "<mj-column><mj-text>x</mj-text></mj-column>"


@pytest.mark.parametrize(
    ("section", "message"),
    [
        (
            f'<mj-section padding="0 30px">{COLUMN * 3}</mj-section>',
            'each mj-column a width in px, such as width="180px"',
        ),
        (f'<mj-section padding="0 30px">{COLUMN}</mj-section>', 'give mj-column a width in px, such as width="540px"'),
        (f'<mj-section padding-left="30px">{COLUMN}</mj-section>', "570px"),
        (f'<mj-section padding="1px 2px 3px 9px">{COLUMN}</mj-section>', "589px"),
        (f'<mj-section padding="0 5%">{COLUMN}</mj-section>', "540px"),
        (f'<mj-section mj-class="wide">{COLUMN}</mj-section>', "560px"),
        (f'<mj-section padding="0 30px"><mj-group>{COLUMN * 2}</mj-group></mj-section>', "540px"),
        (f'<mj-section padding="0 30px">{COLUMN}<mj-column width="270px" /></mj-section>', "570px wide"),
        (f'<mj-wrapper padding="0 30px"><mj-section>{COLUMN}</mj-section></mj-wrapper>', "mj-wrapper 600px wide"),
    ],
)
def test_padding_that_makes_outlook_draw_too_wide_is_told(section: str, message: str) -> None:
    head = '<mj-head><mj-attributes><mj-class name="wide" padding="0 20px" /></mj-attributes></mj-head>'
    found = lint_mjml(mark_places(f"<mjml>{head}\n<mj-body>\n{section}\n</mj-body></mjml>", "t"))
    assert [(finding.position, finding.rule) for finding in found] == [(Position("t", 3), "mjml-outlook-width")]
    assert message in found[0].message


@pytest.mark.parametrize(
    "section",
    [
        f'<mj-section padding="20px 0">{COLUMN * 3}</mj-section>',
        f'<mj-section padding="0 30px" padding-left="0" padding-right="0">{COLUMN}</mj-section>',
        '<mj-section padding="0 30px"><mj-column width="540px" /></mj-section>',
        '<mj-section padding="0 30px"><mj-column width="50%" /><mj-column width="40%" /></mj-section>',
        '<mj-section padding="zq7w1z"><mj-column /></mj-section>',
    ],
)
def test_padding_that_leaves_room_is_fine(section: str) -> None:
    assert rules(in_body(section)) == []


def test_the_padding_and_width_of_all_sections_count() -> None:
    head = '<mj-head><mj-attributes><mj-section padding="0 32px" /></mj-attributes></mj-head>'
    section = f"<mj-section>{COLUMN}</mj-section>"
    found = lint_mjml(f'<mjml>{head}<mj-body width="500px">{section}</mj-body></mjml>')
    assert [finding.rule for finding in found] == ["mjml-outlook-width"]
    assert "500px wide where the padding leaves 436px" in found[0].message


def test_all_faults_are_told_in_the_order_of_the_document() -> None:
    source = in_column('<mj-image src="a" color="red" />\n<mj-text align="up" siz="1">x</mj-text>\n<mj-hero />')
    found = lint_mjml(mark_places(source, "a"))
    assert [(finding.position.line, finding.rule) for finding in found] == [
        (4, "mjml-attribute-unknown"),
        (4, "mjml-alt-missing"),
        (5, "mjml-value"),
        (5, "mjml-attribute-unknown"),
        (6, "mjml-refused"),
    ]


def test_a_fault_in_a_block_that_stands_ten_times_is_told_once() -> None:
    block = mark_places('<mj-section css="a"></mj-section>', "block")
    found = lint_mjml(mark_places("<mjml><mj-body>BLOCKS</mj-body></mjml>", "mail").replace("BLOCKS", block * 10))
    assert [finding.position for finding in found] == [Position("block", 1)]


def test_no_entity_of_a_template_reads_a_file() -> None:
    source = '<!DOCTYPE mjml [<!ENTITY x SYSTEM "file:///etc/hostname">]><mjml>&x;</mjml>'
    assert [finding.rule for finding in lint_mjml(source)] == ["mjml-markup"]


def test_what_mjml_allows_is_known_by_its_version() -> None:
    folder = files("newsletter.render")
    data = json.loads(folder.joinpath("mjml_components.json").read_text("utf-8"))
    attributes = [attribute for element in data["elements"].values() for attribute in element["attributes"]]
    assert (data["version"], len(data["elements"]), len(attributes)) == ("5.4.1", 32, 394)
    notice = folder.joinpath("NOTICE-mjml.txt").read_text("utf-8")
    assert "MJML 5.4.1" in notice
    assert "Permission is hereby granted, free of charge" in notice
