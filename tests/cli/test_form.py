"""`newsletter form`: a form for another website."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.commands import Newsletter

FORM = """\
<form action="https://proef.example/subscribe/" method="post">
  <input type="hidden" name="lang" value="nl">
  <label for="newsletter-email">Je mailadres</label>
  <input id="newsletter-email" name="email" type="email" required maxlength="254" autocomplete="email">
  <button>Aanmelden</button>
</form>
"""


def test_the_form_is_printed_ready_to_paste(newsletter: Newsletter, workspace: Path) -> None:
    assert newsletter("form").out == FORM


def test_it_speaks_each_language_of_the_newsletter(newsletter: Newsletter, workspace: Path) -> None:
    told = newsletter("form", "--language", "en", "--json").document

    assert told["language"] == "en"
    assert "<button>Subscribe</button>" in told["html"]


def test_another_language_is_refused(newsletter: Newsletter, workspace: Path) -> None:
    ran = newsletter("form", "--language", "de")

    assert ran.status == 2
    assert ran.err == 'error: "de" is not among the newsletter\'s languages, nl, en\n'
