"""In a code fence ":::" means nothing, and a fence means what CommonMark says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.issue.fences import Fences
from newsletter.issue.markdown import parse
from tests.issue.drafts import blocks, body_faults, html


@pytest.mark.parametrize(
    "text",
    [
        "```\n::: tip\n:::\n```\n",
        "~~~\n::: tip\n~~~\n",
        "```` markdown\n```\n:::\n```\n````\n",
        "~~~ ``` \n:::\n~~~~~\n",
        "   ```\n:::\n  ```\n",
        "a\n```\n:::\n```\nb\n",
        "```\n:::\n    ```\n:::\n```\n",
        "```\n:::\n``` x\n:::\n```\n",
        "```\n\n:::\n\n```\n",
        "- a\n\n```\n:::\n```\n",
        "- a\n```\n:::\n```\n",
        "- a\n\nb\n\n  ```\n:::\n  ```\n",
    ],
)
def test_a_fence_hides_blocks(text: str) -> None:
    [block] = blocks(text)
    assert block.kind == "text"
    assert ":::" in html(block)


@pytest.mark.parametrize(
    "text",
    [
        "- ```\n  a\n  ```\n::: divider\n:::\n",
        "1. a\n\n   ```\n   ::: tip\n   ```\n\n::: divider\n:::\n",
        "- a\n  - ~~~\n    ::: tip\n\n    b\n    ~~~\n::: divider\n:::\n",
        "- a\n- b\n\n  ```\n  ::: tip\n  ```\n- c\n::: divider\n:::\n",
        "-\ta\n\n\t```\n\t::: tip\n\t```\n::: divider\n:::\n",
        "- ```\n  never closed, but its item ends\n::: divider\n:::\n",
        "- a\n\n\n  ```\n  never closed, but its item ends\n::: divider\n:::\n",
        "- a\nb\n  ```\n  never closed, but its item ends\n::: divider\n:::\n",
        "- a\n  - b\n\n  ```\n  never closed, but its item ends\n::: divider\n:::\n",
        "-     ```\n::: divider\n:::\n",
        "> ```\n> ::: tip\n::: divider\n:::\n",
        "    ```\n::: divider\n:::\n",
        "`` ` ``` `\n::: divider\n:::\n",
        "``` a`b\n::: divider\n:::\n",
    ],
)
def test_what_is_no_fence_at_the_margin_hides_no_block_behind_it(text: str) -> None:
    assert [block.kind for block in blocks(text)] == ["text", "divider"]


def test_a_fence_in_a_block_ends_there_only_by_its_own_mark() -> None:
    assert [block.kind for block in blocks("::: note\n```\n:::\n```\nb\n:::\n::: divider\n:::\n")] == [
        "note",
        "divider",
    ]
    assert body_faults("::: note\nEen:\n\n~~~\n:::\n```\n") == ["issue.md:8:1: code fence is never closed"]


def test_a_list_before_a_block_says_nothing_of_the_fences_in_it() -> None:
    told = body_faults("- a\n::: note\n  ```\n:::\n  ```\n:::\n")
    assert told == []


def test_what_stands_in_a_fence_is_shown_as_it_is() -> None:
    [block] = blocks("``` python {{ a }}\n{{ b }} <b> {% c\n```\n")
    assert html(block) == '<pre><code class="language-python">{{ b }} &lt;b&gt; {% c\n</code></pre>\n'


LINES = """
```|~~~|````|  ```|   ```| ~~~|    ```|	```|~~~~ x|- ```|- a|1. a|-	a|10. a
  a|    a|a|||> a|> ```|# a|---|* * *|_ _ _
"""


@given(st.lists(st.sampled_from(LINES.strip("\n").replace("\n", "|").split("|")), max_size=12))
def test_a_fence_hides_a_block_where_the_markdown_parser_sees_code(lines: list[str]) -> None:
    text = "\n".join([*lines, "M"])
    fences = [token.map for token in parse(text, "nl") if token.type == "fence" and token.map]
    follower = Fences()
    hidden = [follower.take(line, number) for number, line in enumerate([*lines, "M"])]

    assert hidden[-1] == any(first < len(lines) < last for first, last in fences)
