"""Rules for the tags that Markdown makes, in each way that they can be written."""

from __future__ import annotations

CSS = """\
/* Rules \u2013 for what Markdown makes. */
p, li { margin: 0 0 16px; }
blockquote > p { margin: 0; color: #666 !important; }
a { color: #0066cc; text-decoration: underline; }
.prose td, .prose th { padding: 4px; mso-line-height-rule: exactly; }
pre { font-family: "Courier New", monospace; }
img { border: 0; }
div div { color: red; }
"""
