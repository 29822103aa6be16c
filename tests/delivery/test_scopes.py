"""What a refusal is about, code by code: the table that decides who is spared and who must wait."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.scopes import RULES, scope_of
from newsletter.model import Scope

SESSION, ROW, OURS, HARD, SOFT = Scope.SESSION, Scope.ROW, Scope.OURS, Scope.HARD, Scope.SOFT

REPLIES = [
    # The server, now.
    (SESSION, "RCPT", "421 4.3.2", "Closing"),
    (SESSION, "the final dot", "421", "Service not available"),
    (SESSION, "the final dot", "454 4.7.0", "Throttling failure: Maximum sending rate exceeded."),
    (SESSION, "RCPT", "454", "Throttled"),
    (SESSION, "the final dot", "454 4.7.0", "Too fast, try again in 60 seconds"),
    (SESSION, "RCPT", "421 4.7.28", "Unusual rate of unsolicited mail"),
    (SESSION, "the final dot", "451 4.7.650", "The mail server has been temporarily rate limited"),
    (SESSION, "RCPT", "432 4.3.2", "STOREDRV.ClientSubmit; sender thread limit exceeded"),
    (SESSION, "the final dot", "451 4.3.2", "Please try again later"),
    (SESSION, "RCPT", "452 4.3.1", "Insufficient system storage"),
    (SESSION, "RCPT", "451 4.4.1", "Connection timed out"),
    (SESSION, "RCPT", "452 4.5.3", "Too many recipients"),
    (SESSION, "the final dot", "451 4.7.500", "Server busy"),
    (SESSION, "MAIL", "451", "Temporary local problem"),
    (SESSION, "MAIL", "450 4.3.0", "Queue is full"),
    # One reader, now.
    (ROW, "RCPT", "450 4.2.1", "The user is receiving mail too quickly"),
    (ROW, "RCPT", "451 4.7.1", "Greylisting in action, please come back later"),
    (ROW, "RCPT", "450 4.7.1", "You have been graylisted"),
    (ROW, "RCPT", "451", "Greylisted, try again in 300 seconds"),
    (ROW, "RCPT", "450 4.1.1", "User lookup failed"),
    (ROW, "RCPT", "451 4.3.0", "Temporary lookup failure"),
    (ROW, "the final dot", "451", "Requested action aborted"),
    (SOFT, "RCPT", "452 4.2.2", "Mailbox full"),
    # Ourselves.
    (OURS, "MAIL", "530 5.7.0", "Must issue a STARTTLS command first"),
    (OURS, "MAIL", "535 5.7.8", "Authentication failed"),
    (OURS, "MAIL", "553 5.1.8", "Domain of sender address does not exist"),
    (OURS, "MAIL", "550", "Sender unknown"),
    (OURS, "MAIL", "550", "Nee"),
    (OURS, "RCPT", "550 5.7.1", "Nee"),
    (OURS, "RCPT", "550 5.7.1", "Service unavailable; client host blocked using a block list"),
    (OURS, "RCPT", "554 5.7.1", "Relay access denied"),
    (OURS, "the final dot", "550 5.7.26", "This mail is unauthenticated"),
    (OURS, "the final dot", "550 5.7.509", "Access denied, sending domain does not pass DMARC verification"),
    (OURS, "the final dot", "550 5.7.515", "Access denied, sending domain does not meet the level"),
    (OURS, "the final dot", "554 5.6.0", "Message contains invalid header"),
    (OURS, "RCPT", "550 5.1.7", "Invalid sender"),
    (OURS, "RCPT", "550", "Your IP is on our blacklist; the user does not exist for you"),
    (OURS, "RCPT", "550", "Sender address invalid"),
    (OURS, "the final dot", "554", "Message considered spam"),
    (OURS, "the final dot", "550", "Message rejected"),
    (OURS, "DATA", "554", "No"),
    (OURS, "RCPT", "501 5.5.4", "Syntax error in parameters"),
    (OURS, "RCPT", "503", "Bad sequence of commands"),
    (OURS, "RCPT", "555", "Parameters not recognised"),
    # The address is gone.
    (HARD, "RCPT", "550 5.1.1", "Recipient address rejected: User unknown in virtual mailbox table"),
    (HARD, "RCPT", "550 5.1.2", "Bad destination system"),
    (HARD, "RCPT", "553 5.1.3", "Bad destination mailbox address syntax"),
    (HARD, "RCPT", "550 5.1.6", "Mailbox has moved"),
    (HARD, "RCPT", "550 5.1.10", "RESOLVER.ADR.RecipientNotFound"),
    (HARD, "RCPT", "550 5.2.1", "The account has been disabled"),
    (HARD, "the final dot", "550 5.1.1", "No such user"),
    (HARD, "the final dot", "550", "User unknown"),
    (HARD, "RCPT", "550", "No such user here"),
    (HARD, "RCPT", "550", "anna@example.org: Recipient does not exist"),
    (HARD, "RCPT", "550 5.5.0", "Requested action not taken: mailbox unavailable"),
    (HARD, "RCPT", "554", "delivery error: This user doesn't have a example.com account"),
    (HARD, "RCPT", "550 5.4.1", "Recipient address rejected: unknown user"),
    # The address takes none for a while.
    (SOFT, "RCPT", "552 5.2.2", "The email account is over quota"),
    (SOFT, "RCPT", "552 5.2.3", "Message size exceeds limit"),
    (SOFT, "the final dot", "552 5.3.4", "Message too big"),
    (SOFT, "RCPT", "552", "Mailbox full"),
    (SOFT, "the final dot", "552", "Quota exceeded"),
    (SOFT, "the final dot", "552 5.2.2", "Nee"),
    (SOFT, "RCPT", "550 5.4.1", "Recipient address rejected: Access denied"),
    (SOFT, "RCPT", "554", "Transaction failed"),
    (SOFT, "RCPT", "550", "Nee"),
]


@pytest.mark.parametrize(("scope", "step", "code", "words"), REPLIES, ids=str)
def test_what_it_is_about(scope: Scope, step: str, code: str, words: str) -> None:
    assert scope_of(code, words, step) is scope


codes = st.from_regex(r"[45][0-9]{2}( [45]\.[0-9]{1,3}\.[0-9]{1,3})?", fullmatch=True)
steps = st.sampled_from(["MAIL", "RCPT", "DATA", "the final dot", "a dot alone", "RSET"])


@given(codes, st.text(max_size=80), steps)
def test_whatever_is_said_is_about_something(code: str, words: str, step: str) -> None:
    scope = scope_of(code, words, step)

    if code[0] == "4":
        assert scope in {SESSION, ROW, SOFT}
    else:
        assert scope in {OURS, HARD, SOFT}


@given(st.from_regex(r"5[0-9]{2} 5\.7\.[0-9]{1,3}", fullmatch=True), st.text(max_size=80), steps)
def test_a_policy_never_costs_a_reader_his_place(code: str, words: str, step: str) -> None:
    """5.7 is an opinion of us; a whole provider can hold it at once."""
    assert scope_of(code, f"{words} user unknown", step) is OURS


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code.pattern)
def test_no_rule_can_be_taken_away(rule: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsletter.delivery.scopes.RULES", tuple(other for other in RULES if other is not rule))

    def judged(reply: tuple[Scope, str, str, str]) -> bool:
        scope, step, code, words = reply
        try:
            return scope_of(code, words, step) is scope
        except StopIteration:
            return False

    assert not all(map(judged, REPLIES))


@pytest.mark.parametrize("words", ["user " * 100, "u" * 512, "does not have an " * 30, "relaying access " * 32])
def test_a_long_reply_is_judged_in_no_time(words: str) -> None:
    """No pattern runs wild on what a server says, of which 512 characters are looked at."""
    began = time.process_time()
    for _ in range(10):
        scope_of("550", words, "RCPT")

    assert time.process_time() - began < 0.5
