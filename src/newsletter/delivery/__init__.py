"""One rendered mail to one transport.

In: an `Email` (one variant of an issue), a `Recipient`, the values of the personal fields, and the settings
of the transport. Out: a `Message`, composed and verified before any line is opened, and an `Outcome` for
each message that a transport was given.

This room may not choose readers, keep state, try again or wait between messages: that is for whoever sends.
The transports know nothing of each other; `all_backends` is the one place that lists them.
"""
