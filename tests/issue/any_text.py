"""Texts that nobody would write, and that a file may hold: pieces in any order, and families of long ones."""

from __future__ import annotations

from hypothesis import strategies as st

N = 5_000
"""How long the long ones are, in pieces."""
QUOTES = "'a\" "
PIECES = (
    *(
        "::: tip T",
        ":::",
        "::: tool {url=https://example.org} T",
        "::: image {src=wafer.png alt=x}",
        ":::: x {",
        "  :::",
    ),
    *(
        "{#a}",
        '{a="b',
        "::: note {{ a }}",
        "{{ b }}",
        "{{",
        "}}",
        "{%",
        "{{ subscriber.first_name }}",
        "`",
        "```",
        "~~~",
    ),
    *(
        "[a](b)",
        "[a](",
        "![",
        "](wafer.png)",
        "<https://example.org>",
        "[^1]",
        "[^1]: x",
        "^[",
        "]",
        "[r]: x",
        "[a][r]",
    ),
    *(
        "- ",
        "> ",
        "1. ",
        "    ",
        "\t",
        "# ",
        "---",
        "| a |",
        "|---|",
        "*",
        "**",
        "~~",
        "\\",
        "&amp;",
        "&#123;{",
        '"',
        "'",
    ),
    *("é", "👩‍💻", "\N{NO-BREAK SPACE}", "\r\n", "\r", "\x00", "\N{ZERO WIDTH NO-BREAK SPACE}", " ", "\n", "\n\n", "a"),
)

BODIES = st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join)


def families() -> dict[str, str]:
    """Texts that have brought parsers of Markdown to a halt, and those that would do so to ours, N times over."""
    nested = {
        name: name * N
        for name in ("[", "![", "^[", "[a](", "[^a]", "![[]()", "[ a_", "<![CDATA[", "](", "{{", "> ", "* ")
    }
    inline = (
        "*a **a ",
        "a** a* ",
        "**x ",
        "*_",
        "_a_",
        "~~a",
        "`a",
        "<a",
        "<",
        "&#",
        "\\",
        '"a ',
        "a' ",
        "'\"",
        "{{ a ",
        "&",
    )
    lines = (
        "- - -",
        "a\n-",
        "> a\nb",
        "- a",
        "1. a\n",
        "```",
        " :::x",
        ":::",
        "::: tip",
        "::: x\nx\n:::",
        "[a]: u",
        "{{ a",
        "- ```",
    )
    heads = ('a="b" ', "a='b\" ", "#a ", ".a ", "{{", '"', "a=“ ", "'{{")
    return {
        **nested,
        **{name: name * N for name in inline},
        **{name: f"{name}\n" * N for name in lines},
        **{f"head {name}": f"::: tip {{{name * N}" for name in heads},
        "title": f"::: tip {QUOTES * N}\nx\n:::",
        "closed": "[" * N + "a" + "](b)" * N,
        "backticks": "".join("e" + "`" * number for number in range(300)),
        "deeper and deeper": "\n".join("  " * depth + "- a" for depth in range(300)),
        "table": "|a" * 200 + "|\n" + "|-" * 200 + "|\n" + "x\n" * N,
        "tables": ("|a|b|\n|-|-|\n" + "x\n" * 40 + "\n") * 80,
        "footnotes": "".join(f"x[^{number}]\n\n[^{number}]: y\n\n" for number in range(N // 3)),
        "pipes": "|" * N + "-x",
    }
