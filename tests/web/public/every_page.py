"""Each public page that there is, and how it comes about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.audience.tokens import HOUR_MS, MINUTE_MS, Purpose
from tests.audience.lists import NOW_MS

if TYPE_CHECKING:
    from tests.web.public.sites import Desk


def every_page(desk: Desk) -> dict[str, tuple[str, dict[str, str] | None]]:
    """Each page that there is: its path, and what is sent to it; None for a page that is only opened."""
    active = desk.add("bram@example.org", first_name="Bram", last_name="de Vries")
    pending = desk.add("anna@example.org", status="pending")
    left = desk.add("chris@example.org", status="unsubscribed", unsubscribed_at_ms=NOW_MS)
    hour, minute = desk.clock.now_ms // HOUR_MS, desk.clock.now_ms // MINUTE_MS
    leave = f"/u/{desk.token(Purpose.UNSUBSCRIBE, active, 1)}"
    preferences = f"/preferences/{desk.token(Purpose.PREFERENCES, active, 1)}"
    access = f"/me/{desk.token(Purpose.ACCESS, active, minute)}"
    return {
        "subscribe": ("/subscribe/", None),
        "no-address": ("/subscribe/", {"email": "anna@"}),
        "mixed-letters": ("/subscribe/", {"email": "anna@gmаil.com"}),
        "slip": ("/subscribe/", {"email": "anna@gmial.com"}),
        "one-more-click": ("/subscribe/", {"email": "anna@example.org"}),
        "confirm": (f"/c/{desk.token(Purpose.CONFIRM, pending, hour)}", None),
        "confirmed": (f"/c/{desk.token(Purpose.CONFIRM, active, hour)}", None),
        "confirm-too-late": (f"/c/{desk.token(Purpose.CONFIRM, pending, hour - 100)}", None),
        "new-link": (f"/c/{desk.token(Purpose.CONFIRM, pending, hour - 100)}", {"do": "again"}),
        "nobody": (f"/c/{desk.token(Purpose.CONFIRM, 999, hour)}", None),
        "no-link": ("/u/x", None),
        "preferences": (preferences, None),
        "preferences-saved": (preferences, {"do": "save", "part-weekly": "yes", "pause": "8"}),
        "preferences-of-who-left": (f"/preferences/{desk.token(Purpose.PREFERENCES, left, 1)}", None),
        "access-mailed": (preferences, {"do": "access"}),
        "access": (access, None),
        "access-unclean": (access, {"do": "name", "first_name": "\x07"}),
        "access-unsure": (access, {"do": "erase"}),
        "access-too-late": (f"/me/{desk.token(Purpose.ACCESS, active, minute - 30)}", None),
        "unsubscribe": (leave, None),
        "left": (leave, {}),
        "reason-told": (leave, {"do": "reason", "reason": "often"}),
        "back": (leave, {"do": "return"}),
        "erased": (access, {"do": "erase", "sure": "yes"}),
    }
