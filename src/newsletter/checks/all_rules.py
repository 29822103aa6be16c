"""The table of the rules. One that does not stand here is not looked at."""

from __future__ import annotations

from newsletter.checks import subject
from newsletter.checks.rule import Rule
from newsletter.model import Severity

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

RULES: tuple[Rule, ...] = (
    # The inbox
    Rule(
        "subject-length",
        _WARNING,
        "The subject is too long to be seen whole, or too short to say anything.",
        subject.subject_length,
    ),
    Rule("subject-wordless", _WARNING, "The subject has no word in it.", subject.subject_wordless),
    Rule("subject-shouting", _WARNING, "The subject is all capitals, or has marks in a row.", subject.subject_shouting),
    Rule("subject-reply", _WARNING, "The subject pretends to answer the reader.", subject.subject_reply),
    Rule("subject-repeated", _WARNING, "The subject is that of another issue.", subject.subject_repeated),
    Rule("preheader-missing", _WARNING, "There is no preheader.", subject.preheader_missing),
    Rule("preheader-length", _WARNING, "The preheader leaves room unused, or is cut off.", subject.preheader_length),
    Rule("preheader-subject", _WARNING, "The preheader repeats the subject.", subject.preheader_subject),
    Rule("preheader-repeated", _WARNING, "The preheader is that of another issue.", subject.preheader_repeated),
)
