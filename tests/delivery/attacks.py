"""Values that would break out of a header or a command."""

from __future__ import annotations

ATTACKS = (
    "\r\nBcc: evil@bad.test",
    "\nBcc: evil@bad.test",
    "\rBcc: evil@bad.test",
    "\r\n\r\n<script>",
    "\x0bBcc: a@b.test",
    "\x85Bcc: a@b.test",
    "\u2028Bcc: a@b.test",
    "=?utf-8?q?=0D=0ABcc:_evil@bad.test?=",
    "=?utf-8?b?DQpCY2M6IGV2aWxAYmFkLnRlc3Q=?=",
    "Evil, <evil@bad.test>",
    '" <evil@bad.test>, "',
    "evil@bad.test, ",
    "a:b;",
    "(comment) ",
    "\\",
    '"',
    "\0",
    "\ud800",
    "\u202e",
    "=_",
    "--",
    "é" * 70,
    "x" * 1200,
    " " * 90,
    "\t",
)
