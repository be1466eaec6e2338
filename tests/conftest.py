"""For all tests: what the console keeps of a user lies in a folder of this run, never in the home of who runs it.

Answers are compared by their words: a model that compares meanings takes ten seconds of the processor to load, and its
own tests load it. Properties are about results, not about how busy the machine is: hypothesis looks at no clock.
Hundreds of processes are started here, so modules are compiled once and kept, whatever the environment says.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import tempfile

import pytest
from hypothesis import settings

from tests import tables, together, workers
from tests.effort import EXAMPLES

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As a shell starts what runs in its background: what the tests start would inherit it, and ctrl+c reach nobody.
    signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ["CONSOLE_STATE"] = tempfile.mkdtemp(prefix="state-", dir=together.begin())
os.environ["CONSOLE_EMBEDDINGS"] = f"{os.environ['CONSOLE_STATE']}/no-model"
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
settings.register_profile("without a clock", deadline=None, max_examples=EXAMPLES)
settings.load_profile("without a clock")


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """One processor collects, another prepares; see there."""
    workers.prepare(session.config)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Module, name: str, obj: object) -> pytest.Function | None:
    """A parametrised test of a pure function is one test with many rows; see there."""
    is_test = isinstance(collector, pytest.Module) and collector.istestfunction(obj, name)
    return tables.collected(collector, name, obj) if is_test and tables.wanted(collector.config) else None


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was collected stays until the end: nobody looks through it for garbage again and again."""
    if "textual.css.stylesheet" in sys.modules:
        from tests.styles import parse_once

        parse_once()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """The tests run in processes forked from this one; see there."""
    count = 0 if session.testsfailed else workers.wanted(session)
    if count:
        workers.run_in(session, count)
    return True if count else None
