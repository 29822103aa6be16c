#!/usr/bin/env python3
"""Picture a mail or a page with Chromium, the engine of most browsers: the whole document."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clients.mail_html import embed_images, html_of, picture_options, usage_fault
else:  # run as a script, its own folder is where Python looks
    from mail_html import embed_images, html_of, picture_options, usage_fault

NEEDS = "run with the project's python (it has playwright), after: apt-get install chromium-headless-shell"
LOAD_TIMEOUT_MS = 30_000


def shoot(html: str, out: Path, width_px: int, *, dark: bool, program: str, density: int = 1) -> int:
    """Write the picture of `html` to `out`, `density` dots for each pixel; give the document's width in pixels."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # absent: main says how to get it

    with sync_playwright() as playwright:
        # Chromium has no sandbox for root, as in a container; the page has neither network nor scripts.
        # An offline page still opens connections ahead of its requests; port 9 of this machine refuses those.
        browser = playwright.chromium.launch(
            executable_path=program,
            chromium_sandbox=False,
            proxy={"server": "http://127.0.0.1:9", "bypass": "<-loopback>"},
        )
        context = browser.new_context(
            viewport={"width": width_px, "height": 200},
            device_scale_factor=density,
            color_scheme="dark" if dark else "light",
            java_script_enabled=False,
            offline=True,
        )
        page = context.new_page()
        page.set_content(html, timeout=LOAD_TIMEOUT_MS)
        page.screenshot(path=out, full_page=True, timeout=LOAD_TIMEOUT_MS)
        document_px = int(page.evaluate("document.documentElement.scrollWidth"))
        browser.close()
    return document_px


def main() -> int:
    """Exit 0 with a picture; 1 when the document overflows its width; 2 on a wrong call."""
    options = picture_options(__doc__).parse_args()
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if not (program and importlib.util.find_spec("playwright")):
        return usage_fault(f"chromium.py: {NEEDS}")
    html = embed_images(html_of(options.file), options.images)
    document_px = shoot(html, options.out, options.width, dark=options.dark, program=program)
    if document_px > options.width:
        sys.stderr.write(f"chromium.py: {document_px} px wide: does not fit in {options.width} px\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
