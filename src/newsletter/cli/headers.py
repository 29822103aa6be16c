"""What is typed on the command line, and lands in a header of a mail: a name, a subject."""

from __future__ import annotations


def for_a_header(text: str, what: str, mend: str) -> str:
    """Return a text that `what`, such as `the subject`, can be.

    Raises:
        UsageError: a header cannot hold it; `mend` says what to do.
    """
    from newsletter.config.faults import RefusedError
    from newsletter.config.fields import header_text
    from newsletter.errors import UsageError
    from newsletter.wording import quoted

    try:
        return header_text(text)
    except RefusedError as refused:
        message = f"{quoted(text)} cannot be {what}: expected {refused.expected}; {mend}"
        raise UsageError(message) from refused
