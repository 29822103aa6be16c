"""Every shipped block, in every form that its schema allows: its templates have no fault and leave nothing out."""

from __future__ import annotations

import pytest

from tests.render.issues import THEME, issue_of, mail_of, page_of
from tests.render.payloads import active, page_tree, shown, tree, words_of
from tests.render.variants import variants


@pytest.mark.parametrize("kind", THEME.kinds)
def test_a_block_is_rendered_however_it_is_written(kind: str) -> None:
    forms = list(variants(THEME.kinds[kind]))
    assert len(set(forms)) == len(forms) >= 1
    for form in forms:
        issue = issue_of(f"{form}\n\n## Een kop, die in de inhoud staat")
        mail = mail_of(issue)  # its templates are linted here, or it is not made
        documents = [tree(mail.html), page_tree(page_of(issue))]
        assert [active(document) for document in documents] == [[], []]
        for text in (shown(mail.text), *map(words_of, documents)):
            assert [block.title for block in issue.blocks if shown(block.title) not in text] == []
