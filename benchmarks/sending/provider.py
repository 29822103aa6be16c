"""A provider of mail on this machine that answers each request later: provider.py NAME PAUSE_MS prints where it is."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.providers.account import Account
from tests.providers.every import PROVIDERS
from tests.providers.process import Weather, serve


def forget(_: object) -> None:
    """Keep nothing of a mail that was taken."""


def tell(port: int) -> None:
    """Print where the provider's paths begin."""
    print(f"http://127.0.0.1:{port}{PROVIDERS[sys.argv[1]].base}", flush=True)


if __name__ == "__main__":
    account = Account(PROVIDERS[sys.argv[1]], keep=forget)
    asyncio.run(serve(account, Weather(pause_s=int(sys.argv[2]) / 1000), tell))
