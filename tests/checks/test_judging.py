"""How findings are weighed, sorted and silenced."""

from __future__ import annotations

import pytest

from newsletter.checks import RULES, refuse_unknown_rules
from newsletter.errors import ConfigError
from tests.checks.drafts import FRONT, WORDS, check, with_levels

SHOUTED = FRONT.replace("Een traan in de cleanroom", "Een traan in de cleanroom!!")
TOLD = 'issues/2026-11-24-proef.md:2:1: warning: the subject has "!!" in it; one mark says the same [subject-shouting]'


def silenced(comment: str) -> str:
    return SHOUTED.replace("date:", f"{comment}\ndate:") + WORDS


def test_a_good_issue_is_let_pass() -> None:
    assert check(FRONT + WORDS) == []


def test_a_rule_has_its_own_weight_unless_newsletter_toml_says_otherwise() -> None:
    text = SHOUTED + WORDS

    assert check(text) == [TOLD]
    assert check(text, settings=with_levels({"subject-shouting": "error"})) == [TOLD.replace("warning", "error")]
    assert check(text, settings=with_levels({"subject-shouting": "off"})) == []


def test_a_comment_turns_a_rule_off() -> None:
    assert check(silenced("# check: off subject-shouting because it is a quotation")) == []


def test_a_comment_that_turns_nothing_off_is_told() -> None:
    text = silenced("# check: off subject-length because it is a quotation")

    assert check(text) == [
        TOLD,
        (
            "issues/2026-11-24-proef.md:4:1: warning: subject-length finds nothing here; delete this comment, "
            "or move it to the line that it is about [silenced-nothing]"
        ),
    ]
    assert check(text, settings=with_levels({"silenced-nothing": "off"})) == [TOLD]


def test_a_comment_that_names_no_rule_is_told() -> None:
    [_, idle] = check(silenced("# check: off subject-shoutin because it is a quotation"))

    assert idle == (
        'issues/2026-11-24-proef.md:4:1: warning: there is no rule "subject-shoutin" to turn off '
        '(did you mean "subject-shouting"?) [silenced-nothing]'
    )


def test_a_comment_for_a_rule_that_is_off_anyway_is_told() -> None:
    text = silenced("# check: off subject-shouting because it is a quotation")

    assert check(text, settings=with_levels({"subject-shouting": "off"})) == [
        (
            "issues/2026-11-24-proef.md:4:1: warning: subject-shouting is off in newsletter.toml already; "
            "delete this comment [silenced-nothing]"
        )
    ]


def test_settings_that_name_no_rule_are_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        refuse_unknown_rules(with_levels({"subject-length": "off", "subject-shoutin": "off"}))  # type: ignore[arg-type]

    assert [str(finding) for finding in caught.value.findings] == [
        'newsletter.toml:9:1: checks.subject-shoutin: unknown rule (did you mean "subject-shouting"?)'
    ]


def test_each_rule_has_an_id_of_its_own() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
