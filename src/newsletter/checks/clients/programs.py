"""The mail programs that readers use, and under which names they were tested."""

from __future__ import annotations

PROGRAMS = {
    "gmail": ("gmail.desktop-webmail", "gmail.ios", "gmail.android"),
    "outlook-windows": ("outlook.windows",),
    "outlook-com": ("outlook.outlook-com",),
    "outlook-mac": ("outlook.macos",),
    "outlook-mobile": ("outlook.ios", "outlook.android"),
    "apple-mail": ("apple-mail.macos", "apple-mail.ios"),
    "yahoo": ("yahoo.desktop-webmail", "yahoo.ios", "yahoo.android"),
    "samsung-email": ("samsung-email.android",),
    "thunderbird": ("thunderbird.macos",),
    "proton": ("protonmail.desktop-webmail", "protonmail.ios", "protonmail.android"),
}
"""The name of each in newsletter.toml, and its platforms as `FAMILY.PLATFORM` of caniemail.com."""

SHOWN = {
    "gmail": "Gmail",
    "outlook-windows": "Outlook on Windows",
    "outlook-com": "Outlook.com",
    "outlook-mac": "Outlook on a Mac",
    "outlook-mobile": "Outlook on a telephone",
    "apple-mail": "Apple Mail",
    "yahoo": "Yahoo Mail",
    "samsung-email": "Samsung Email",
    "thunderbird": "Thunderbird",
    "proton": "Proton Mail",
}
"""What a message calls them."""
