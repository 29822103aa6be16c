"""The browser of the tests of rendering."""

from __future__ import annotations

from tests.render.conftest import chromium

__all__ = ["chromium"]
