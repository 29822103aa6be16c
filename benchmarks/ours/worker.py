"""The Python side of the measurement: a process that makes a mail when it is asked to, one JSON document per line.

    {"do": "frame", "text": "…"}            → what the peer needs to make the same mail
    {"do": "watch"}                         time each stage from now on
    {"do": "render", "text": "…"}           → {"seconds": …, "cpu_s": …, "stages": {…}, "html": "…", "text": "…"}
    {"do": "render", …, "accent": "#…"}     in this colour, so that nothing that was kept of an earlier mail fits

Its argument is the issue's file.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.ours.frame import frame
from benchmarks.ours.mail import Mailer
from benchmarks.ours.stages import Clock, watch

if TYPE_CHECKING:
    from collections.abc import Mapping


def answers() -> None:
    """Answer requests until there are no more."""
    mailer = Mailer(Path(sys.argv[1]).resolve())
    clock = Clock()
    for line in sys.stdin:
        request = json.loads(line)
        answer: dict[str, Any] = {}
        if request["do"] == "frame":
            answer = frame(mailer, request["text"])
        elif request["do"] == "watch":
            clock = watch(mailer)
        else:
            answer = _render(mailer, clock, request)
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()


def _render(mailer: Mailer, clock: Clock, request: Mapping[str, Any]) -> dict[str, Any]:
    clock.seconds.clear()
    start, busy_s = time.perf_counter(), time.process_time()
    html, text = mailer.render(request["text"], request.get("accent", ""), request.get("radius_px", 0))
    seconds, cpu_s = time.perf_counter() - start, time.process_time() - busy_s
    rest = {"rest": seconds - sum(clock.seconds.values())}
    return {"seconds": seconds, "cpu_s": cpu_s, "stages": clock.seconds | rest, "html": html, "text": text}


if __name__ == "__main__":
    answers()
