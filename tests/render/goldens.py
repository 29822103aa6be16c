"""The issues whose mails and pages stand in `tests/golden`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.issue import read_issue, slug_of
from tests.render.issues import FRONT, ROOT, THEME, house, issue_of

if TYPE_CHECKING:
    from newsletter.model import Issue

REAL = {
    slug_of(path): path for folder in ("issues", "tests/golden/issues") for path in sorted((ROOT / folder).glob("*.md"))
}
"""The issues of this newsletter, and those that show all that Markdown can do in each language; beside them stands,
for each kind of block, the example of its schema."""

NAMES = [*REAL, *(f"block-{kind}" for kind in THEME.kinds)]


def issue_named(name: str) -> Issue:
    if name in REAL:
        return read_issue(REAL[name], REAL[name].relative_to(ROOT).as_posix(), house(THEME))
    kind = name.removeprefix("block-")
    return issue_of(THEME.kinds[kind].example, FRONT.replace("Een proef", f"Een blok: {kind}"))
