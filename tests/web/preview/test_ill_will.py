"""An issue and templates from somebody who means no good, in the page of the preview."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import add_issue
from tests.web.preview.desks import NAME, save
from tests.web.preview.pages import opened

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.web.preview.desks import Running

pytestmark = pytest.mark.browser

HOSTILE = """\
<mj-section><mj-column><mj-text>Kwaad {{ block.body }}</mj-text></mj-column></mj-section>
<mj-raw>
<script>parent.document.title = "owned"; alert(1)</script>
<img src="x" onerror="parent.alert(2)" onclick="parent.alert(3)" />
<svg onload="parent.alert(4)"><script>parent.alert(5)</script></svg>
<a id="link" href="javascript:parent.alert(6)" target="_top">klik</a>
<a id="away" href="https://evil.example/" target="_blank">weg</a>
<form id="form" action="https://evil.example/" method="post"><button id="send">stuur</button></form>
<iframe src="https://evil.example/"></iframe>
<object data="https://evil.example/"></object>
<link rel="stylesheet" href="https://evil.example/x.css" />
<style>@import url("https://evil.example/y.css"); @font-face { font-family: x; src: url(https://evil.example/z); }
body { font-family: x }</style>
<meta http-equiv="refresh" content="0; url=https://evil.example/" />
<base href="https://evil.example/" />
<audio src="https://evil.example/a.mp3" autoplay="autoplay"></audio>
</mj-raw>
"""


def test_an_issue_and_templates_of_ill_will_do_nothing(chromium: Browser, root: Path, preview: Running) -> None:
    template = root / "templates/email/blocks/tip/email.mjml.j2"
    template.parent.mkdir(parents=True)
    save(template, HOSTILE)
    payload = "<script>parent.alert(7)</script> <img src=x onerror=parent.alert(8)> {{ subscriber.first_name }}"
    add_issue(root, NAME, f"::: tip {{#x}} {payload}\n{payload}\n:::\n", subject='"<script>alert(9)</script>"')
    with opened(chromium, preview) as desk:
        desk.mail_says("Kwaad")
        desk.says("h1", "<script>alert(9)</script>")
        for name in ("#link", "#away", "#send", "img >> nth=0"):
            desk.frame().locator(name).dispatch_event("click")
        for key in ("3", "4", "5", "6", "2", "1"):
            desk.press(key)
        desk.mail_says("Kwaad")
        assert desk.page.title() == "<script>alert(9)</script>"
        assert desk.page.url.startswith(preview.url)
        assert len(desk.page.context.pages) == 1
        # The policy says what it held back, and the picture x is not there.
        held_back = re.compile("Content Security Policy|sandboxed|Blocked|404")
        assert [what for what in desk.complaints if not held_back.search(what)] == []
