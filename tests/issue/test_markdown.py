"""The words of a block: typography by language, footnotes, no HTML, addresses that stay what they are."""

from __future__ import annotations

import pytest

from newsletter.issue import House
from newsletter.issue.markdown import parse, to_html, typographic
from tests.issue.drafts import FRONT, HOUSE, KINDS, blocks, body_faults, html, only_block, parsed


@pytest.mark.parametrize("language", ["nl", "en"])
def test_quotes_dashes_and_dots_are_set_as_the_language_does(language: str) -> None:
    issue = parsed(
        FRONT.replace("date:", f"language: {language}\ndate:") + "::: note \"A\" -- 'b'...\nDat 'is' \"zo\"...\n:::\n"
    )
    [block] = issue.blocks
    assert block.title == "“A” – ‘b’…"
    assert html(block, language) == "<p>Dat ‘is’ “zo”…</p>\n"


def test_a_language_without_quotes_of_its_own_has_the_english_ones() -> None:
    house = House("fy", ("fy",), HOUSE.timezone, KINDS)
    [block] = parsed(FRONT + '::: note "A"\n"b"\n:::\n', house).blocks
    assert (block.title, html(block, "fy")) == ("“A”", "<p>“b”</p>\n")


def test_a_title_is_plain_text() -> None:
    assert typographic("*a* <b> [c](d) `e` & \\f", "nl") == "*a* <b> [c](d) `e` & \\f"


def test_quotes_in_code_and_addresses_stay_straight() -> None:
    block = only_block("`\"a\"` [b](https://example.org/'c'--d...e)")
    assert html(block) == "<p><code>&quot;a&quot;</code> <a href=\"https://example.org/'c'--d...e\">b</a></p>\n"


def test_the_extras_beside_commonmark_are_tables_strikethrough_and_footnotes() -> None:
    found = html(only_block("| a | b |\n|:--|--:|\n| c | ~~d~~ |\n\ne[^1]\n\n[^1]: f\n"))
    assert "<th" in found
    assert "<s>d</s>" in found
    assert 'class="footnote-item"><p>f' in found


@pytest.mark.parametrize(
    "text", ["<b>x</b>", "<script>x</script>", "a <!-- x --> b", "<div>\n\nx\n</div>", "<a href='x'>", "<?x?>"]
)
def test_html_is_shown_as_it_is_written(text: str) -> None:
    found = html(only_block(text))
    assert found.count("<") == found.count("<p>") + found.count("</p>")
    assert "&lt;" in found


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("[a](https://example.org/b?c=d&e=f#g)", "https://example.org/b?c=d&amp;e=f#g"),
        ("[a](<https://example.org/een spatie>)", "https://example.org/een%20spatie"),
        ("[a](https://münchen.example/é)", "https://xn--mnchen-3ya.example/%C3%A9"),
        ("[a](HTTPS://example.org)", "HTTPS://example.org"),
        ("[a](http://[::1]/)", "http://[::1]/"),
        ("<https://example.org>", "https://example.org"),
        ("<lezing@example.org>", "mailto:lezing@example.org"),
        ("[a](mailto:lezing@example.org?subject=Hoi)", "mailto:lezing@example.org?subject=Hoi"),
        ("[a][b]\n\n[b]: https://example.org", "https://example.org"),
        ("[a](#verder)", "#verder"),
    ],
)
def test_a_whole_address_makes_a_link(text: str, href: str) -> None:
    assert f'<a href="{href}">' in html(only_block(text))


@pytest.mark.parametrize("name", ["wafer.png", "https://example.org/a%20b.webp", "http://example.org/x"])
def test_a_picture_is_a_file_beside_the_issue_or_an_address(name: str) -> None:
    block = only_block(f'::: image {{src="{name}" alt="x"}}\n![y]({name})\n:::\n')
    assert block.attributes["src"] == name
    assert f'<img src="https://example.org/{name}" alt="y"' in html(block)


@pytest.mark.parametrize(
    "text", ["a \\[b](c d)", "a [b\\](c d)", "`[a](b c)`", "array`[i]`(x)", "[sic] (a b)", "[^ ]", "a[1] b", "5 % {x%}"]
)
def test_brackets_that_are_meant_as_text_are_no_fault(text: str) -> None:
    assert body_faults(text) == []


def test_a_link_that_is_none_is_told_once_however_it_goes_on() -> None:
    told = body_faults("x [a](b c) y [d](e f\n")
    assert [line.split(":")[:3] for line in told] == [["issue.md", "5", "5"], ["issue.md", "5", "16"]]
    assert all("no link comes of this" in line for line in told)


def test_footnotes_of_two_blocks_are_kept_apart() -> None:
    first, second = blocks("Een[^1] en twee[^2].\n\n[^1]: A\n[^2]: B\n\n::: note\nDrie[^1].\n\n[^1]: C\n:::\n")
    both = html(first) + html(second)
    targets = [part.split('"')[0] for part in both.split('href="#')[1:]]

    assert len(targets) == len(set(targets)) == 6
    assert all(both.count(f'id="{target}"') == 1 for target in targets)


def test_a_footnote_can_be_told_of_twice() -> None:
    assert body_faults("Een[^a] en[^a].\n\n[^a]: A\n") == []


def test_rendering_leaves_the_tokens_as_they_were() -> None:
    tokens = parse("![a](wafer.png)", "nl")
    for folder in ("/1/", "/2/"):
        shown = {"src": f"{folder}wafer.png", "width": 80}
        html = to_html(tokens, "nl", "b1", lambda _, shown=shown: shown)  # type: ignore[misc] # mypy asks what it is
        assert html == f'<p><img src="{folder}wafer.png" alt="a" width="80" /></p>\n'


def test_twenty_levels_are_let_through() -> None:
    assert body_faults("> " * 19 + "diep") == []


def test_the_places_of_links_in_one_paragraph_are_their_own() -> None:
    told = body_faults("[b](b) ![b](wafer.png) [c](b)\n[b](<b>) `[b](b)` [d](b)\n\n- [b](b)\n  [b](b)\n")
    assert [line.split(": ")[0] for line in told] == [
        f"issue.md:{place}" for place in ("5:5", "5:28", "6:6", "6:23", "8:7", "9:7")
    ]


def test_an_address_that_is_written_otherwise_than_it_reads_is_told_at_its_paragraph() -> None:
    assert body_faults("Hoi.\n\nEen\n[link](a&amp;b)\n") == [
        'issue.md:7:1: the link "a&b" is not a whole address; begin it with https://'
    ]


def test_the_name_of_a_picture_may_be_a_hundred_characters() -> None:
    name = "x" * 96 + ".png"
    [block] = parsed(f"{FRONT}![a]({name})", pictures=(name,)).blocks
    assert name in html(block)


@pytest.mark.parametrize(("language", "said"), [("nl", "Terug naar de tekst"), ("en", "Back to the text")])
def test_a_footnote_has_a_way_back_to_each_of_its_marks(language: str, said: str) -> None:
    found = to_html(parse("a[^x] b[^x]\n\n[^x]: c", language), language, "b7", lambda name: {"src": name})
    assert found.count(">[1]</a></sup>") == 2
    assert f'<a href="#fnref-b7-1" aria-label="{said}" class="footnote-backref">↩︎</a>' in found
    assert f'<a href="#fnref-b7-1:1" aria-label="{said}" class="footnote-backref">↩︎</a>' in found
    assert found.count('id="fnref-b7-1"') == found.count('id="fnref-b7-1:1"') == found.count('id="fn-b7-1"') == 1
