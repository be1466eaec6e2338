"""For all tests: what the console keeps of a user lies in a folder of this run, never in the home of who runs it."""

from __future__ import annotations

import os
import tempfile

os.environ["CONSOLE_STATE"] = tempfile.mkdtemp(prefix="console-state-")
