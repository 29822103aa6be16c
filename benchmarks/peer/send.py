"""The least that a sending can be: the standard library's sqlite3 and EmailMessage, and no questions asked.

python send.py DATABASE MESSAGE COUNT
"""

from __future__ import annotations

import sqlite3
import sys
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

BATCH = 1000


def send(database: Path, sample: Path, count: int) -> None:
    """Compose a message for each of the first readers, and note it in a table of its own."""
    found = {part.get_content_subtype(): part for part in message_from_bytes(sample.read_bytes()).walk()}
    text, html = (bytes(found[kind].get_payload(decode=True)).decode() for kind in ("plain", "html"))
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("create table if not exists peer (subscriber_id integer primary key)")
    readers = connection.execute("select id, address, first_name from subscriber order by id limit ?", (count,))
    while rows := readers.fetchmany(BATCH):
        connection.execute("begin")
        for id_, address, name in rows:
            message = EmailMessage(policy=SMTP)
            message["From"], message["To"], message["Subject"] = "editors@example.org", address, f"Notes for {name}"
            message.set_content(text.replace("Firstname0", name), cte="quoted-printable")
            message.add_alternative(html.replace("Firstname0", name), subtype="html", cte="quoted-printable")
            message.as_bytes()
            connection.execute("insert into peer values (?)", (id_,))
        connection.execute("commit")
    connection.close()


if __name__ == "__main__":
    send(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
