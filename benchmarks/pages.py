"""Judge the pages of the archive: Lighthouse in four categories, and the W3C's checker of HTML and CSS.

    python benchmarks/pages.py [--workspace DIR] [--json]

They come from npm, into benchmarks/quality and benchmarks/w3c, and need Chromium and Java.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import w3c
from benchmarks.measure.peer import QUALITY, W3C, MissingError, install

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
COMMAND = Path(sys.executable).with_name("newsletter")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
GOAL = 100


class FailedError(Exception):
    """A program did not do its work."""


def pages_of(site: Path) -> list[str]:
    """Return the paths of one page of each kind that the site has."""
    folders = ("p", "episodes", "issues", "tips", "tools", "tags")
    inner = (sorted((site / folder).glob("*/index.html"))[-1:] or [site / folder / "index.html"] for folder in folders)
    found = [site / "index.html", *(page for pages in inner for page in pages if page.is_file())]
    return [page.relative_to(site).as_posix().removesuffix("index.html") for page in found]


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a site on this machine; give its address."""
    command: list[str | Path] = [COMMAND, "archive", "serve", "--out", site, "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            lines = iter(process.stdout.readline, "}\n") if process.stdout else ()
            yield json.loads("".join([*lines, "}"]))["url"]
        finally:
            process.terminate()


def scores(address: str) -> dict[str, int]:
    """Return what Lighthouse gives a page in each category, of 100.

    Raises:
        FailedError: it could not look at it.
    """
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
    flags = "--chrome-flags=--headless=new --no-sandbox --disable-gpu"
    command = [QUALITY / "node_modules" / ".bin" / "lighthouse", address, "--quiet", "--output=json", flags]
    report = json.loads(_run([*command, f"--only-categories={','.join(CATEGORIES)}"], QUALITY, CHROME_PATH=chromium))
    found = {name: report["categories"][name]["score"] for name in CATEGORIES}
    if None in found.values():
        message = f"Lighthouse saw too little of {address} to judge it: this machine is too busy. Run it again."
        raise FailedError(message)
    return {name: round(100 * score) for name, score in found.items()}


def checked_files(site: Path) -> list[str]:
    """Return the names of the pages and the style sheets of a site; the index of the search is not ours."""
    files = (path.relative_to(site) for path in site.rglob("*") if path.suffix in {".html", ".css"})
    return [path.as_posix() for path in files if path.parts[0] != "search"]


def _run(command: Sequence[object], folder: Path, **environment: str) -> str:
    known = {**os.environ, **environment}
    try:
        done = subprocess.run(
            list(map(str, command)), cwd=folder, env=known, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        message = f"{command[0]}: {error} {getattr(error, 'stderr', '') or ''}"
        raise FailedError(message) from error
    return done.stdout


def judge(workspace: Path, site: Path) -> dict[str, Any]:
    """Build the archive, and return what is found of it.

    Raises:
        FailedError: a program did not do its work.
        MissingError: a program is missing.
    """
    _run([COMMAND, "archive", "build", "--future", "--out", site, "-C", workspace], workspace)
    with served(site) as address:
        pages = {path or "/": scores(f"{address}{path}") for path in pages_of(site)}
    return {"pages": pages, "faults": [": ".join(fault) for fault in w3c.faults(site, checked_files(site))]}


def main() -> int:
    """Judge, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--workspace", metavar="DIR", type=Path, default=ROOT, help="whose archive (this repository's)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    try:
        install(QUALITY)
        install(W3C)
        with tempfile.TemporaryDirectory() as scratch:
            found = judge(options.workspace.resolve(), Path(scratch) / "site")
    except (FailedError, MissingError) as error:
        print(error, file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(found, indent=2))
        return 0
    width = max(map(len, found["pages"]))
    print(f"{'':{width}}  {'  '.join(CATEGORIES)}")
    for path, by_name in found["pages"].items():
        values = "  ".join(f"{by_name[name]:{len(name)}}" for name in CATEGORIES)
        print(f"{path:{width}}  {values}  {'met' if min(by_name.values()) >= GOAL else 'NOT MET'}")
    print(f"\nerrors in HTML and CSS: {len(found['faults'])}")
    print("\n".join(found["faults"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
