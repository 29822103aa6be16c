"""The newsletter's own mails, made ready for the postman: texts read and rendered, one for each language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from newsletter.audience.tokens import HOUR_MS, MINUTE_MS, Purpose, Token, sign
from newsletter.delivery.mime import identity_of, prepare
from newsletter.issue import House, read_issue
from newsletter.issue.find import find_welcome
from newsletter.render import links, prepare_logos, prepare_pictures, render_email
from newsletter.render.notices import read_notice
from newsletter.sending.letters import Letters, recipient_of
from newsletter.sending.own_mails import OwnMail

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from newsletter.audience.readers import Reader
    from newsletter.audience.tokens import Keys
    from newsletter.config import Settings
    from newsletter.delivery.base import Message
    from newsletter.delivery.dkim import Signer
    from newsletter.model import Email
    from newsletter.render import Theme
    from newsletter.sending.own_mails import OwnSending
    from newsletter.sending.rows import Row


@dataclass(frozen=True, slots=True)
class OwnLetters:
    """Makes the messages of the newsletter's own mails."""

    settings: Settings
    theme: Theme
    keys: Keys
    signer: Signer | None
    """None where mail is not signed here."""

    def composer(self, sending: OwnSending, now_ms: Callable[[], int]) -> Callable[[Row], Message] | None:
        """Return what makes the message of one row; None where there is no such mail, as no welcome is `ready`.

        Raises:
            IssueError, TemplateError, ConfigError: the text or the look has faults.
            DeliveryError, UnsafeValueError: no mail can be made of it.
        """
        languages = self.settings.newsletter.languages
        emails = {language: email for language in languages if (email := self._email(sending.mail, language))}
        if not emails:
            return None
        identity = identity_of(self.settings)
        made = {
            language: Letters(email, prepare(email, identity), datetime.fromtimestamp(0, UTC), self.signer)
            for language, email in emails.items()
        }
        usual = made.get(self.settings.newsletter.language) or next(iter(made.values()))
        recipient = recipient_of(self.keys, self.settings.newsletter.list_id, sending.id)

        def compose(row: Row) -> Message:
            now = now_ms()
            date = datetime.fromtimestamp(now // 1000, self.settings.newsletter.timezone)
            letters = replace(made.get(row.reader.language, usual), date=date)
            return letters.to(recipient(row.reader), self._fields(sending.mail, row.reader, now))

        return compose

    def _email(self, mail: OwnMail, language: str) -> Email | None:
        newsletter = self.settings.newsletter
        house = House(newsletter.language, newsletter.languages, newsletter.timezone, self.theme.kinds)
        if mail is not OwnMail.WELCOME:
            notice = read_notice(mail, language, self.theme, house)
            return render_email(notice, self.theme, self.settings, prepare_logos(self.settings))
        path = find_welcome(self.settings.root, language, newsletter.language)
        if path is None:
            return None
        issue = read_issue(path, path.relative_to(self.settings.root).as_posix(), house)
        if issue.status != "ready":
            return None
        pictures = prepare_pictures(issue, path.parent, self.settings)
        return render_email(issue, self.theme, self.settings, pictures)

    def _fields(self, mail: OwnMail, reader: Reader, now_ms: int) -> Mapping[str, str]:
        newsletter = self.settings.newsletter

        def token(purpose: Purpose, unit_ms: int) -> str:
            return sign(self.keys, newsletter.list_id, Token(purpose, reader.id, now_ms // unit_ms))

        match mail:
            case OwnMail.WELCOME:
                return {}
            case OwnMail.CONFIRM:
                address = links.confirm_url(newsletter.url, token(Purpose.CONFIRM, HOUR_MS))
                hours = str(self.settings.site.confirm_within_hours)
                return {"confirm_url": address, "hours": hours, "newsletter_name": newsletter.name}
            case OwnMail.ACCESS:
                address = links.access_url(newsletter.url, token(Purpose.ACCESS, MINUTE_MS))
                return {"access_url": address, "newsletter_name": newsletter.name}
