"""What the log of a Postfix proves, and what it does not."""

from __future__ import annotations

from newsletter.sending.evidence import taken

ANNA, BRAM = "<token1.asml@aireport.example>", "<token2.asml@aireport.example>"
READ = "Nov 27 01:02:03 mail postfix/cleanup[812]: 4XyZ1b2C3d: message-id="
QUEUED = "postfix/qmgr[801]: 4XyZ1b2C3d: from=<b+token1@aireport.example>, size=61712, nrcpt=1 (queue active)\n"
LATER = "Nov 27 01:02:04 mail "


def test_what_was_queued_was_taken() -> None:
    log = [f"{READ}{ANNA}\n", LATER + QUEUED]
    assert taken(log, {ANNA, BRAM}) == {ANNA}


def test_what_was_only_read_may_have_been_cut_off() -> None:
    assert taken([f"{READ}{ANNA}\n", LATER + QUEUED.replace("4XyZ1b2C3d", "another")], {ANNA}) == set()


def test_an_id_of_the_queue_that_is_used_again_proves_nothing_of_the_one_before() -> None:
    assert taken([f"{READ}{ANNA}\n", f"{READ}<other@example.org>\n", LATER + QUEUED], {ANNA}) == set()


def test_others_mail_and_other_lines_are_passed_over() -> None:
    log = [
        f"{READ}<other@example.org>\n",
        f"{LATER}postfix/smtpd[1]: 4XyZ1b2C3d: client=localhost[127.0.0.1]\n",
        LATER + QUEUED,
        LATER + QUEUED.replace("(queue active)", "(queue active) said by a sender"),
        "",
    ]
    assert taken(log, {ANNA}) == set()


def test_an_instance_of_another_name_is_one_too() -> None:
    assert taken([f"{READ}{ANNA}\n".replace("postfix/", "postfix-out/"), "postfix-out/" + QUEUED[8:]], {ANNA}) == {ANNA}
