"""What holds for every test."""

from __future__ import annotations

import os

from hypothesis import settings

# The caller's own settings must not decide a test: neither a newsletter's, nor those that force colours on.
COLOURS = {"FORCE_COLOR", "GITHUB_ACTIONS", "PY_COLORS", "TTY_COMPATIBLE"}
for name in list(os.environ):
    if name.startswith("NEWSLETTER_") or name in COLOURS:
        del os.environ[name]

# A shared machine stalls now and then. The timeout catches a hang; a deadline per example only makes noise.
settings.register_profile("project", deadline=None, print_blob=True)
settings.load_profile("project")
