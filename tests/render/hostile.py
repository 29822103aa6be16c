"""Words with attacks among them, as an editor could write them."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.render.payloads import ATTACKS, BAD_ADDRESSES, CLOSERS

WRITABLE = st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\u2028\u2029")
"""What an issue may hold beside tabs and line ends: its parser refuses the rest."""

PIECES = st.one_of(
    st.text(WRITABLE, max_size=12),
    st.sampled_from([*CLOSERS, *ATTACKS, *BAD_ADDRESSES]),
    st.sampled_from([*"\\`*_~[]()<>!#|-+.:\"'&{}=%$\n"]),
    st.sampled_from(["\n\n", "    ", "\n> ", "\n- ", "\n```\n", "](", "![x](", "\n[^1]: ", "[^1]", "\n[a]: ", "|-|\n"]),
)

TEXTS = st.lists(PIECES, min_size=1, max_size=8).map("".join)

FIELDS = """\
Dag {{ subscriber.first_name | default("lezer") }} **{{ subscriber.first_name }}**

[a](https://a.example/{{ subscriber.first_name }}?b={{ subscriber.first_name }}#c "t {{ subscriber.first_name }}")

![b {{ subscriber.first_name }}](https://a.example/b.png)

::: tip {#een} T {{ subscriber.first_name }}
| a | b |
|---|---|
| x | {{ subscriber.first_name | upper }} |
:::

::: button {url="https://a.example?a={{ subscriber.first_name }}"} T {{ subscriber.first_name }}
:::
"""
