"""Every examination there is, in one table, and the running of them: side by side, each with a deadline."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING

from newsletter.doctor.database import examine_database, is_served
from newsletter.doctor.examined import Examined, unknown
from newsletter.doctor.files import examine_modes
from newsletter.doctor.names import UnansweredError
from newsletter.doctor.outside import Outside
from newsletter.doctor.sender import examine_answers, examine_dmarc, examine_reverse, examine_spf
from newsletter.doctor.signature import examine_signature
from newsletter.doctor.site import (
    examine_discussion,
    examine_one_click,
    examine_plain_http,
    examine_site,
    has_isso,
)
from newsletter.doctor.transport import examine_transport
from newsletter.doctor.workspace import examine_packages, examine_settings, examine_templates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from newsletter.config import Settings

MOST_S = 30.0
"""For all of them; an examination that takes longer is told as one that could not be made."""

Look = Callable[["Settings", Outside], tuple[Examined, ...]]


@dataclass(frozen=True, slots=True)
class Examination:
    """One line of the table."""

    group: str
    name: str
    """What it is called where it could not be made."""
    look: Look
    """May raise UnansweredError where no name server answers; any other error is a bug."""
    is_outside: Callable[[Settings], bool] = lambda _: False
    """Whether it asks other machines, under these settings."""
    applies: Callable[[Settings], bool] = lambda _: True
    """Whether these settings have what it looks at."""


def _always(_settings: Settings) -> bool:
    return True


def _by_smtp(settings: Settings) -> bool:
    return settings.delivery.transport == "smtp"


HERE, SERVER, SENDER, SITE = "The workspace", "The way of the mail", "The sender in the DNS", "The site"

EXAMINATIONS = (
    Examination(HERE, "settings", examine_settings),
    Examination(HERE, "templates", examine_templates),
    Examination(HERE, "packages", examine_packages),
    Examination(HERE, "database", examine_database, is_outside=is_served),
    Examination(HERE, "files", examine_modes),
    Examination(SERVER, "log-in", examine_transport, is_outside=_by_smtp),
    Examination(SERVER, "PTR of the server", examine_reverse, is_outside=_always),
    Examination(SENDER, "SPF", examine_spf, is_outside=_always),
    Examination(SENDER, "DKIM", examine_signature, is_outside=_always),
    Examination(SENDER, "DMARC", examine_dmarc, is_outside=_always),
    Examination(SENDER, "MX", examine_answers, is_outside=_always),
    Examination(SITE, "site", examine_site, is_outside=_always),
    Examination(SITE, "http", examine_plain_http, is_outside=_always),
    Examination(SITE, "one-click", examine_one_click, is_outside=_always),
    Examination(SITE, "discussion", examine_discussion, is_outside=_always, applies=has_isso),
)


@dataclass(frozen=True, slots=True)
class Result:
    """What one line of the table found."""

    group: str
    rows: tuple[Examined, ...]


def examine(
    settings: Settings,
    outside: Outside,
    *,
    is_offline: bool = False,
    examinations: Sequence[Examination] = EXAMINATIONS,
    most_s: float = MOST_S,
) -> Iterator[Result]:
    """Make the examinations, all at once, and yield what each found in the order of the table.

    Args:
        settings: Those of the workspace; nothing of it is changed.
        outside: How others are reached.
        is_offline: Whether nobody is to be asked.
        examinations: Which ones.
        most_s: How long all of them may take together.
    """
    ends_at = time.monotonic() + most_s
    wanted = [examination for examination in examinations if examination.applies(settings)]
    begun = [(one, _begin(one, settings, outside, is_offline=is_offline)) for one in wanted]
    for examination, answers in begun:
        try:
            answer = answers.get(timeout=max(0.0, ends_at - time.monotonic()))
        except queue.Empty:
            answer = (unknown(examination.name, f"it took longer than {most_s:g} s"),)
        if isinstance(answer, BaseException):
            raise answer
        yield Result(examination.group, answer)


_Answers = queue.SimpleQueue[tuple[Examined, ...] | BaseException]


def _begin(examination: Examination, settings: Settings, outside: Outside, *, is_offline: bool) -> _Answers:
    answers: _Answers = queue.SimpleQueue()
    if is_offline and examination.is_outside(settings):
        answers.put((unknown(examination.name, "it asks other machines, and --offline asks none"),))
        return answers

    def work() -> None:
        try:
            answers.put(examination.look(settings, outside))
        except UnansweredError as nobody:
            answers.put((unknown(examination.name, str(nobody)),))
        except BaseException as bug:  # noqa: BLE001 - handed over to whoever waits
            answers.put(bug)

    # Nobody can end a thread that waits for a machine; one that comes too late is left behind.
    Thread(target=work, daemon=True).start()
    return answers
