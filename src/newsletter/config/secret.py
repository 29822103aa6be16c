"""What must not be seen, and is not: no print, log or pickle shows it."""

from __future__ import annotations

import hmac
from typing import NoReturn, final

MASK = "**********"


@final
class Secret:
    """A text that must not be seen: nothing but `reveal` gives it.

    It is a plain class on purpose: `dataclasses.asdict` walks into a dataclass and would lay the text open.
    """

    __slots__ = ("_text",)

    _text: str

    def __init__(self, text: str) -> None:
        object.__setattr__(self, "_text", text)

    def reveal(self) -> str:
        """Return the text itself, for the one call that needs it."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, format_spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        # In constant time, so that a comparison does not tell how many characters were right.
        return hmac.compare_digest(_as_bytes(self), _as_bytes(other))

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        message = "a secret cannot be changed"
        raise AttributeError(message)

    def __delattr__(self, name: str) -> NoReturn:
        message = "a secret cannot be changed"
        raise AttributeError(message)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __getstate__(self) -> NoReturn:
        # Every protocol of pickle asks for it.
        message = "a secret cannot be pickled"
        raise TypeError(message)


def _as_bytes(secret: Secret) -> bytes:
    return secret.reveal().encode("utf-8", "surrogatepass")
