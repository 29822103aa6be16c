"""The door to premailer: rules land in style attributes, and not one other byte of the HTML changes."""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import cssutils
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt
from premailer import transform

from newsletter.errors import RenderError
from newsletter.render.inline import inline_document, inline_fragments
from newsletter.render.mjml import compile_mjml
from tests.render.styles import CSS

MARKDOWN = """\
# T\u00edtel &amp; \u201ccitaat\u201d

Regel een\\
regel twee\u00a0met [link](https://example.org/?a=1&b=%20c "een 'titel' \\"hier\\"") en `code  met  blanks`.

> citaat &lt;b&gt;

    \n    begint met een lege regel\n\n\n    <tag> &amp; blijft

```
\nzo ook deze

 einde
```

| a | b |
|---|--:|
| 1 | `x` |

1. een

   alinea
2. \U0001f469\u200d\U0001f4bb \U0001f1f3\U0001f1f1

![alt](https://example.org/a.png)
"""


def to_html(markdown: str) -> str:
    options = {"html": False, "xhtmlOut": True, "typographer": True}
    return str(MarkdownIt("commonmark", options).enable(["table", "strikethrough"]).render(markdown))


def without_styles(html: str) -> str:
    return re.sub(r' style="[^"]*"', "", html)


def styled(fragment: str, css: str = CSS) -> str:
    (piece,) = inline_fragments([fragment], css)
    return piece


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("<p>a</p>", '<p style="margin:0 0 16px">a</p>'),
        ('<p class="x" >a</p>', '<p class="x" style="margin:0 0 16px" >a</p>'),
        ("<p title=unquoted>a</p>", '<p title=unquoted style="margin:0 0 16px">a</p>'),
        ('<p title="a > b" style="">a</p>', '<p title="a > b" style="margin:0 0 16px">a</p>'),
        ('<img src="a" />', '<img src="a" style="border:0" />'),
        ('<img src="a">', '<img src="a" style="border:0">'),
        ('<img src="a"/>', '<img src="a" style="border:0"/>'),
        ("<pre>x</pre>", "<pre style=\"font-family:'Courier New', monospace\">x</pre>"),
        ("<em>plain</em>", "<em>plain</em>"),
        ("no tag", "no tag"),
        ("", ""),
    ],
)
def test_declarations_are_written_into_the_tag(fragment: str, expected: str) -> None:
    assert styled(fragment) == expected


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ('style="color:red"', 'style="text-decoration:underline;color:red"'),
        ("style='font-family:\"A B\"'", 'style="color:#06c;text-decoration:underline;font-family:&quot;A B&quot;"'),
        ('STYLE="COLOR: red;"', 'style="text-decoration:underline;COLOR: red;"'),
        (
            'style="background:#fff;background:linear-gradient(red,blue)"',
            'style="color:#06c;text-decoration:underline;background:#fff;background:linear-gradient(red,blue)"',
        ),
        (
            'style="font-family:&quot;x;color:&quot;"',
            'style="color:#06c;text-decoration:underline;font-family:&quot;x;color:&quot;"',
        ),
        ('style="background:url(a;color:x)"', 'style="color:#06c;text-decoration:underline;background:url(a;color:x)"'),
    ],
)
def test_a_tags_own_declarations_stay_as_written_and_win(own: str, expected: str) -> None:
    assert styled(f"<a {own}>x</a>") == f"<a {expected}>x</a>"


def test_a_declaration_is_escaped_for_its_attribute() -> None:
    css = """p { background: url(a?b&lt=c); font-family: "it's" }"""
    assert styled("<p>x</p>", css) == '<p style="background:url(a?b&amp;lt=c);font-family:&quot;it\'s&quot;">x</p>'


def test_an_important_rule_wins_from_a_tags_own_declaration() -> None:
    fragment = '<blockquote><p style="color:red">x</p></blockquote>'
    assert styled(fragment) == ('<blockquote><p style="margin:0;color:#666 !important;color:red">x</p></blockquote>')


def test_the_more_specific_rule_wins() -> None:
    css = ".b p { color: blue } p { color: red } p.a { color: green }"
    assert styled('<div class="b"><p class="a">x</p></div>', css) == (
        '<div class="b"><p class="a" style="color:green">x</p></div>'
    )


def test_width_and_alignment_make_no_attributes() -> None:
    css = "img { width: 100%; height: auto; float: left } td { text-align: right; background-color: #fff }"
    html = styled('<table><tr><td><img src="a" width="160"></td></tr></table>', css)
    assert re.findall(r"<td[^>]*>|<img[^>]*>", html) == [
        '<td style="text-align:right;background-color:#fff">',
        '<img src="a" width="160" style="width:100%;height:auto;float:left">',
    ]


def test_real_markdown_keeps_every_byte() -> None:
    fragment = f'<div class="prose">{to_html(MARKDOWN)}</div>'
    out = styled(fragment)
    assert out.count("style=") > 10
    assert without_styles(out) == without_styles(fragment)


@given(st.lists(st.one_of(st.text(max_size=30), st.sampled_from(["> ", "- ", "\n", "`", "\n    ", "|a|b|\n|-|-|\n"]))))
def test_any_markdown_keeps_every_byte(pieces: list[str]) -> None:
    fragment = to_html("".join(pieces))
    assert without_styles(styled(fragment)) == without_styles(fragment)


@pytest.mark.parametrize(
    "text",
    ["\u00a0", "&nbsp;&shy;", "a\x00b\x01", "\ud800", "1 < 2 > 0", "&copy &bogus; &", "\r\n\t", "<!-- c -->"],
)
def test_text_that_parsers_change_stays_as_it_is(text: str) -> None:
    assert (
        styled(f"<pre>\n\n{text}</pre>\n") == f"<pre style=\"font-family:'Courier New', monospace\">\n\n{text}</pre>\n"
    )


def test_deeply_nested_quotes_are_not_cut_off() -> None:
    depth = 600
    fragment = "<blockquote>" * depth + "<p>x</p>" + "</blockquote>" * depth
    assert without_styles(styled(fragment)) == fragment
    assert "margin:0" in styled(fragment)


def test_each_fragment_is_styled_as_if_it_stood_alone() -> None:
    fragments = ["<div>a</div>", "<div>b</div>", "", "<div>c<div>d</div></div>", "<p>p</p>", "<div>a</div>"]
    assert inline_fragments(fragments, CSS) == tuple(styled(fragment) for fragment in fragments)
    assert inline_fragments(fragments, CSS)[3] == '<div>c<div style="color:red">d</div></div>'


NESTED = """\
.a p { color: red } p { margin: 0 } .a .b { color: blue } #c b { color: green } div > p { padding: 1px }
.a.b { font-size: 9px } body .b p { color: black !important } li li { margin: 2px }
"""
tags = st.recursive(
    st.just(""),
    lambda inner: (
        st.builds(
            "<{0}{1}>{2}{3}</{0}>".format,
            st.sampled_from(["div", "section"]),
            st.sampled_from(["", ' class="a"', ' class="b"', ' class="a b"', ' id="c"', ' class="x" title="y"']),
            inner,
            inner,
        )
        | st.sampled_from(["<p>t</p>", '<p class="b"><b>t</b></p>', "<ul><li>t<ul><li>t</li></ul></li></ul>"])
    ),
    max_leaves=12,
)


@given(tags)
def test_what_is_kept_by_place_is_what_premailer_finds_in_the_whole(body: str) -> None:
    html = f"<html><body>{body}</body></html>"
    found = [
        element.get("style", "")
        for element in etree.fromstring(inline_document(html, NESTED), etree.HTMLParser()).iter()
    ]
    root = etree.fromstring(html, etree.HTMLParser())
    transform(root, css_text=NESTED, disable_leftover_css=True, strip_important=False, disable_basic_attributes=[])
    assert found == [element.get("style", "").replace("; ", ";") for element in root.iter()]


def test_the_rules_are_those_of_this_call() -> None:
    assert styled("<p>a</p>", "p { color: red }") == '<p style="color:red">a</p>'
    assert styled("<p>a</p>", "p { color: blue }") == '<p style="color:blue">a</p>'
    assert styled("<p>a</p>", "") == "<p>a</p>"


def test_no_fragments_are_no_fragments() -> None:
    assert inline_fragments([], CSS) == ()


def test_more_shapes_than_are_kept_are_styled_all_the_same() -> None:
    fragments = [f'<p id="n{number}">x</p>' for number in range(2100)]
    out = inline_fragments(fragments, CSS)
    assert out == tuple(f'<p id="n{number}" style="margin:0 0 16px">x</p>' for number in range(2100))


def test_threads_do_not_disturb_each_other() -> None:
    def work(number: int) -> str:
        return styled(f'<p id="t{number}">x</p>', f"p {{ margin: {number % 7}px }} a {{ color: red }}")

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(work, range(200)))
    assert found == [
        f'<p id="t{number}" style="margin:{f"{number % 7}px" if number % 7 else "0"}">x</p>' for number in range(200)
    ]


@pytest.mark.parametrize(
    "fragment",
    ["<p>a", "a</p>", "<b><i>x</b></i>", "<p>a<p>b</p></p>", "<p><div>x</div></p>", "<span/>x", "<li><li>x</li></li>"],
)
def test_tags_that_a_mail_program_would_rearrange_are_refused(fragment: str) -> None:
    with pytest.raises(RenderError, match='"<'):
        inline_fragments(["<p>good</p>", fragment], CSS)


@pytest.mark.parametrize(
    "fragment", ['<p class="a\x08" id="\ufffe">x</p>', "<o:p>x</o:p>", '<p class="&#0;">x</p>', "<p>\x00</p>"]
)
def test_what_no_tree_can_hold_stays_as_it_is(fragment: str) -> None:
    assert without_styles(styled(fragment)) == fragment


def test_an_empty_document_is_refused() -> None:
    for empty in ("", "text alone", "<!-- nothing -->"):
        with pytest.raises(RenderError, match="no HTML"):
            inline_document(empty, CSS)


MAIL = """\
<mjml lang="nl"><mj-head>
  <mj-title>T &amp; \u00e9</mj-title>
  <mj-style>@import url("https://example.invalid/a.css"); .c > p:hover { color: red !important }
    @media (max-width: 500px) { .c { width: 50% !important } } [data-ogsc] p { color: #fff }</mj-style>
  <mj-raw><link rel="stylesheet" href="https://example.invalid/b.css" /></mj-raw>
</mj-head><mj-body>
  <mj-section background-url="https://example.org/bg.png"><mj-column>
    <mj-image src="a.png" alt="A&#160;B" width="160px" />
    <mj-text css-class="prose"><p>One&nbsp;&zwnj;two <a href="https://example.org/?a=1&amp;b=2">l\u00efnk</a></p></mj-text>
    <mj-raw><!--[if mso]><v:rect style="width:600px" xmlns:v="x"><p>a</p></v:rect><![endif]--></mj-raw>
    <mj-table><tr><td align="center" style="color:#333">x</td></tr></mj-table>
  </mj-column><mj-column><mj-button href="zq7w1z">zq7w2z</mj-button></mj-column></mj-section>
</mj-body></mjml>
"""


def test_a_document_keeps_every_byte_but_its_style_attributes() -> None:
    html = compile_mjml(MAIL)
    out = inline_document(html, CSS)
    assert without_styles(out) == without_styles(html)
    assert out.startswith("<!DOCTYPE html><html")
    assert out.count("text-decoration:underline") == 1
    assert re.findall(r"<style.*?</style>", out, re.DOTALL) == re.findall(r"<style.*?</style>", html, re.DOTALL)


def test_what_is_no_tag_is_not_taken_for_one() -> None:
    html = (
        "<html><head><title>a <p> c</title><style>p::after { content: '<p>' }</style></head>"
        "<body><!-- <p> --><textarea><p></textarea></body></html>"
    )
    assert inline_document(html, CSS) == html


def test_conditional_comments_stay_byte_for_byte() -> None:
    html = compile_mjml(MAIL)
    comments = re.findall(r"<!--.*?-->", html, re.DOTALL)
    assert any("v:rect" in comment for comment in comments)
    assert any("<p>" in comment for comment in comments)
    assert re.findall(r"<!--.*?-->", inline_document(html, CSS), re.DOTALL) == comments


def test_the_declarations_are_those_that_premailer_writes_itself() -> None:
    html = compile_mjml(MAIL)
    # Its own way of printing HTML needs the style sheets hidden from it.
    hidden = re.sub(r"<style\b", '<style data-premailer="ignore"', html)
    theirs = transform(
        hidden,
        css_text=CSS,
        allow_network=False,
        disable_leftover_css=True,
        strip_important=False,
        disable_validation=True,
        align_floating_images=False,
        disable_basic_attributes=["width", "height", "align", "valign", "bgcolor"],
    )
    assert styles_of(inline_document(html, CSS)) == styles_of(theirs)


def styles_of(html: str) -> list[tuple[str, dict[str, str]]]:
    elements = etree.fromstring(html, etree.HTMLParser()).iter(etree.Element)
    return [
        (element.tag, {item.name: item.cssText for item in cssutils.parseStyle(element.get("style", ""))})
        for element in elements
    ]


NETWORK_PROOF = """\
import sys

seen = []

def watch(event, arguments):
    if event.startswith(("socket.", "urllib.", "http.")):
        seen.append(event)
        raise OSError(event)

from newsletter.errors import TemplateError
from newsletter.render.content_css import lint_css
from newsletter.render.inline import inline_document, inline_fragments
from newsletter.render.mjml import compile_mjml
import cssutils, premailer

sys.addaudithook(watch)
mail = sys.stdin.read()
html = compile_mjml(mail)
assert html.count("example.invalid") == 2
inline_document(html, "p { background: url(https://example.invalid/c.png); mso-x: y; color: bogus }")
inline_fragments(['<p style="x:url(https://example.invalid/d)"><style>@import "//example.invalid"</style></p>'], "p {}")
for css in sys.argv[1:]:
    assert lint_css(css, "c.css")
    for door in (lambda: inline_document(html, css), lambda: inline_fragments(["<p></p>"], css)):
        try:
            door()
        except TemplateError:
            continue
        raise AssertionError(css)
assert seen == [], seen
# The proof of the proof: the libraries behind the doors do try, and are seen.
try:
    premailer.transform('<html><style>@import url("http://example.invalid/a.css");</style></html>', allow_network=False)
except OSError:
    pass
assert seen, "nothing is watched"
"""


def test_nothing_that_is_compiled_or_inlined_reaches_the_network() -> None:
    imports = [
        '@import url("http://example.invalid/a.css");',
        "p {} @import 'http://example.invalid/a.css';",
        '@\\69mport url("http://example.invalid/a.css");',
        '\\40 import url("http://example.invalid/a.css");',
        "@import url(file:///etc/hostname);",
        "@font-face { src: url(http://example.invalid/a.woff) }",
    ]
    run = subprocess.run(
        [sys.executable, "-c", NETWORK_PROOF, *imports], input=MAIL, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
