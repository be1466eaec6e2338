"""Another measurement as on a quiet machine, while others work on this one: `python bench/alone.py bench/compare.py …`.

Linux puts every session into a group of its own and shares the processors among those. This starts a session whose
group goes before the others. What the measurement starts shares it, so that its processes still compete with each other
as a user's would, which real-time priority (`chrt`) would not let them. Needs root, and `sched_autogroup_enabled`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_GROUP = Path("/proc/self/autogroup")
_FIRST = "-20"


def _go_first() -> None:
    os.setsid()
    _GROUP.write_text(_FIRST)


def main() -> int:
    if len(sys.argv) < 2:
        sys.stderr.write(f"usage: python bench/alone.py MEASUREMENT …\n\n{__doc__}")
        return 2
    if not _GROUP.exists():
        sys.stderr.write("this system has no scheduler groups for sessions: run it when nothing else runs\n")
        return 4
    return subprocess.run([sys.executable, *sys.argv[1:]], preexec_fn=_go_first, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
