"""Subscribers, and all that is kept of an address, as JSON documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from newsletter.audience.membership import Kept
    from newsletter.audience.subscribers import Subscriber


def as_document(person: Subscriber) -> dict[str, object]:
    """Return a subscriber as they stand in a JSON document."""
    return {
        "id": person.id,
        "address": person.address,
        "status": person.status,
        "suppressed_for": person.suppressed_for,
        "language": person.language,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "fields": dict(person.attributes),
        "tags": list(person.tags),
        "created_at": moment(person.created_at),
        "confirmed_at": moment(person.confirmed_at),
        "unsubscribed_at": moment(person.unsubscribed_at),
        "paused_until": moment(person.paused_until),
        "consent_source": person.consent_source,
        "consent_evidence": dict(person.consent_evidence),
    }


def moment(at: datetime | None) -> str | None:
    """Return a moment as it stands in a JSON document and in what `show` prints: ISO 8601, to the second, in UTC."""
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")


def kept_as_document(address: str, kept: Kept) -> dict[str, object]:
    """Return all that is kept of an address as a JSON document."""
    why = kept.suppression
    return {
        "address": address,
        "subscriber": as_document(kept.subscriber) if kept.subscriber else None,
        "suppression": why
        and {"reason": why.reason, "at": moment(why.at), "until": moment(why.until), "evidence": why.evidence},
        "received": [
            {
                "issue": one.issue,
                "state": one.state,
                "at": moment(one.at),
                "reply": one.reply,
                "events": [
                    {"kind": event.kind, "code": event.code, "detail": event.detail, "at": moment(event.at)}
                    for event in one.events
                ],
            }
            for one in kept.received
        ],
        "consents": [
            {
                "step": one.step,
                "at": moment(one.at),
                "language": one.language,
                "wording": one.wording,
                "wording_sha256": one.wording_sha256,
                "form_url": one.form_url,
                "client": one.client,
                "message_id": one.message_id,
            }
            for one in kept.consents
        ],
    }
