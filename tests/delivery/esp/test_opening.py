"""Which provider is spoken to, with what, and what is said when something for it is missing."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from newsletter.config import load
from newsletter.config.providers import KEYS, variable
from newsletter.delivery.all_backends import open_transport
from newsletter.delivery.esp.opening import open_provider
from newsletter.delivery.esp.providers import PROVIDERS
from newsletter.errors import ConfigError, DeliveryError
from tests.config.workspaces import REQUIRED
from tests.delivery.esp.accounts import messages_for, reader

if TYPE_CHECKING:
    from pathlib import Path

    from newsletter.config import Settings

WITH_AN_ADDRESS = {"postal", "unisender_go"}


def settings(folder: Path, *, api_url: str = "", **environ: str) -> Settings:
    more = f'\n[esp]\napi_url = "{api_url}"\n' if api_url else ""
    (folder / "newsletter.toml").write_text(REQUIRED + more, "utf-8")
    return load(folder, environ)


@pytest.mark.parametrize("name", sorted(KEYS.keys() - {"amazon_ses"}))
def test_a_missing_key_is_told_by_the_name_of_its_variable(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        open_transport(settings(tmp_path, api_url="https://example.org"), f"esp:{name}")
    assert str(caught.value).splitlines() == [
        f".env: {variable(name, key)}: missing (esp:{name} is called with it)" for key in KEYS[name]
    ]


@pytest.mark.parametrize("name", sorted(WITH_AN_ADDRESS))
def test_a_provider_without_an_address_of_its_own_needs_one(name: str, tmp_path: Path) -> None:
    keys = {variable(name, key): "k" for key in KEYS[name]}
    with pytest.raises(ConfigError, match=r"^newsletter.toml: esp.api_url: missing \(where esp:\w+ is called, such as"):
        open_transport(settings(tmp_path, **keys), f"esp:{name}")


@pytest.mark.parametrize("name", sorted(KEYS))
def test_a_transport_says_what_its_provider_can_do(name: str, tmp_path: Path) -> None:
    keys = {variable(name, key): f"the-{key}" for key in KEYS[name]}
    keys |= {"NEWSLETTER_AMAZON_SES_ACCESS_KEY_ID": "a", "NEWSLETTER_AMAZON_SES_SECRET_ACCESS_KEY": "b"}
    (tmp_path / "newsletter.toml").write_text(
        f'{REQUIRED}\n[esp]\nregion = "eu-west-1"\napi_url = "https://api.example.org/v1"\n', "utf-8"
    )
    can = open_transport(load(tmp_path, keys), f"esp:{name}").capabilities
    assert can.name == f"esp:{name}"
    assert can.max_batch == min(PROVIDERS[name].capabilities.max_batch, 100)
    assert bool(can.account) is bool(can.idempotency_ttl_s)


def test_an_account_is_known_by_its_key_and_tells_nothing_of_it(tmp_path: Path) -> None:
    one, two = (
        open_transport(settings(tmp_path, NEWSLETTER_RESEND_API_KEY=key), "esp:resend").capabilities.account
        for key in ("re_123456789", "re_987654321")
    )
    assert one != two
    assert len(one) == len(two) == 8


def test_without_a_region_amazon_is_not_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(DeliveryError) as caught:
        open_transport(settings(tmp_path), "esp:amazon_ses")
    assert str(caught.value) == "esp:amazon_ses: no region is known; set esp.region, such as eu-west-1"


WITHOUT = """
import sys
from pathlib import Path

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"anymail", "django", "requests", "boto3", "botocore"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
from newsletter.config import load
from newsletter.delivery.all_backends import open_transport
from newsletter.errors import UsageError

root = Path(sys.argv[1])
keys = {"NEWSLETTER_MAILGUN_API_KEY": "k", "NEWSLETTER_RESEND_API_KEY": "k", "NEWSLETTER_POSTMARK_SERVER_TOKEN": "k"}
for name in ("mailgun", "amazon_ses", "resend", "postmark"):
    try:
        open_transport(load(root, keys), f"esp:{name}")
        print(name, "opens")
    except UsageError as error:
        print(error)
"""


def test_what_is_not_installed_is_told_in_one_line(tmp_path: Path) -> None:
    """And two of them need nothing that is not there anyway."""
    (tmp_path / "newsletter.toml").write_text(REQUIRED, "utf-8")
    said = subprocess.run(
        [sys.executable, "-c", WITHOUT, str(tmp_path)], capture_output=True, text=True, check=True
    ).stdout
    assert said.splitlines() == [
        "esp:mailgun needs what is not installed here: pip install 'newsletter[esp]'",
        "esp:amazon_ses needs what is not installed here: pip install 'newsletter[esp]'",
        "resend opens",
        "postmark opens",
    ]


def test_choosing_another_transport_loads_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text(REQUIRED, "utf-8")
    code = (
        "import sys; from pathlib import Path; from newsletter.config import load; "
        "from newsletter.delivery.all_backends import open_transport; "
        "open_transport(load(Path(sys.argv[1]), {}), 'smtp'); "
        "print({'httpx', 'django', 'anymail', 'requests', 'boto3'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_newsletters_go_by_the_address_that_mailtrap_has_for_them(tmp_path: Path) -> None:
    """Its other one, which anymail calls, is for mails that follow on something a person did."""
    keys = {"NEWSLETTER_MAILTRAP_API_TOKEN": "the-token"}
    transport = open_provider(settings(tmp_path, **keys), "mailtrap")
    (message,) = messages_for([reader(1)])
    call = transport._dialect.call((message,))  # noqa: SLF001 - to call it would leave this machine
    assert call.url == "https://bulk.api.mailtrap.io/api/batch"
