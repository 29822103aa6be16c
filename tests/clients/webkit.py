#!/usr/bin/python3
"""Picture a mail or a page with WebKitGTK, the nearest free relative of Apple Mail: the whole document."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import select
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.clients.mail_html import embed_images, html_of, picture_options, usage_fault
else:  # run as a script, its own folder is where Python looks
    from mail_html import embed_images, html_of, picture_options, usage_fault

PACKAGES = "xvfb gir1.2-webkit2-4.1 python3-gi python3-gi-cairo"
LOAD_TIMEOUT_S = 30
DISPLAY_TIMEOUT_S = 15


def programs_are_there() -> bool:
    """Tell whether all of `PACKAGES` is installed, and choose the versions of GTK and WebKitGTK."""
    if not (shutil.which("Xvfb") and importlib.util.find_spec("gi") and importlib.util.find_spec("gi._gi_cairo")):
        return False
    try:
        for name, version in (("Gtk", "3.0"), ("WebKit2", "4.1")):
            importlib.import_module("gi").require_version(name, version)
    except ValueError:
        return False
    return True


@contextlib.contextmanager
def virtual_display() -> Iterator[str]:
    """Run an X server in memory and give its name, such as `:3`."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1024x768x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        # The server writes its number once it answers: the event to wait for.
        if not select.select([reading], [], [], DISPLAY_TIMEOUT_S)[0]:
            raise TimeoutError(f"Xvfb did not start within {DISPLAY_TIMEOUT_S} s")
        yield ":" + os.read(reading, 16).decode().strip()
    finally:
        os.close(reading)
        server.terminate()
        server.wait()


def shoot(html: str, out: Path, width_px: int) -> str | None:
    """Write the picture of `html` to `out`; give what went wrong, or None."""
    # Not at the top: GTK opens the display while it is imported.
    glib, gtk, webkit = (importlib.import_module(f"gi.repository.{name}") for name in ("GLib", "Gtk", "WebKit2"))
    context = webkit.WebContext.new_ephemeral()
    # Port 9 of this machine refuses at once, so nothing that the mail names is ever asked for.
    nowhere = webkit.NetworkProxySettings.new("http://127.0.0.1:9", None)
    context.get_website_data_manager().set_network_proxy_settings(webkit.NetworkProxyMode.CUSTOM, nowhere)
    view = webkit.WebView.new_with_context(context)
    view.get_settings().set_hardware_acceleration_policy(webkit.HardwareAccelerationPolicy.NEVER)
    window = gtk.OffscreenWindow()
    window.set_default_size(width_px, 200)
    window.add(view)
    window.show_all()
    faults: list[str] = []
    loop = glib.MainLoop()

    def stop(fault: str | None = None) -> None:
        if fault:
            faults.append(fault)
        loop.quit()

    def drawn(_view: object, result: object) -> None:
        surface = view.get_snapshot_finish(result)
        surface.write_to_png(str(out))
        stop(
            f"the document is {surface.get_width()} px wide: it does not fit in {width_px} px"
            if surface.get_width() > width_px
            else None
        )

    def loaded(_view: object, event: object) -> None:
        if event == webkit.LoadEvent.FINISHED:
            region, plain = webkit.SnapshotRegion.FULL_DOCUMENT, webkit.SnapshotOptions.NONE
            view.get_snapshot(region, plain, None, drawn)

    view.connect("load-changed", loaded)
    view.connect("web-process-terminated", lambda *_: stop("the web process ended"))
    glib.timeout_add_seconds(LOAD_TIMEOUT_S, lambda: stop(f"no picture within {LOAD_TIMEOUT_S} s"))
    view.load_html(html, "about:blank")
    loop.run()
    return faults[0] if faults else None


def main() -> int:
    """Exit 0 with a picture; 1 when it overflows its width or could not be made; 2 on a wrong call."""
    options = picture_options(__doc__).parse_args()
    if not programs_are_there():
        return usage_fault(f"webkit.py: run with the system's python3, after: apt-get install {PACKAGES}")
    html = embed_images(html_of(options.file), options.images)
    with virtual_display() as display:
        os.environ.update(DISPLAY=display, GDK_BACKEND="x11", NO_AT_BRIDGE="1")
        os.environ["GTK_THEME"] = "Adwaita:dark" if options.dark else "Adwaita"
        fault = shoot(html, options.out, options.width)
    if fault:
        sys.stderr.write(f"webkit.py: {fault}\n")
    return 1 if fault else 0


if __name__ == "__main__":
    sys.exit(main())
