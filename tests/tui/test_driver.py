"""A window that is closed while the console draws: what is still to be written holds nobody up."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest
from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

from console.tui.driver import outliving


class Window(io.StringIO):
    """A terminal that goes away after `kept` writes."""

    kept = 2
    tried = 0

    def write(self, text: str) -> int:
        self.tried += 1
        if self.tried > self.kept:
            raise OSError(5, "Input/output error")
        return super().write(text)


class Plain:
    """As much of a driver as matters here."""

    def __init__(self, file: Any) -> None:
        self._file = file


def test_a_writer_whose_window_was_closed_still_ends() -> None:
    window = Window()
    writer = WriterThread(outliving(Plain)(window)._file)  # type: ignore[arg-type, attr-defined]
    writer.start()

    def draw_and_stop() -> None:
        for _ in range(MAX_QUEUED_WRITES * 3):
            writer.write("a frame")
        writer.stop()

    drawing = threading.Thread(target=draw_and_stop, daemon=True)
    drawing.start()
    drawing.join(10.0)
    assert not drawing.is_alive(), "it waits for a writer that has ended"
    assert window.getvalue() == "a frame" * 2
    assert window.tried == 3  # once gone, gone


def test_a_window_that_is_there_gets_all_and_is_what_it_was() -> None:
    window = Window()
    window.kept = 1_000
    file = outliving(Plain)(window)._file  # type: ignore[arg-type, attr-defined]
    for number in range(10):
        file.write(str(number))
    file.flush()
    assert window.getvalue() == "0123456789"
    assert file.isatty() is False
    with pytest.raises(io.UnsupportedOperation):
        file.fileno()


def test_a_driver_without_a_file_of_its_own_is_left_alone() -> None:
    class Other:
        """A driver of another kind."""

    assert vars(outliving(Other)()) == {}  # type: ignore[arg-type, call-arg]
