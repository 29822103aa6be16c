"""What a refusal is about: the server, one reader, or ourselves.

An answer to a message is judged by its enhanced code (RFC 3463) where it has one, else by its words, else by
its plain code and by what it was an answer to. To take our own fault for the reader's would drop him from the
list for nothing: a policy block of one provider would cost every reader there. So an address is called HARD
only where the code or the words say that it does not exist; whatever is not known is the milder thing.

The rules stand in the order in which they are asked. The first that fits decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletter.model import Scope

_ANY = re.compile("")


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of refusal, and what it is about."""

    scope: Scope
    code: re.Pattern[str]
    """All of the code: `550 5.1.1`, or `550` where there is no enhanced one."""
    words: re.Pattern[str] = _ANY
    """Somewhere in the words, in lower case."""
    step: str = ""
    """What was answered, `MAIL`, `RCPT`, `DATA` or `the final dot`; empty for any."""


_BLOCKED = re.compile(
    r"spam|block ?list|blacklist|blocked|\bpolicy|reputation|dmarc|\bspf\b|\bdkim\b|unauthenticated|not authori[sz]ed|"
    r"relay(ing)? (access )?(denied|not)|authentication|\brate|\bsender\b|bulk"
)
_GONE = re.compile(
    r"(user|recipient|mailbox|address|account|alias)\S* ?\S* ?(is |was )?(unknown|not found|not exist|"
    r"does(n.t| not) exist|unavailable|disabled|inactive|invalid|no longer)|"
    r"(unknown|no such|invalid|bad|non-?existent) (local )?"
    r"(user|recipient|mailbox|address|account|person|domain)|no mailbox|not a (valid|known) (user|mailbox|address)|"
    r"not our customer|does(n.t| not) have an? .{0,30}account|user (doesn.t|does not) exist"
)
_FULL = re.compile(r"full|quota|over ?(the )?(limit|size)|exceed|too (big|large)|insufficient")
_GREYLISTED = re.compile(r"gr[ae]y[- ]?list")


def _rule(scope: Scope, code: str, words: re.Pattern[str] = _ANY, step: str = "") -> Rule:
    return Rule(scope, re.compile(code), words, step)


RULES: tuple[Rule, ...] = (
    # Later. Greylisting often comes as 451 4.7.1, and is about this one mail.
    _rule(Scope.SESSION, r"421.*"),
    _rule(Scope.ROW, r"4.. 4\.[127]\..*|4..", _GREYLISTED),
    _rule(Scope.SOFT, r"4.. 4\.2\.2"),  # the mailbox is full
    _rule(Scope.SESSION, r"4.. 4\.3\.[12]|4.. 4\.4\..*|4.. 4\.5\.3|4.. 4\.7\..*|432.*|454.*"),
    _rule(Scope.SESSION, r"4.*", step="MAIL"),  # said before the server knew who it is for
    _rule(Scope.ROW, r"4.*"),
    # No. Ourselves: the log-in, the sender, the message, the provider's opinion of us.
    _rule(Scope.OURS, r"53[0458].*|5.. 5\.7\..*|5.. 5\.6\..*|5.. 5\.1\.[78]"),
    _rule(Scope.OURS, r"5.*", step="MAIL"),
    # The address.
    _rule(Scope.HARD, r"5.. 5\.1\.(1|2|3|6|10)|5.. 5\.2\.1"),
    _rule(Scope.SOFT, r"5.. 5\.2\.[23]|5.. 5\.3\.4"),
    # Codes that say little, and none at all: by the words. Those of a block first, as they name the user too.
    _rule(Scope.OURS, r"5.*", _BLOCKED),
    _rule(Scope.HARD, r"55[013]|55[0134] 5\.[0145]\..*|554", _GONE, "RCPT"),
    _rule(Scope.HARD, r"55[013]|55[0134] 5\.[0145]\..*", _GONE, "the final dot"),
    _rule(Scope.SOFT, r"55[0-4].*", _FULL),
    # A command or an argument that the server does not know, or a message that it does not want.
    _rule(Scope.OURS, r"50..*|555.*|5.. 5\.5\..*"),
    _rule(Scope.OURS, r"5.*", step="the final dot"),
    _rule(Scope.OURS, r"5.*", step="DATA"),
    _rule(Scope.SOFT, r"5.*"),
)


def scope_of(code: str, words: str, step: str) -> Scope:
    """Say what a refusal is about: `code` such as `550 5.1.1`, the server's cleaned words, what it answered."""
    lowered = words.lower()
    return next(
        rule.scope
        for rule in RULES
        if rule.step in {"", step} and rule.code.fullmatch(code) and rule.words.search(lowered)
    )
