"""Where the time goes: a clock for the functions that do the work of each stage."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from newsletter.issue.markdown import parse, to_html, typographic
from newsletter.issue.parse import parse_issue
from newsletter.render import Theme, fill
from newsletter.render.content_css import lint_css
from newsletter.render.expressions import check_fields
from newsletter.render.inline import inline_document, inline_fragments
from newsletter.render.mjml import compile_mjml
from newsletter.render.mjml_lint import lint_mjml
from newsletter.render.personal import place_in_html, place_in_text
from newsletter.render.text import to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from benchmarks.ours.mail import Mailer

    Work = Callable[..., object]

STAGES: Mapping[str, tuple[Work, ...]] = {
    "read": (parse_issue,),
    "Markdown": (parse, typographic, to_html),
    "MJML lint": (lint_mjml,),
    "MJML": (compile_mjml,),
    "CSS lint": (lint_css,),
    "premailer": (inline_document, inline_fragments),
    "plain text": (to_text,),
    "fields": (check_fields, place_in_html, place_in_text, fill),
}
"""The functions of each stage. Jinja is timed at the theme; what is in none of them is "rest"."""

_P = ParamSpec("_P")
_R = TypeVar("_R")


class Clock:
    """Adds up what each stage takes, without the stages within it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._within = [0.0]

    def timed(self, stage: str, work: Callable[_P, _R]) -> Callable[_P, _R]:
        """Return the same work, timed."""

        def measured(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            self._within.append(0.0)
            start = time.perf_counter()
            try:
                return work(*args, **kwargs)
            finally:
                seconds = time.perf_counter() - start
                self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds - self._within.pop()
                self._within[-1] += seconds

        return measured


@dataclass(frozen=True)
class _TimedTheme(Theme):
    clock: Clock = field(default_factory=Clock)

    def render(self, name: str, language: str, context: Mapping[str, object]) -> str:
        stage = "plain text" if name.startswith("text/") else "Jinja"
        return self.clock.timed(stage, super().render)(name, language, context)


def watch(mailer: Mailer) -> Clock:
    """Time every stage of this process's rendering from now on."""
    clock = Clock()
    for stage, functions in STAGES.items():
        for function in functions:
            _replace(function, clock.timed(stage, function))
    theme = mailer.workspace.theme
    mailer.use(_TimedTheme(theme.folders, theme.kinds, theme.stamp, clock))
    return clock


def _replace(function: Work, other: Work) -> None:
    """Put another function in the place of one, in every module that calls it by name."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("newsletter.", "benchmarks.")):
            for key in [key for key, value in vars(module).items() if value is function]:
                setattr(module, key, other)
