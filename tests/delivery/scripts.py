"""The parts of a script for `ScriptedServer`: a good mail server, up to where it stops to be one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.delivery.letters import message
from tests.delivery.servers import Line, ScriptedServer, deliver, smtp, smtp_settings

if TYPE_CHECKING:
    from newsletter.model import Outcome
    from tests.delivery.servers import Script

LARGE = b"Subject: x\r\n\r\n" + b"A line of a large message.\r\n" * 400_000
"""More than the buffers between two programs hold, so that a break is noticed before the dot."""

ENVELOPE = (("MAIL", "250 ok"), ("RCPT", "250 ok"), ("DATA", "354 go on"))


class Server:
    """What a good server says, and the extensions that it offers."""

    def __init__(self, *extensions: str) -> None:
        self.extensions = extensions

    @property
    def reads_ahead(self) -> bool:
        return "PIPELINING" in self.extensions

    def greet(self, line: Line) -> None:
        line.say("220 mail.example")
        line.hear("EHLO aireport.example")
        lines = ["mail.example", *self.extensions]
        line.say(*(f"250-{words}" for words in lines[:-1]), f"250 {lines[-1]}")

    def go_to(self, line: Line, step: str) -> None:
        """Play along until the answer to `step` is due."""
        self.greet(line)
        self.go_on_to(line, step)

    def go_on_to(self, line: Line, step: str) -> None:
        for command, reply in ENVELOPE:
            line.hear(command)
            if command == step:
                return
            line.say(reply)
        line.hear_content()

    def refuse(self, line: Line, step: str, reply: str) -> None:
        """Refuse at a step, and whatever was written ahead of the answer with it."""
        self.go_on_to(line, step)
        line.say(reply)
        if self.reads_ahead and step in {"MAIL", "RCPT"}:
            for command in {"MAIL": ("RCPT", "DATA"), "RCPT": ("DATA",)}[step]:
                line.hear(command)
                line.say("503 5.5.1 no valid recipients")

    def accept(self, line: Line) -> None:
        """Take one message as a good server does, up to the goodbye."""
        self.go_to(line, "dot")
        line.say("250 2.0.0 taken")
        line.hear("QUIT")
        line.say("221 bye")


def outcomes(*scripts: Script, **patience: float) -> list[Outcome]:
    """Give a server with one script for each connection as many messages as there are scripts."""
    with ScriptedServer(*scripts) as server:
        return deliver(smtp(smtp_settings(server.port), patience=patience), *([message()] * len(scripts)))
