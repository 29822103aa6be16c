"""Mail to a server over SMTP (RFC 5321).

In: the settings of one server, and a feed of messages. Out: an outcome for each. It tries no message twice.

    states.py      what a conversation and a message in it can be at, and what an answer means: tables
    wire.py        replies out of octets, commands into octets; both bounded
    opening.py     greetings, TLS, log-in
    protocol.py    the engine of one conversation, without a socket and without a clock
    connection.py  the socket and the clock around it
    pool.py        the connections of one run, and the feed
    calling.py     a call without a mail

What became of a message is decided by one moment, the writing of its final dot:

    before it                   the server cannot have taken it: a lost line is DEFERRED, a new try is safe
    after it, with no answer    the server may have taken it: UNCERTAIN, and nobody here can know
    after it, with an answer    2xx is ACCEPTED, 4xx DEFERRED, 5xx REFUSED
"""

from newsletter.delivery.smtp.calling import Called, call
from newsletter.delivery.smtp.connection import Patience
from newsletter.delivery.smtp.pool import SmtpTransport

__all__ = ["Called", "Patience", "SmtpTransport", "call"]
