"""Code fences: the lines between them are code, and nothing in them opens or closes a block.

A fence in a list's item ends where its item ends, at the latest at a line further to the left (CommonMark sections
4.5 and 5.2). So a block's mark, which stands at the start of its line, can only be hidden by a fence outside lists.
"""

from __future__ import annotations

import re

MAX_INDENT = 3
"""CommonMark section 4.5: a fence further in is code of another kind."""

_TAB_STOP = 4
_FENCE = re.compile(r"(?: *(?:[-*+]|\d{1,9}[.)])(?= ))* *(?:(`{3,})[^`]*$|(~{3,}))")
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)]) (?: {0,3}(?! ))?")
_NO_MORE_OF_IT = re.compile(r" {0,3}(?:>|#{1,6}(?: |$)|(?:\* *){3,}$|(?:- *){3,}$|(?:_ *){3,}$)")
"""A quote, a heading or a line across: no paragraph goes on in it, as it does in other lines without an indent."""


class Fences:
    """Follows the fences through the lines of one text."""

    def __init__(self) -> None:
        self._mark = ""
        self._opened_in = 0
        self._edge = 0
        """How far a line must be indented to be in the item that the fence stands in; 0 outside lists."""
        self._item_edge = 0
        """The same for the list that the last line stood in."""
        self._after_blank = False
        """No paragraph is going on, which needs no indent to stand in the list."""

    @property
    def open_line(self) -> int:
        """The number of the line where a fence opened that must still close; 0 for none."""
        return self._opened_in if self._mark and not self._edge else 0

    def is_code(self, line: str) -> bool:
        """Tell whether the next line stands between two fences, or is the second one."""
        text = line.strip()
        indent = len(line) - len(line.lstrip(" "))
        return bool(self._mark) and not (text and indent < self._edge)

    def is_indented_code(self, line: str) -> bool:
        """Tell whether the next line stands so far to the right that it is code without fences, or looks like it."""
        line = line.expandtabs(_TAB_STOP)
        return len(line) - len(line.lstrip(" ")) > self._item_edge + MAX_INDENT

    def take(self, line: str, number: int) -> bool:
        """Go on by one line; return whether it is a fence or stands between two."""
        line = line.expandtabs(_TAB_STOP)
        text = line.strip()
        indent = len(line) - len(line.lstrip(" "))
        if self._mark and text and indent < self._edge:
            self._mark, self._after_blank = "", True
        if self._mark:
            self._close(text, indent)
            return True
        self._follow_lists(line, text, indent)
        return self._open(line, number)

    def _close(self, text: str, indent: int) -> None:
        is_in_reach = self._edge or indent <= MAX_INDENT
        if is_in_reach and set(text) == {self._mark[0]} and len(text) >= len(self._mark):
            self._mark, self._after_blank = "", True

    def _follow_lists(self, line: str, text: str, indent: int) -> None:
        if text and (indent < self._item_edge or not self._item_edge):
            ends = _NO_MORE_OF_IT.match(line)
            item = None if ends else _ITEM.match(line)
            if item:
                self._item_edge = item.end()
            elif ends or self._after_blank:
                self._item_edge = 0
        self._after_blank = not text

    def _open(self, line: str, number: int) -> bool:
        match = _FENCE.match(line)
        if match is None:
            return False
        indent = max(match.start(1), match.start(2))
        is_in_item = 0 < self._item_edge <= indent
        if indent > MAX_INDENT and not is_in_item:
            return False
        self._mark = match[1] or match[2]
        self._opened_in = number
        self._edge = self._item_edge = self._item_edge if is_in_item else 0
        return True
