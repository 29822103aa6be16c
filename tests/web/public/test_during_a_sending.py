"""Who leaves while an issue is being sent gets nothing that is claimed after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from newsletter.audience.tokens import Purpose
from newsletter.delivery.memory import MemoryTransport, accept
from newsletter.sending.engine import End
from tests.sending.at_work import QUICK, work
from tests.sending.mailings import T0, add_readers, addresses, begun, enlisted, states
from tests.web.public.sites import desk_in, served

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.delivery.base import Message
    from newsletter.model import Outcome

READERS = 120


def test_one_click_during_a_sending_stops_the_mail_to_that_reader(tmp_path: Path) -> None:
    desk = desk_in(tmp_path)
    desk.clock.now_ms = T0
    add_readers(desk.site.engine, addresses(READERS))
    sending = begun(desk.site.engine)
    leaving = range(READERS - 20, READERS)

    with served(desk) as url, httpx.Client(base_url=url) as program:
        taken: list[str] = []

        def answer(message: Message) -> Outcome:
            taken.append(message.recipient)
            if len(taken) == QUICK.chunk:
                for number in leaving:
                    token = desk.token(Purpose.UNSUBSCRIBE, number + 1, sending.id)
                    assert program.post(f"/u/{token}", data={"List-Unsubscribe": "One-Click"}).status_code == 200
            return accept(message)

        assert work(enlisted(desk.site.engine, sending, "one"), MemoryTransport(answer)) is End.DONE

    stayed = [address for number, address in enumerate(addresses(READERS)) if number not in leaving]
    assert sorted(taken) == stayed
    skipped = [name for name, state in states(desk.site.engine).items() if state == "skipped"]
    assert skipped == [address.partition("@")[0] for address in addresses(READERS)[-20:]]
