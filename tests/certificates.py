"""A certificate of one's own, for servers on loopback that speak TLS."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def make(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and localhost that nobody else trusts, with its key. Skips without openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    files = (folder / "certificate.pem", folder / "key.pem")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost -addext"
    names = "subjectAltName=IP:127.0.0.1,DNS:localhost"
    made = subprocess.run(
        [*command.split(), names, "-out", str(files[0]), "-keyout", str(files[1])], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("this openssl makes no certificate")
    return files
