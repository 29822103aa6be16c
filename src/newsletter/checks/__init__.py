"""An issue, its mail and its page in; what is wrong with them out, each finding at its line and column.

In: a `Material`: the issue and its lines, the mail as made-up readers get it, its pictures, the settings, what the
other issues hold, the moment.
Out: `Finding`s, sorted by place, weighed as `[checks]` in newsletter.toml says, without those that a comment in the
issue turned off.
May not: touch the network, the database or the terminal; change what it looks at. What a link answers comes in.

A rule is a function that yields `Remark`s, with a line in the table of `all_rules`; it registers nowhere else.
`examine` goes the whole way for one issue, `check_issue` judges a `Material` that is there already.
"""

from newsletter.checks.all_rules import GROUPS, RULES
from newsletter.checks.gather import Desk, Rendered, examine, gather, render_all
from newsletter.checks.judging import check_issue, refuse_unknown_rules
from newsletter.checks.material import Answer, Letter, Material, Outline, Record, Unfilled
from newsletter.checks.outline import outline_of
from newsletter.checks.rule import Remark, Rule

__all__ = [
    "GROUPS",
    "RULES",
    "Answer",
    "Desk",
    "Letter",
    "Material",
    "Outline",
    "Record",
    "Remark",
    "Rendered",
    "Rule",
    "Unfilled",
    "check_issue",
    "examine",
    "gather",
    "outline_of",
    "refuse_unknown_rules",
    "render_all",
]
