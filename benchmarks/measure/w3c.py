"""The W3C's checker of HTML and CSS, which runs in Java."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import unquote

from benchmarks.measure.peer import W3C, MissingError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

JAR = W3C / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
_STACK = "-Xss4m"
"""For the grammar of HTML, which it goes through in depth."""
_QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""It runs for two seconds: there is nothing to gain from better code or more threads."""


def is_here() -> bool:
    """Tell whether there is a Java, and the checker."""
    return bool(shutil.which("java")) and JAR.is_file()


def faults(folder: Path, names: Iterable[str]) -> list[tuple[str, str]]:
    """Return the errors in pages and style sheets: each the file's name, below `folder`, and what the checker says.

    Raises:
        MissingError: there is no Java, or no checker.
    """
    if not is_here():
        message = "The checker of pages needs Java (apt-get install default-jre-headless) and npm ci in benchmarks/w3c."
        raise MissingError(message)
    options = ("--errors-only", "--also-check-css", "--format", "json", "--exit-zero-always", "--stdout")
    command = ["java", _STACK, *_QUICK, "-jar", str(JAR), *options, *sorted(names)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)["messages"]
    top = f"file:{folder.resolve()}/"
    return [(unquote(message["url"]).removeprefix(top), message["message"]) for message in found]
