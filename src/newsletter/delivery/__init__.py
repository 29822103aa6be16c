"""One rendered mail to one transport.

In: an `Email` (one variant of an issue), a `Recipient`, the values of the personal fields, and the settings
of the transport. Out: a `Message`, composed, verified and signed before any line is opened, and an `Outcome`
for each message that a transport took from its feed.

This room may not choose readers, keep state or try a message again: that is for whoever sends. How fast a
server is given messages is a transport's own affair.
The transports know nothing of each other; `all_backends` is the one place that lists them.
"""
