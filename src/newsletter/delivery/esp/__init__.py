"""Mail through a provider of mail, over its own interface.

In: the name of a provider, its keys, and a feed of messages. Out: an outcome for each.

    providers.py    which there are, and what each can do: a table
    calls.py        a request, whole, and what came back
    line.py         the way to the provider: posts a request once, and knows how much of it was written; httpx
    judging.py      what an answer means for those whose mail was in the request: pure
    cautions.py     what an editor should know of a mail and its provider before it goes out: pure
    opening.py      the dialect and the keys of a provider
    transport.py    many requests at once, within the rate
    flight.py       what one take of the feed gave: settles every message of it
    batches.py      which mails can share a request, and what an answer in JSON says of each
    merging.py      a draft in the words of a provider that merges, and the values of its readers: pure
    filling.py      one reader's mail as fields: pure
    through_anymail.py, postmark.py, resend.py, ses.py      how each provider is spoken to

What became of a message is decided by one moment, the writing of the last octet of its request:

    before it                   the provider cannot have it: DEFERRED, a new try is safe
    after it, with no answer    the provider may have it: UNCERTAIN, unless it knows the request again
    after it, with an answer    what the answer says of each message
"""
