"""The database, SQLite in the workspace or PostgreSQL by its address.

In: its address, and statements of SQLAlchemy Core over the tables of `schema`. Out: transactions that are durable
where asked, rows, and `StoreError` for what a person can mend.
May not: know what a subscriber or a sending means.
"""

from newsletter.store.engine import open_store
from newsletter.store.transaction import Begin, leave_no_trace, reading, writing

__all__ = ["Begin", "leave_no_trace", "open_store", "reading", "writing"]
