"""The rules on the finished mail stand at the block that they are about."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from newsletter.checks.clients.programs import PROGRAMS
from newsletter.checks.clients.rules import client_support, contrast
from newsletter.config.settings import CLIENTS
from newsletter.model import Conditional, Context, Hole, PersonalField, Position
from tests.checks.drafts import FRONT, SETTINGS, WORDS, material

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from newsletter.checks import Material, Remark
    from newsletter.model import Segments

ISSUE = f"""{FRONT}{WORDS}
::: tip {{#een}} Een tip
Doe dit **niet** te vaak.
:::
"""
TIP = "issues/2026-11-24-proef.md:11:1"
FIELD = PersonalField("subscriber.first_name", Position("issues/2026-11-24-proef.md", 3))


def remarks(rule: Callable[[Material], Iterator[Remark]], html: Segments | None = None) -> list[str]:
    made = material(ISSUE)
    if html is not None:
        assert made.email
        made = dataclasses.replace(made, email=dataclasses.replace(made.email, html=html))
    return [f"{position}: {message}" for position, message in rule(made)]


def test_what_a_program_does_not_show_stands_at_its_block() -> None:
    (found,) = remarks(client_support, ('<div style="display:flex">Doe dit <b>niet</b></div>',))
    assert found == (
        f"{TIP}: Outlook on Windows does not show display:flex: boxes stand below each other, in their full width"
    )


def test_what_stands_in_no_block_is_about_the_frame() -> None:
    (found,) = remarks(client_support, ("<video></video>",))
    assert found.startswith("templates/email/mail.mjml.j2: Gmail, ")


def test_a_colour_that_cannot_be_read_is_called_by_its_name_in_the_settings() -> None:
    muted = SETTINGS.theme.light.muted
    (found,) = remarks(contrast, (f'<p style="background:#999999;color:{muted}">Een tip</p>',))
    assert found == (
        f'{TIP}: "Een tip" can hardly be read: theme.light.muted ({muted}) on #999999 has a contrast of 2.2, '
        "and needs 4.5; change one of the two"
    )


def test_dark_screens_are_looked_at_as_well_and_each_pair_once() -> None:
    html = "<style>@media (prefers-color-scheme:dark){p{color:#cccccc}}</style><p>Een tip</p><p>niet</p>"
    (found,) = remarks(contrast, (html,))
    assert found == (
        f'{TIP}: "Een tip" can hardly be read on a dark screen: #cccccc on #ffffff has a contrast of 1.6, '
        "and needs 4.5; change one of the two"
    )


def test_what_only_some_readers_get_is_looked_at_as_well() -> None:
    grey = Conditional(FIELD, ('<p style="color:#cccccc">Een tip ', Hole(FIELD, Context.HTML), "</p>"))
    assert len(remarks(contrast, ("<p>a</p>", grey))) == 1


def test_a_mail_that_could_not_be_made_has_nothing_to_look_at() -> None:
    made = dataclasses.replace(material(ISSUE), email=None)
    assert [*client_support(made), *contrast(made)] == []


def test_the_settings_name_the_programs_that_are_known() -> None:
    assert tuple(PROGRAMS) == CLIENTS
