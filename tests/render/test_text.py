from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it.token import Token

from newsletter.errors import RenderError
from newsletter.issue.markdown import parse
from newsletter.render.lines import display_width
from newsletter.render.text import LinkList, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GOLDEN = Path(__file__).parent.parent / "golden/text"


def text_of(source: str, width: int = 72) -> str:
    """The plain text of Markdown, with the list of its links below it."""
    links = LinkList()
    text = to_text(parse(source, "nl"), links, width)
    return "\n\n".join(part for part in (text, links.render()) if part)


@pytest.mark.parametrize("source", sorted(GOLDEN.glob("*.md")), ids=lambda path: path.stem)
def test_the_text_is_as_a_reviewer_approved_it(source: Path) -> None:
    expected = source.with_suffix(".txt").read_text(encoding="utf-8")
    assert text_of(source.read_text(encoding="utf-8")) + "\n" == expected


def test_no_tokens_are_no_text() -> None:
    assert to_text((), LinkList()) == ""
    assert LinkList().render() == ""


def test_one_list_numbers_the_links_of_several_texts() -> None:
    links = LinkList()
    assert to_text(parse("[een](https://a.example) [twee](https://b.example)", "nl"), links) == "een [1] twee [2]"
    assert to_text(parse("[drie](https://c.example) [twee](https://b.example)", "nl"), links) == "drie [3] twee [2]"
    assert links.number("https://c.example") == 3
    assert links.render() == "[1] https://a.example\n[2] https://b.example\n[3] https://c.example"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<https://a.example/é>", "https://a.example/é"),
        ("Zie https://a.example/é%20b, of (www.a.example/c).", "Zie https://a.example/é%20b, of (www.a.example/c)."),
        ("a@b.example en mailto:a@b.example", "a@b.example en a@b.example"),
        ("https://a.example [a](https://a.example)", "https://a.example a [1]\n\n[1] https://a.example"),
        ("[zie https://a.example](https://b.example)", "zie https://a.example [1]\n\n[1] https://b.example"),
        ("[a.example](http://a.example)", "http://a.example"),
        ("[a.example/](http://a.example)", "a.example/ [1]\n\n[1] http://a.example"),
        ("[https://a.example](http://a.example)", "https://a.example [1]\n\n[1] http://a.example"),
        ("[Afmelden](zq0123456789abh0z)", "Afmelden [1]\n\n[1] zq0123456789abh0z"),
        ("[zq0123456789abh0z](zq0123456789abh0z)", "zq0123456789abh0z"),
        ("[a?b=c](a?b=https://c)", "a?b=c [1]\n\n[1] a?b=https://c"),
        ("[leeg]()", "leeg"),
        ("[](https://a.example)", "[1]\n\n[1] https://a.example"),
        ("[een ](https://a.example)twee", "een [1] twee\n\n[1] https://a.example"),
        ("[**vet**](https://a.example)", "*vet* [1]\n\n[1] https://a.example"),
        ("[een\ntwee](https://a.example)", "een twee [1]\n\n[1] https://a.example"),
    ],
)
def test_a_link_is_numbered_unless_it_shows_its_address(source: str, expected: str) -> None:
    assert text_of(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("*een* **twee** ***drie*** _vier_", "een *twee* *drie* vier"),
        ("~~€ 20~~ € 10", "~€\u00a020~ €\u00a010"),
        ("`een  twee` ``a`b``", "`een twee` `a`b`"),
        ("een\ntwee", "een twee"),
        (":tada: 's avonds", "🎉 ’s avonds"),
        ("a^[b]^[c\n\nd]", "a¹^[c\n\nd]\n\n¹ b"),
        ("a[^1][^2]\n\n[^1]: b\n\n    c\n\n[^2]: d", "a¹²\n\n¹ b\n\n  c\n\n² d"),
        ("| | |\n|-|-|\n| a | b |", "a  b"),
        ("|a|b|c|\n|:-:|--:|-|\n|een|twee|drie|", " a      b  c\n---  ----  ----\neen  twee  drie"),
        ("```python\nx = 1\n```", "    x = 1"),
        ("een  \ntwee\\\ndrie", "een\ntwee\ndrie"),
        ("een&#10;twee", "een twee"),
        ("om&nbsp;8&nbsp;uur", "om\u00a08\u00a0uur"),
        ("e\u0301e\u0301n", "e\u0301e\u0301n"),
        ("\\*geen nadruk\\* &amp; &lt;br&gt; <br>", "*geen nadruk* & <br> <br>"),
        ("![een *plaatje*\nvan `code`&#10;![binnen](b.png)](a.png)", "[een plaatje van code binnen]"),
        ("![ een ](a.png)", "[een]"),
        ("**kop**\n===", "kop\n==="),
        ("een  \ntwee\n===", "een\ntwee\n===="),
        ("### kop", "kop\n---"),
        ("#", ""),
        ("&nbsp;", ""),
        ("een\n\n&nbsp;\n\ntwee", "een\n\ntwee"),
        ("```\n\n```", ""),
        ("> ", ""),
        ("-", "-"),
        ("0. nul\n1. een", "0. nul\n1. een"),
        ("1. een\n5. twee", "1. een\n2. twee"),
        ("8. acht\n9. negen", "8. acht\n9. negen"),
        ("9. negen\n10. tien", " 9. negen\n10. tien"),
        ("1. een\n   > citaat\n2. ```\n   code\n   ```", "1. een\n   > citaat\n2.     code"),
        ("***", " " * 33 + "* * *"),
    ],
)
def test_markdown_reads_well_without_its_marks(source: str, expected: str) -> None:
    assert text_of(source) == expected


def test_code_is_kept_as_it_is_at_any_width() -> None:
    code = "if  x:\n\n\tprint('een lange regel')"
    assert text_of(f"```\n{code}\n\n```", 10) == "    if  x:\n\n        print('een lange regel')"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("> een twee drie", "> een twee\n> drie"),
        ("- een twee drie", "- een twee\n  drie"),
        ("9) een twee", "9) een\n   twee"),
        ("> - een twee\n>   drie", "> - een\n>   twee\n>   drie"),
        ("a^[een twee a]", "a¹\n\n¹ een twee\n  a"),
        ("# een twee drie", "een twee\ndrie\n========"),
    ],
)
def test_a_narrow_text_wraps_inside_its_marks(source: str, expected: str) -> None:
    assert text_of(source, 10) == expected


def test_nesting_deeper_than_the_width_puts_each_word_on_its_own_line() -> None:
    assert text_of("> > > een twee", 4) == "> > > een\n> > > twee"
    assert text_of("> > > | een | twee |\n> > > |-|-|\n> > > | a | b |", 4).split("\n") == [
        "> > > een:",
        "> > >   a",
        "> > > twee:",
        "> > >   b",
    ]


def test_a_table_without_rows_shows_its_header() -> None:
    assert text_of("| een | twee |\n|-|-|") == "een  twee\n---  ----"
    assert text_of("| woordenboeken | lexicon |\n|-|-|", 21) == "woordenboeken: –\nlexicon: –"


def test_a_record_leaves_out_cells_that_have_neither_header_nor_text() -> None:
    assert text_of("| | twee |\n|-|-|\n| | woordenboek |\n| lexicon | |", 12) == (
        "twee:\n  woordenboek\n\nlexicon\ntwee: –"
    )


def test_the_lines_of_a_record_wrap_below_their_header() -> None:
    source = "| een | twee |\n|-|-|\n| woordenboek | a b c d e f g |"
    assert text_of(source, 13) == "een:\n  woordenboek\ntwee: a b c\n  d e f g"


def test_columns_are_as_narrow_as_their_words() -> None:
    assert text_of("| a | b |\n|-|-|\n| c | |") == "a  b\n-  -\nc"


def test_cells_stand_where_their_column_is_aligned() -> None:
    source = "| links | midden | rechts | gewoon |\n|:--|:-:|--:|--|\n| a | b | c | d |"
    assert text_of(source).split("\n")[2] == "a        b          c  d"


def test_cells_wrap_only_where_the_table_is_wider_than_the_text() -> None:
    source = "| een twee drie | vier |\n|-|-|\n| a | b |"
    assert text_of(source, 19) == "een twee drie  vier\n-------------  ----\na              b"
    assert text_of(source, 18) == "een twee      vier\ndrie\n------------  ----\na             b"


def test_a_column_is_not_squeezed_below_ten() -> None:
    source = "| een twee drie | vier |\n|-|-|\n| a | b |"
    assert text_of(source, 16) == "een twee    vier\ndrie\n----------  ----\na           b"
    assert text_of(source, 15) == "een twee\n  drie: a\nvier: b"


def test_a_token_without_a_rule_is_refused() -> None:
    block = Token("html_block", "", 0, content="<p>tekst</p>")
    with pytest.raises(RenderError, match='no rule for the Markdown token "html_block": its text would be lost'):
        to_text([block], LinkList())
    inline = Token("inline", "", 0, children=[Token("html_inline", "", 0, content="<b>")])
    paragraph = [Token("paragraph_open", "p", 1), inline, Token("paragraph_close", "p", -1)]
    with pytest.raises(RenderError, match='no rule for the Markdown token "html_inline"'):
        to_text(paragraph, LinkList())


WORDS = st.text(st.characters(exclude_categories=("Cs", "Cn", "Co"), exclude_characters="\0"), min_size=1, max_size=12)
SYNTAX = st.sampled_from(
    [
        *"*_~`[]()<>!#-+|:=>&\\^ \n",
        *(
            "\n\n",
            "  \n",
            "\n    ",
            "\n> ",
            "\n- ",
            "\n  - ",
            "\n1. ",
            "\n10) ",
            "\n# ",
            "\n***\n",
            "\n```\n",
            "\n~~~\n",
        ),
        *(
            "**",
            "~~",
            "``",
            "](",
            "](https://example.org/a)",
            "![",
            "[^1]",
            "\n[^1]: ",
            "^[",
            "&nbsp;",
            "&#10;",
        ),
        *(
            "\n| a | b |\n|:-|-:|\n",
            " | ",
            "\n|---|\n",
            "<a@b.example>",
            "<https://example.org>",
            "zq0123456789abh0z",
        ),
        *("tekst", "een langer woord", "日本語。", "👩‍💻"),
    ]
)
MARKDOWN = st.lists(st.one_of(SYNTAX, SYNTAX, WORDS), max_size=60).map("".join)
NESTING = re.compile(r"(?:> |- |\d+[.)] |[⁰¹²³⁴⁵⁶⁷⁸⁹]+ | )*")
LONE = re.compile(r"[^ ]*(?: \[\d+\][^ ]*)*")


def leaves(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from leaves(token.children) if token.children else [token]


def overlong(line: str, width: int, code: set[str]) -> bool:
    """Whether a line is too long, and no code, thematic break, or single word with its link's number."""
    content = NESTING.sub("", line, count=1)
    excused = content == "* * *" or LONE.fullmatch(content) or line.endswith(tuple(code))
    return display_width(line) > width and not excused


@given(MARKDOWN, st.integers(1, 80))
@example("*a **b " * 600 + "c** d*" * 600, 72)
@example("> " * 45 + "- een twee", 72)
@example("[" * 50 + "a" + "](https://example.org)" * 50, 20)
@example("![" * 20 + "a" + "](a.png)" * 20, 20)
@example("een[^1]\n\n[^1]: > - 1. twee ^[drie]\n\n        vier\n", 10)
def test_any_markdown_becomes_tidy_lines(source: str, width: int) -> None:
    tokens = parse(source, "nl")
    lines = to_text(tokens, LinkList(), width).split("\n")
    code = {
        f"    {line}".rstrip()
        for token in leaves(tokens)
        if token.type in {"fence", "code_block"}
        for line in token.content.split("\n")
        if line.strip()
    }
    assert [line for line in lines if line != line.rstrip()] == []
    assert lines == [""] or lines[-1]
    assert [line for line in lines if overlong(line, width, code)] == []


@given(MARKDOWN, st.integers(1, 80))
def test_no_word_is_lost(source: str, width: int) -> None:
    tokens = parse(source, "nl")
    # Breaks may fall between East Asian characters, so spaces and the marks of nesting count for nothing.
    text = re.sub(r"[\s>]", "", to_text(tokens, LinkList(), width))
    for token in leaves(tokens):
        for word in token.content.replace(">", " ").split():
            assert word.removeprefix("mailto:") in text
