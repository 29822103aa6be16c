"""Mail to a server over SMTP (RFC 5321).

In: the settings of one server, then messages. Out: an outcome for each. It may not try again by itself.

What becomes of a message is decided by one moment, the writing of its final dot:

    before it                   the server cannot have taken it: a lost line is DEFERRED, a new try is safe
    after it, with no answer    the server may have taken it: UNCERTAIN, and nobody here can know
    after it, with an answer    2xx is ACCEPTED, 4xx DEFERRED, 5xx REFUSED

So the commands are given one by one, and the dot is written apart from the text before it.
"""

from newsletter.delivery.smtp.transport import SmtpTransport

__all__ = ["SmtpTransport"]
