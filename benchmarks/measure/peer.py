"""The peers: packages from npm, pinned in a folder of the benchmarks, installed there when they are not."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

PEER = Path(__file__).resolve().parent.parent / "peer"
PEER_PREVIEW = PEER.with_name("peer-preview")
"""Two development servers: 900 MB, which only the benchmark of the preview asks for."""
W3C = PEER.with_name("w3c")
"""The checker of pages."""
QUALITY = PEER.with_name("quality")
"""Lighthouse: 170 MB, which only the benchmark of pages asks for."""


class MissingError(Exception):
    """The peer is not installed and cannot be."""


def installed(folder: Path = PEER) -> dict[str, str]:
    """Return the version of each package, and of Node.js; empty where any is missing or another than is pinned."""
    node = shutil.which("node")
    if not node:
        return {}
    wanted: dict[str, str] = json.loads((folder / "package.json").read_bytes())["dependencies"]
    for name, pinned in wanted.items():
        manifest = folder / "node_modules" / name / "package.json"
        if not manifest.is_file() or json.loads(manifest.read_bytes())["version"] != pinned:
            return {}
    node_version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return {"node": node_version.strip().removeprefix("v"), **wanted}


def install(folder: Path = PEER) -> dict[str, str]:
    """Install the peer where it is not; return the versions.

    Raises:
        MissingError: there is no Node.js, or npm cannot install the packages.
    """
    versions = installed(folder)
    if versions:
        return versions
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        message = "This compares with programs in JavaScript: install Node.js 20 or newer, with npm, and run it again."
        raise MissingError(message)
    done = subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder, check=False)
    versions = installed(folder)
    if done.returncode or not versions:
        message = f"npm ci in benchmarks/{folder.name} ended with status {done.returncode}; see its words above."
        raise MissingError(message)
    return versions


def main() -> int:
    """Install what tests ask for, and say so, where it is not; exit 1 where it cannot be."""
    for folder in (PEER, W3C):
        if installed(folder):
            continue
        print(f"Installing the packages of benchmarks/{folder.name} with npm", flush=True)
        try:
            install(folder)
        except MissingError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
