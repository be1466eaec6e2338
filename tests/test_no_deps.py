"""What application servers use works where nothing but the package itself is installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest

ROOT = Path(__file__).resolve().parent.parent

REGISTRY = """\
schema = 1

[routes.support]
production = "claude-sonnet-4-5-20250929"
canary = "claude-sonnet-5-5"
canary_percentage = 50
canary_start = 2026-11-20T09:00:00Z

[models."claude-sonnet-4-5-20250929"]
pinned_date = 2026-05-15
reason = "known"

[models."claude-sonnet-5-5"]
pinned_date = 2026-11-18
reason = "its replacement"
"""

APPLICATION = """
import sys
sys.path.insert(0, sys.argv[1])
from console import RequestLog, Router

router = Router("registry.toml", default="fallback-model", cache_dir="cache")
log = RequestLog("requests.db")
models = set()
for number in range(200):
    choice = router.select("support", f"user-{number}")
    models.add(choice.model)
    with log.request(choice, f"user-{number}", call={"model": choice.model, "max_tokens": 10}) as request:
        request.record(latency_ms=5.0, output_tokens=3)
    log.feedback(request.id, satisfied=True)
log.close()
router.close()
assert models == {"claude-sonnet-4-5-20250929", "claude-sonnet-5-5"}, models
foreign = [name for name in sys.modules if "site-packages" in (getattr(sys.modules[name], "__file__", None) or "")]
assert not foreign, foreign
print(log.status().committed)
"""


def test_router_and_log_need_no_other_package(tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "console").symlink_to(ROOT / "console", target_is_directory=True)
    (tmp_path / "registry.toml").write_text(REGISTRY)
    # -I and -S: no site-packages, no user site, nothing from the environment.
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", APPLICATION, str(alone)],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "200"


@pytest.mark.parametrize(("there", "missing"), [((), "click"), ((click,), "tomlkit")], ids=["nothing", "click"])
def test_the_command_says_what_to_install_where_not_all_is_there(
    tmp_path: Path, there: tuple[ModuleType, ...], missing: str
) -> None:
    """Web frameworks bring click along, so the command gets further than its first import there."""
    (tmp_path / "registry.toml").write_text(REGISTRY)
    for folder in (ROOT / "console", *(Path(module.__file__ or "").parent for module in there)):
        (tmp_path / folder.name).symlink_to(folder, target_is_directory=True)
    start = "import sys; sys.path.insert(0, sys.argv.pop(1)); from console.__main__ import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", start, str(tmp_path), "rollout", "support", "next", "--dry-run"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert f"needs {missing}" in done.stderr
    assert "pip install model-console" in done.stderr
    assert "Traceback" not in done.stderr
    assert "defect" not in done.stderr
