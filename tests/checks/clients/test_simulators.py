"""The mails of this newsletter in other programs: as a reviewer approved them, and with all their words."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.checks.clients import as_gmail, as_outlook, inverted
from tests.checks.clients.seen import words_of
from tests.golden_files import GOLDEN, hold
from tests.render.hostile import TEXTS
from tests.render.outlook import as_outlook_reads
from tests.render.payloads import ATTACKS

if TYPE_CHECKING:
    from collections.abc import Callable

SIMULATORS: dict[str, Callable[[str], str]] = {
    "gmail": as_gmail,
    "gmail-foreign": partial(as_gmail, is_foreign_account=True),
    "gmail-dark": partial(inverted, program="gmail"),
    "outlook": as_outlook,
    "outlook-dark": partial(inverted, program="outlook"),
}
MAILS = sorted(path.stem for path in (GOLDEN / "email").glob("*.html"))
TAGS = st.sampled_from(
    [*ATTACKS, "<p style='", "<td style=color:red>", "</td>", "<style>", "</style>", "<!--[if mso]>", "<![endif]-->"]
)


def mail(name: str) -> str:
    return (GOLDEN / "email" / f"{name}.html").read_text("utf-8")


@pytest.mark.parametrize("name", SIMULATORS)
def test_a_mail_is_as_a_reviewer_approved_it(name: str, *, update_golden: bool) -> None:
    hold(GOLDEN / "clients" / f"asml-{name}.html", SIMULATORS[name](mail("asml")), update=update_golden)


@pytest.mark.parametrize("program", SIMULATORS)
@pytest.mark.parametrize("name", MAILS)
def test_all_words_stay(name: str, program: str) -> None:
    html = mail(name)
    expected = words_of(as_outlook_reads(html) if program == "outlook" else html)
    assert len(expected) > 30
    assert Counter(expected) - Counter(words_of(SIMULATORS[program](html))) == Counter()


@pytest.mark.parametrize("program", SIMULATORS)
@given(html=st.lists(TEXTS | TAGS, max_size=12).map("".join))
def test_whatever_the_html_something_comes_of_it(program: str, html: str) -> None:
    seen = SIMULATORS[program](html)
    assert seen.startswith("<!DOCTYPE html>\n<html")
    assert seen.rstrip().endswith("</html>")
