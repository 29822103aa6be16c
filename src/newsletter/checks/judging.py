"""Weigh what the rules say: as newsletter.toml wants it, and without what the editor turned off in the issue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.checks.all_rules import RULES
from newsletter.errors import ConfigError
from newsletter.model import Finding, Severity
from newsletter.wording import did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from newsletter.checks.material import Material
    from newsletter.checks.rule import Rule
    from newsletter.config import Checks, Settings
    from newsletter.model import Silencing

SILENCED_NOTHING = "silenced-nothing"
OFF = "off"


def check_issue(material: Material, rules: Sequence[Rule] = RULES) -> list[Finding]:
    """Return what is wrong with an issue, sorted by place."""
    checks = material.settings.checks
    found = [finding for rule in rules for finding in _findings(rule, material, checks)]
    loud, useless = _without_silenced(found, material.issue.silencings, checks)
    return sorted({*loud, *useless}, key=lambda finding: (finding.position, finding.rule, finding.message))


def refuse_unknown_rules(settings: Settings) -> None:
    """Let settings pass whose `[checks]` name rules that there are.

    Raises:
        ConfigError: every line that names another, at its place.
    """
    known = _names(RULES)
    findings = [
        Finding(level.position, f"checks.{rule}: unknown rule{did_you_mean(rule, known)}", "checks-rule")
        for rule, level in settings.checks.levels.items()
        if rule not in known
    ]
    if findings:
        raise ConfigError(findings)


def _names(rules: Iterable[Rule]) -> set[str]:
    return {SILENCED_NOTHING, *(rule.id for rule in rules)}


def _findings(rule: Rule, material: Material, checks: Checks) -> Iterator[Finding]:
    severity = _weight(rule.id, rule.severity, checks)
    if severity:
        for position, message in rule.find(material):
            yield Finding(position, message, rule.id, severity)


def _weight(rule: str, usual: Severity, checks: Checks) -> Severity | None:
    """Return how much a rule weighs; nothing for one that is turned off."""
    level = checks.levels.get(rule)
    if level is None:
        return usual
    return None if level.name == OFF else Severity(level.name)


def _without_silenced(
    found: Sequence[Finding], silencings: Sequence[Silencing], checks: Checks
) -> tuple[list[Finding], list[Finding]]:
    """Return the findings that no comment turned off, and what is to be said of comments that turned off nothing."""
    loud = [finding for finding in found if not any(_silences(said, finding) for said in silencings)]
    severity = _weight(SILENCED_NOTHING, Severity.WARNING, checks)
    if severity is None:
        return loud, []
    idle = [said for said in silencings if not any(_silences(said, finding) for finding in found)]
    return loud, [Finding(said.position, _why_idle(said.rule, checks), SILENCED_NOTHING, severity) for said in idle]


def _silences(said: Silencing, finding: Finding) -> bool:
    position = finding.position
    is_about_it = not said.lines or position.line in said.lines
    return said.rule == finding.rule and said.position.path == position.path and is_about_it


def _why_idle(rule: str, checks: Checks) -> str:
    known = _names(RULES)
    if rule not in known:
        return f"there is no rule {quoted(rule)} to turn off{did_you_mean(rule, known)}"
    level = checks.levels.get(rule)
    if level and level.name == OFF:
        return f"{rule} is off in newsletter.toml already; delete this comment"
    return f"{rule} finds nothing here; delete this comment, or move it to the line that it is about"
