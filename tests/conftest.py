"""For all tests: what the console keeps of a user lies in a folder of this run, never in the home of who runs it.

Properties are about results, not about how busy the machine is: hypothesis looks at no clock.
"""

from __future__ import annotations

import os
import tempfile

from hypothesis import settings

os.environ["CONSOLE_STATE"] = tempfile.mkdtemp(prefix="console-state-")
settings.register_profile("without a clock", deadline=None)
settings.load_profile("without a clock")
