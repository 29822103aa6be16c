"""The texts that the documentation gives for other programs, as those programs read them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import trustme

DOCS = Path(__file__).parent.parent / "docs" / "how-to"
SITE = (DOCS / "serve-the-site.md").read_text("utf-8")
CERTIFICATE = "/etc/letsencrypt/live/brief.example.org"


def texts(kind: str, page: str = SITE) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def units() -> list[str]:
    pages = (path.read_text("utf-8") for path in sorted(DOCS.glob("*.md")))
    return [text for page in pages for text in texts("ini", page) if text.startswith("[Unit]")]


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is missing")
@pytest.mark.parametrize("number", range(len(texts("nginx"))))
def test_nginx_takes_what_is_written_for_it(number: int, tmp_path: Path) -> None:
    certificate = trustme.CA().issue_cert("brief.example.org")
    certificate.private_key_pem.write_to_path(tmp_path / "privkey.pem")
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "fullchain.pem")
    said = (
        texts("nginx")[number].replace(CERTIFICATE, str(tmp_path)).replace("listen 443", f"listen unix:{tmp_path}/line")
    )
    assert str(tmp_path) in said
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    scratch = "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in kinds)
    around = f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{scratch}{said}}}\n"
    config = tmp_path / "nginx.conf"
    config.write_text(around, "utf-8")
    ran = subprocess.run(["nginx", "-t", "-c", config], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.skipif(not shutil.which("caddy"), reason="Caddy is missing")
def test_caddy_takes_what_is_written_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (said,) = texts("caddy")
    config = tmp_path / "Caddyfile"
    config.write_text(said, "utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(config)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is missing")
@pytest.mark.parametrize("number", range(len(units())))
def test_systemd_takes_what_is_written_for_it(number: int, tmp_path: Path) -> None:
    """But for the program itself, which is elsewhere here."""
    said = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", units()[number], flags=re.MULTILINE)
    unit = tmp_path / "example.service"
    unit.write_text(said, "utf-8")
    command = ["systemd-analyze", "verify", "--man=no", str(unit)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    about = [line for line in ran.stderr.splitlines() if "example.service" in line]
    assert (ran.returncode, about) == (0, [])


def test_there_is_a_text_for_each_of_them() -> None:
    assert (len(texts("nginx")), len(texts("caddy")), len(units())) == (2, 1, 2)
