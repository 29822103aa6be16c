"""Texts that try to be more than text, by what they aim at."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from tests.issue.any_text import families
from tests.render.payloads import ATTACKS, BAD_ADDRESSES

if TYPE_CHECKING:
    from collections.abc import Mapping

TEMPLATES = (
    "{{ 7*7 }}",
    "{{7*'7'}}",
    "{{ config }}",
    "{{ self.__init__.__globals__ }}",
    "{{ subscriber.__class__.__mro__ }}",
    "{{ ''.__class__.__base__.__subclasses__() }}",
    "{{ subscriber | attr('__class__') }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__['os'].environ }}",
    "{{ subscriber.first_name.format(1) }}",
    "{{ 'a' * 100000000 }}",
    "{{ range(100000000) | list }}",
    "{% for x in range(9) %}{{ x }}{% endfor %}",
    "{% include '/etc/passwd' %}",
    "{% raw %}{{ 7*7 }}{% endraw %}",
    "{# 7*7 #}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "*{7*7}",
    "[[${7*7}]]",
    "@(7*7)",
    "%{7*7}",
    "*|FNAME|*",
    "zq7w0z zq0w0z zq7f0z zq7fz",
    "zq000000000000h0z zq000000000000h90000z",
)

STYLES = (
    '" style="position:fixed;inset:0;background:red',
    "' style='background:url(//evil.example/x.png)",
    "</style><style>*{background:url(//evil.example/x.png)}</style>",
    "<style>@import url(//evil.example/x.css);</style>",
    "}*{background:url(//evil.example/x.png)}",
    "/*</style><svg onload=alert(1)>*/",
    "expression(alert(1))",
    "-moz-binding:url(//evil.example/x.xml#x)",
    "behavior:url(//evil.example/x.htc)",
    '<link rel=stylesheet href="//evil.example/x.css">',
    '<div style="background-image:url(//evil.example/x.png)">x</div>',
    "<style media=x onload=alert(1)></style>",
    "\\3c/style\\3e\\3cscript\\3e alert(1)",
    "x;}</style><script>alert(1)</script>",
)

PICTURES = (
    "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><a xlink:href='javascript:alert(1)'><text y=20>x</text></a></svg>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)/>#x'/></svg>",
    "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+)",
    "![x](data:image/png;base64,iVBORw0KGgo=)",
    "![x](x.svg)",
    "![x](//evil.example/x.png)",
    '![x](https://a.example/x.png"onerror="alert(1))',
    "![x](https://a.example/x.png 'x\" onerror=\"alert(1)')",
    '![x" onerror="alert(1)](https://a.example/x.png)',
    "[x](data:text/html,<script>alert(1)</script>)",
    "<img srcset='//evil.example/x.png 2x' src=x>",
    "<image href=//evil.example/x.png>",
    "<video poster=//evil.example/x.png><source onerror=alert(1)></video>",
)

FEEDS = (
    "<![CDATA[<p onclick=alert(1)>Aflevering 12</p>]]>",
    "&lt;p&gt;In deze aflevering&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;",
    "<p>In deze aflevering: <a href='javascript:alert(1)'>luister</a></p>",
    "<content:encoded><![CDATA[<iframe src=//evil.example></iframe>]]></content:encoded>",
    "<itunes:summary>x</itunes:summary><enclosure url='javascript:alert(1)' type='audio/mpeg'/>",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>",
    "]]></title></item></channel></rss><script>alert(1)</script>",
    "Gast: <b>Anna</b> & <img src=//evil.example/pixel.gif width=1 height=1>",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;",
    "&#x3c;script&#x3e;alert(1)&#x3c;/script&#x3e;",
    "Shownotes: https://evil.example/<script>alert(1)</script>",
    "00:00 intro\\n<script>alert(1)</script>",
)

HEADERS = (
    "x\r\nBcc: victim@example.org",
    "x\nBcc: victim@example.org",
    "x\rBcc: victim@example.org",
    "x\r\n\r\n<script>alert(1)</script>",
    "x\r\n.\r\nMAIL FROM:<a@example.org>",
    "=?utf-8?q?x=0D=0ABcc:_victim@example.org?=",
    "=?utf-8?b?DQpCY2M6IHZpY3RpbUBleGFtcGxlLm9yZw==?=",
    "x\u2028Bcc: victim@example.org",
    "x\u2029Bcc: victim@example.org",
    "x\x0bBcc: victim@example.org",
    "x\x0cBcc: victim@example.org",
    "x\x85Bcc: victim@example.org",
    "x\x00Bcc: victim@example.org",
    "Evil, <evil@example.org>, " + "x" * 80,
    '"x" <evil@example.org>',
    "x%0d%0aBcc: victim@example.org",
)

UNSEEN = (
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe",
    "\N{LEFT-TO-RIGHT OVERRIDE}x\N{POP DIRECTIONAL FORMATTING}",
    "\N{RIGHT-TO-LEFT EMBEDDING}<script>alert(1)</script>",
    "\N{RIGHT-TO-LEFT ISOLATE}x\N{POP DIRECTIONAL ISOLATE}",
    "a\N{ZERO WIDTH SPACE}b\N{ZERO WIDTH JOINER}c\N{WORD JOINER}d",
    "<scr\N{ZERO WIDTH SPACE}ipt>alert(1)</script>",
    "java\N{SOFT HYPHEN}script:alert(1)",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x00",
    "<scr\x00ipt>alert(1)</script>",
    "\x7f\x9b31m",
    "\ufeff<script>alert(1)</script>",
    "\ufffe\uffff",
    "\U000e0041\U000e0042",
    "e" + "\u0301" * 200,
    "\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}",
    "\N{FULLWIDTH LESS-THAN SIGN}script\N{FULLWIDTH GREATER-THAN SIGN}alert(1)",
)

KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "templates": TEMPLATES,
        "markup and scripts": (*ATTACKS, *BAD_ADDRESSES),
        "styles": STYLES,
        "pictures and data": PICTURES,
        "feeds": FEEDS,
        "headers": HEADERS,
        "unseen characters": UNSEEN,
        "bombs": tuple(families().values()),
    }
)
