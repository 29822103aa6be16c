"""Ordinary Markdown, read by a compiled parser into the tokens that markdown-it would make of it.

In: a body's source. Out: tokens, in which blocks and inlines are read; or none, where the text is not ordinary.
May not: make other tokens than markdown-it does. The tests hold the one to the other, for thousands of texts.

Nearly every text is paragraphs, headings, lists, quotes, code, emphasis, links and pictures. On these two parsers that
follow CommonMark agree, and one of them is ten times as fast; it tells where in the source each piece stands, so that
tokens can be made of what it says. Whatever is not ordinary, be it HTML, a table, a footnote, a tab or an unusual
depth, is left to markdown-it.

    ordinary   what is not, as far as can be seen before a text is read
    blocks     the events of paragraphs, lists and the like into tokens
    inlines    the events of words, emphasis and links into theirs
"""

from newsletter.issue.compiled.blocks import compiled_tokens

__all__ = ["compiled_tokens"]
