"""Each rule finds what it is for, at its place, and lets pass what it is not for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from newsletter.checks import RULES, check_issue
from tests.checks.drafts import material, parsed, told
from tests.checks.pair import issue_of
from tests.checks.pairs import PAIRS

if TYPE_CHECKING:
    from newsletter.checks import Material
    from tests.checks.pair import Pair


def of(pair: Pair, snippet: str, *, spoilt: bool = True) -> Material:
    """The material of one side of a pair."""
    snippet = "" if pair.language != "markdown" else snippet
    named = [other.partition("\n") for other in pair.others]
    others = [parsed(text, f"issues/{name}.md") for name, _, text in named]
    made = material(issue_of(snippet, front=pair.front), others)
    return pair.spoil(made) if pair.spoil and spoilt else made


@pytest.mark.parametrize("rule", PAIRS)
def test_a_rule_finds_what_it_is_for_at_its_place(rule: str) -> None:
    pair = PAIRS[rule]
    severity = next(known.severity for known in RULES if known.id == rule)
    found = told(check_issue(of(pair, pair.has)))

    def said(message: str) -> str:
        place, _, words = message.partition(": ")
        lead = "" if place.startswith("templates") else "issues/2026-11-24-proef.md:"
        return f"{lead}{place}: {severity}: {words} [{rule}]"

    assert found == [said(message) for message in pair.told]


@pytest.mark.parametrize("rule", PAIRS)
def test_a_rule_lets_pass_what_it_is_not_for(rule: str) -> None:
    pair = PAIRS[rule]

    assert (
        told(check_issue(of(pair, pair.has_not, spoilt=pair.has != pair.has_not and pair.language == "markdown"))) == []
    )


def test_every_rule_has_a_pair() -> None:
    assert set(PAIRS) == {rule.id for rule in RULES}
