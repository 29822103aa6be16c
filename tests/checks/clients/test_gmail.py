"""What Gmail keeps of a mail."""

from __future__ import annotations

import pytest

from newsletter.checks.clients import as_gmail
from newsletter.checks.clients.gmail import CLIP_BYTES
from newsletter.checks.mail import CLIPPED_BYTES
from tests.checks.clients.seen import css_of, styles_of, tree, words_of

PAGE = '<!DOCTYPE html><html lang="nl"><head>{head}</head><body{attributes}>{body}</body></html>'


def page(body: str = "", head: str = "", attributes: str = "") -> str:
    return PAGE.format(body=body, head=head, attributes=attributes)


@pytest.mark.parametrize(
    "declaration",
    [
        "position:absolute",
        "top:0",
        "box-sizing:content-box;transform:rotate(3deg)",
        "text-shadow:0 0 1px red",
        "visibility:hidden",
        "--brand:red",
        "color:var(--brand)",
        "mso-hide:all",
        "-webkit-text-size-adjust:100%",
        "list-style:url(https://a.example/b.png)",
    ],
)
def test_what_it_does_not_know_is_dropped_from_a_style(declaration: str) -> None:
    (style,) = styles_of(as_gmail(page(f'<p style="margin:0;{declaration}">a</p>')), "//p")
    assert style in {"margin:0", "margin:0;box-sizing:content-box"}


@pytest.mark.parametrize(
    "declaration", ["color:red", "padding:1px", "max-width:600px", "border-radius:4px", "display:none", "width:100%"]
)
def test_what_it_knows_stays(declaration: str) -> None:
    assert styles_of(as_gmail(page(f'<p style="{declaration}">a</p>')), "//p") == [declaration]


def test_a_colour_in_the_new_way_costs_the_whole_style() -> None:
    assert styles_of(as_gmail(page('<p style="margin:0;color:rgb(0 0 0)">a</p>')), "//p") == [""]
    assert "b" not in css_of(as_gmail(page(head="<style>.b{color:rgb(0 0 0)}</style>")))


def test_names_of_classes_and_ids_get_a_prefix_wherever_they_stand() -> None:
    body = '<p class="a b" id="c">d</p><a href="#c">e</a><a href="https://x.example/#c">f</a>'
    seen = as_gmail(page(body, "<style>.a.b,#c{margin:0}</style>"))
    (paragraph,) = tree(seen).xpath("//p")
    assert (paragraph.get("class"), paragraph.get("id")) == ("m_a m_b", "m_c")
    assert [link.get("href") for link in tree(seen).xpath("//a")] == ["#m_c", "https://x.example/#c"]
    assert css_of(seen) == ".m_a.m_b,#m_c{margin:0}"


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        (".a{margin:0}.a[title]{margin:1px}", ".m_a{margin:0}"),
        (".a,.a:focus{margin:0}", ".m_a{margin:0}"),
        ("body{margin:0}html .a{margin:0}:root{color:red}", ""),
        (".a{position:fixed}", ""),
        ("@media (max-width:500px){.a{margin:0}}", "@media (max-width:500px){.m_a{margin:0}}"),
        ("@media (prefers-color-scheme:dark){.a{margin:0}}", ""),
        ("@font-face{font-family:x}.a{margin:0}", ".m_a{margin:0}"),
        ("@media screen{@font-face{font-family:x}}.a{margin:0}", ""),
        (".a{margin:0", ""),
    ],
)
def test_style_sheets_are_sifted(css: str, kept: str) -> None:
    assert css_of(as_gmail(page(head=f"<style>{css}</style>"))) == kept


def test_a_sheet_for_some_screens_stays_for_those() -> None:
    head = '<style media="(max-width:9px)">.a{margin:0}</style>'
    assert css_of(as_gmail(page(head=head))) == "@media (max-width:9px){.m_a{margin:0}}"


def test_sheets_beyond_16_kb_are_dropped() -> None:
    short, long = "<style>.a{margin:0}</style>", f"<style>.b{{margin:{'0' * 17_000}}}</style>"
    assert css_of(as_gmail(page(head=short + long + short))) == ".m_a{margin:0}"


def test_the_app_drops_all_sheets_for_an_account_elsewhere() -> None:
    mail = page('<p style="margin:0">a</p>', "<style>.a{margin:0}</style>")
    assert css_of(as_gmail(mail, is_foreign_account=True)) == ""
    assert styles_of(as_gmail(mail, is_foreign_account=True), "//p") == ["margin:0"]


def test_the_body_becomes_a_div_with_its_colours() -> None:
    seen = as_gmail(page("a", attributes=' class="b" bgcolor="#eeeeee" style="color:red"'))
    (div,) = tree(seen).xpath("//div[@class]")
    assert (div.get("class"), div.get("style"), div.get("lang")) == ("m_b", "background-color:#eeeeee;color:red", "nl")


def test_elements_that_it_does_not_know_leave_their_words() -> None:
    body = "<svg><text>a</text></svg> <video>b</video> <o:p>c</o:p><script>d</script><!--[if mso]>e<![endif]-->"
    body += "<p onclick=x>f"
    seen = as_gmail(page(body))
    assert words_of(seen) == ["a", "b", "c", "f"]
    for gone in ("<svg", "<video", "<o:p", "<script", "<!--", "onclick"):
        assert gone not in seen


def test_pictures_within_the_html_are_not_shown() -> None:
    seen = as_gmail(page('<img src="data:image/png;base64,AAAA" alt="a"><img src="https://x.example/b.png">'))
    assert [image.get("src") for image in tree(seen).xpath("//img")] == [None, "https://x.example/b.png"]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("nl", ["Bericht", "ingekort", "Hele", "bericht", "weergeven"]),
        ("en", ["Message", "clipped", "View", "entire", "message"]),
        ("fr", ["Message", "clipped", "View", "entire", "message"]),
    ],
)
def test_a_mail_beyond_102_kb_is_cut_off_and_loses_its_style_sheets(language: str, line: list[str]) -> None:
    mail = page("<p>woord</p>" * 10_000, "<style>.a{margin:0}</style>").replace('"nl"', f'"{language}"')
    seen = as_gmail(mail)
    words = words_of(seen)
    assert words[-len(line) :] == line
    assert CLIP_BYTES // len("<p>woord</p>") - 20 < len(words) < CLIP_BYTES // len("<p>woord</p>") + 10
    assert css_of(seen) == ""


def test_a_mail_of_just_102_kb_is_whole() -> None:
    mail = page("é" * ((CLIP_BYTES - len(page().encode())) // 2))
    assert "ingekort" not in as_gmail(mail)
    assert "ingekort" in as_gmail(mail.replace("</body>", "éé</body>"))


def test_a_mail_is_cut_off_where_the_rule_says_so() -> None:
    assert CLIP_BYTES == CLIPPED_BYTES
