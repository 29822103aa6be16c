"""Findings as SARIF 2.1.0, which code hosts show beside the lines of a pull request."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from newsletter import __version__
from newsletter.checks import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from newsletter.checks import Rule
    from newsletter.model import Finding, Position

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif_log(findings: Sequence[Finding]) -> dict[str, object]:
    """Return the log of one run; paths count from where the command was given.

    Every rule is described, also those that found nothing. What an issue cannot be read by has only its id.
    """
    described: dict[str, dict[str, object]] = {rule.id: _rule(rule) for rule in RULES}
    for finding in findings:
        described.setdefault(finding.rule, {"id": finding.rule})
    indexes = {name: index for index, name in enumerate(described)}
    driver = {"name": "newsletter", "semanticVersion": __version__, "rules": list(described.values())}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, indexes[finding.rule]) for finding in findings],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, object]:
    text = inspect.getdoc(rule.find) or ""
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.summary},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": str(rule.severity)},
    }


def _result(finding: Finding, index: int) -> dict[str, object]:
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": str(finding.severity),
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": _location(finding.position)}],
    }


def _location(position: Position) -> dict[str, object]:
    # A path is a URI reference (section 3.10); without a line there is no region (section 3.30).
    uri = Path(position.path).as_uri() if Path(position.path).is_absolute() else quote(position.path)
    location: dict[str, object] = {"artifactLocation": {"uri": uri}}
    region = {"startLine": position.line, "startColumn": position.column}
    if position.line:
        location["region"] = {name: number for name, number in region.items() if number}
    return location
