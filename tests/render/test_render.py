"""What the room gives to others: mails are imported when they are asked for, and nothing else is there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from newsletter import render

OF_MAILS = ("newsletter.render.email", "newsletter.render.mjml", "newsletter.render.inline")


def test_every_name_that_is_promised_is_there() -> None:
    assert {name for name in render.__all__ if not hasattr(render, name)} == set()


def test_no_other_name_is() -> None:
    with pytest.raises(AttributeError, match=r"module 'newsletter.render' has no attribute 'render_fax'"):
        render.render_fax  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize("user", ["archive", "web.public"])
def test_pages_are_made_without_what_makes_mails(user: str) -> None:
    code = f"import sys, newsletter.{user}\nprint(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(OF_MAILS) & set(ran.stdout.split())
