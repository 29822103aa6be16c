"""Rendered mail in, messages through a transport, and what became of each out.

In: an `Email`, a `Recipient`, the values of the personal fields, and the settings of the transport. Out: a `Message`,
composed, verified and signed before any line is opened, and an `Outcome` for each message that a transport took from
its feed.
May not: choose readers, keep state or try a message again, which is for whoever sends. How fast a server is given
messages is a transport's own affair.

The transports know nothing of each other; `all_backends` is the one place that lists them.
"""
