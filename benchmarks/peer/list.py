"""The least that a list can be: the standard library's csv and sqlite3, and no questions asked.

python list.py import FILE DATABASE
python list.py export DATABASE FILE
python list.py count DATABASE
"""

from __future__ import annotations

import csv
import sqlite3
import sys
from itertools import islice
from pathlib import Path

_MAKE = """
create table subscriber (id integer primary key, email text not null unique, first_name text, last_name text,
    language text, tags text, company text, created text)
"""


def take_in(file: Path, database: Path) -> None:
    """Put the lines of a file into a new database, in one transaction."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute(_MAKE)
    connection.execute("begin")
    with file.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines)
        next(rows)
        while batch := [[row[0].lower(), *row[1:]] for row in islice(rows, 1000)]:
            connection.executemany("insert into subscriber values (null, ?, ?, ?, ?, ?, ?, ?)", batch)
    connection.execute("commit")
    connection.close()


def give_out(database: Path, file: Path) -> None:
    """Write everybody to a file."""
    connection = sqlite3.connect(database)
    with file.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, quoting=csv.QUOTE_ALL).writerows(connection.execute("select * from subscriber order by id"))
    connection.close()


def count(database: Path) -> None:
    """Print how many are in a segment."""
    connection = sqlite3.connect(database)
    wanted = "select count(*) from subscriber where language = 'nl' and tags like '%founder%'"
    print(connection.execute(wanted).fetchone()[0])
    connection.close()


if __name__ == "__main__":
    what, *paths = sys.argv[1:]
    if what == "import":
        take_in(Path(paths[0]), Path(paths[1]))
    elif what == "export":
        give_out(Path(paths[0]), Path(paths[1]))
    else:
        count(Path(paths[0]))
