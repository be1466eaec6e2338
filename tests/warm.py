"""Processes of the console that need not load it: forks of one process that has, each with its own files or terminal.

Arguments are those of `console`, or `-c` and a program in Python. The SDKs are loaded as well.

Half of what a started console takes of the processor is imports, and it is started a hundred times here. A fork is as
real a process: own pid, session, terminal, environment, folder, exit code. What depends on how an interpreter starts
(`PYTHON…`, locale, the imports themselves) is tested with processes that are started; see `fits`.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from io import BufferedReader, BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from types import ModuleType
from typing import IO, Any, NoReturn

import pexpect

ROOT = Path(__file__).resolve().parents[1]
_AT_START = ("PYTHON", "LC_", "LANG", "TEXTUAL", "RICH")
_LOADED = """
console.__main__ console.cli.main console.cli.open_console console.cli.first_run console.tui.app console.tui.keymap
console.tui.screens.confirm console.tui.screens.reading console.actions.desk console.cli.verbs.guard tomlkit
console.providers.adapters
"""


def fits(changes: Mapping[str, str]) -> bool:
    """Whether a fork can have this environment: nothing that only a starting interpreter reads."""
    return not any(name.startswith(_AT_START) for name in changes)


@cache
def _server() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "TERM": "xterm-256color"}
    process = subprocess.Popen(
        [sys.executable, __file__, str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=environment,
    )
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait(10)

    atexit.register(end)
    return ours


def start() -> None:
    """Begin to load what is forked later; what this process forks may ask the same server."""
    _server()


def begin(program: str) -> None:
    """Start, and run `program` (in Python) when all is loaded; nobody looks how it ends."""
    with Path(os.devnull).open("r+") as nothing:
        request = {"arguments": ["-c", program], "environment": dict(os.environ), "cwd": str(ROOT), "constants": {}}
        socket.send_fds(_server(), [json.dumps(request).encode()], [nothing.fileno()] * 4)


class Fork:
    """A console with `arguments` whose standard streams are `files`; on a terminal where they are one."""

    def __init__(
        self,
        arguments: Sequence[str],
        files: Sequence[int],
        environment: Mapping[str, str],
        cwd: str,
        constants: Mapping[str, float] | None = None,
    ) -> None:
        """Started; `constants` of modules (`module.NAME`) are others there, as a test changes them with monkeypatch."""
        self._told, told = os.pipe()
        changes = {"environment": dict(environment), "cwd": cwd, "constants": dict(constants or {})}
        request = {"arguments": list(arguments), **changes}
        socket.send_fds(_server(), [json.dumps(request).encode()], [*files, told])
        os.close(told)
        self._code: int | None = None
        self.pid = int(self._line())

    def _line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            read = os.read(self._told, 1)
            assert read, "the process that forks has ended"
            line += read
        return line

    def code(self, within_s: float) -> int | None:
        """Its exit code, -n after signal n; None while it runs."""
        if self._code is None and select.select([self._told], [], [], within_s)[0]:
            self._code = os.waitstatus_to_exitcode(int(self._line()))
            os.close(self._told)
        return self._code


def run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    cwd: Path,
    stdin: bytes = b"",
    *,
    together: bool = False,
) -> subprocess.CompletedProcess[bytes]:
    """`subprocess.run` of `console ARGUMENTS`; with `together` what goes to stderr is among stdout."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        files = [given.fileno(), out.fileno(), out.fileno() if together else err.fileno()]
        fork = Fork(arguments, files, environment, str(cwd))
        code = fork.code(60)
        if code is None:
            os.kill(fork.pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired(list(arguments), 60)
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(list(arguments), code, out.read(), err.read())


class Process:
    """One that runs on beside the test; what it says goes to files."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], cwd: Path) -> None:
        self._out, self._err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115
        with Path(os.devnull).open() as nothing:
            files = [nothing.fileno(), self._out.fileno(), self._err.fileno()]
            self._fork = Fork(arguments, files, environment, str(cwd))
        self.pid = self._fork.pid

    @property
    def out(self) -> str:
        return _whole(self._out)

    @property
    def err(self) -> str:
        return _whole(self._err)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def end(self, within_s: float) -> int:
        """Its exit code, -n after signal n; killed where it takes longer."""
        code = self._fork.code(within_s)
        if code is None:
            self.signal(signal.SIGKILL)
            raise subprocess.TimeoutExpired(str(self.pid), within_s, self.out, self.err)
        return code


class Piped:
    """What `subprocess.Popen` is to `Child`: `python -m MODULE …` whose standard input and output are pipes."""

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str], stderr: IO[bytes], **_: object) -> None:
        code = f"import runpy; runpy.run_module({command[2]!r}, run_name='__main__', alter_sys=True)"
        given, ours = os.pipe()
        output, theirs = os.pipe()
        self._fork = Fork(["-c", code, *command[3:]], [given, theirs, stderr.fileno()], env, str(Path.cwd()))
        os.close(given)
        os.close(theirs)
        self.pid, self.stdin, self.stdout = self._fork.pid, os.fdopen(ours, "wb"), os.fdopen(output, "rb")

    def poll(self) -> int | None:
        return self._fork.code(0)

    def wait(self, timeout: float = 60.0) -> int:
        code = self._fork.code(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout)
        return code

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def terminate(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)


def _whole(file: IO[bytes]) -> str:
    return os.pread(file.fileno(), 10_000_000, 0).decode()


class Spawned:
    """What `pexpect.spawn` is to a started process, as far as a test's terminal uses it."""

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        dimensions: tuple[int, int],
        cwd: str,
        stdout: IO[Any] | None = None,
        constants: Mapping[str, float] | None = None,
    ) -> None:
        """Started; with `stdout` what goes there goes to a file, not to the terminal."""
        self.child_fd, theirs = os.openpty()
        os.set_inheritable(self.child_fd, False)
        self.setwinsize(*dimensions)
        modes = termios.tcgetattr(theirs)
        modes[3] &= ~termios.ECHO
        termios.tcsetattr(theirs, termios.TCSANOW, modes)
        files = [theirs, theirs if stdout is None else stdout.fileno(), theirs]
        self._fork = Fork(arguments, files, environment, cwd, constants)
        os.close(theirs)
        self.pid = self._fork.pid
        self.closed = False

    def read_nonblocking(self, size: int, timeout: float) -> bytes:
        if self.closed or not select.select([self.child_fd], [], [], timeout)[0]:
            raise pexpect.TIMEOUT("nothing")
        try:
            data = os.read(self.child_fd, size)
        except OSError:
            data = b""
        if not data:
            time.sleep(timeout if self.isalive() else 0)
            raise pexpect.EOF("the end")
        return data

    def send(self, keys: str) -> None:
        os.write(self.child_fd, keys.encode())

    def setwinsize(self, rows: int, columns: int) -> None:
        termios.tcsetwinsize(self.child_fd, (rows, columns))

    def kill(self, number: int) -> None:
        os.kill(self.pid, number)

    def isalive(self) -> bool:
        return self._fork.code(0) is None

    def ended(self, within_s: float) -> int | None:
        """Its exit code, -n after signal n; None where it still runs."""
        return self._fork.code(within_s)

    @property
    def exitstatus(self) -> int | None:
        code = self._fork.code(0)
        return code if code is not None and code >= 0 else None

    @property
    def signalstatus(self) -> int | None:
        code = self._fork.code(0)
        return -code if code is not None and code < 0 else None

    def close(self, force: bool = False) -> None:
        if not self.closed:
            os.close(self.child_fd)
            self.closed = True
        if force and self.isalive():
            os.kill(self.pid, signal.SIGKILL)
            self._fork.code(10)


def _serve(requests: socket.socket) -> None:
    """Fork for every request, until whoever asks has ended."""
    for name in _LOADED.split():
        __import__(name)
    sys.modules["console.providers.adapters"].warm().join()
    gc.freeze()
    while True:
        data, files, _, _ = socket.recv_fds(requests, 262_144, 4)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG if data else 0)[0]:
                pass
        if not data:
            return
        if os.fork() == 0:
            requests.close()
            _keep(json.loads(data), *files)
        for file in files:
            os.close(file)


def _keep(request: dict[str, Any], stdin: int, stdout: int, stderr: int, told: int) -> NoReturn:
    """Start the console, tell its pid, wait for its end and tell how it went."""
    pid = os.fork()
    if pid == 0:
        os.close(told)
        _become(request, stdin, stdout, stderr)
    for file in {stdin, stdout, stderr}:
        os.close(file)
    os.write(told, b"%d\n" % pid)
    os.write(told, b"%d\n" % os.waitpid(pid, 0)[1])
    os._exit(0)


def _become(request: dict[str, Any], *files: int) -> NoReturn:
    os.setsid()
    for number, file in enumerate(files):
        os.dup2(file, number)
    for file in set(files):
        os.close(file)
    if os.isatty(0):
        import fcntl

        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    tempfile.tempdir = None  # TMPDIR may be another
    for place, value in request["constants"].items():
        module, _, name = place.rpartition(".")
        setattr(importlib.import_module(module), name, value)
    sys.stdin = sys.__stdin__ = TextIOWrapper(BufferedReader(FileIO(0, closefd=False)), "utf-8")
    sys.stdout = sys.__stdout__ = _written(1, "strict", lines=os.isatty(1))
    sys.stderr = sys.__stderr__ = _written(2, "backslashreplace", lines=True)
    if request["arguments"][:1] == ["-c"]:
        _program(*request["arguments"])
    sys.argv = ["console", *request["arguments"]]
    from console.__main__ import main

    sys.exit(main())


def _program(option: str, code: str, *arguments: str) -> NoReturn:
    """As `python -c CODE` does it."""
    sys.argv = [option, *arguments]
    sys.path[0] = ""
    sys.path[1:1] = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    main = sys.modules["__main__"] = ModuleType("__main__")
    exec(compile(code, "<string>", "exec"), main.__dict__)
    sys.exit()


def _written(number: int, errors: str, *, lines: bool) -> TextIOWrapper:
    return TextIOWrapper(BufferedWriter(FileIO(number, "w", closefd=False)), "utf-8", errors, line_buffering=lines)


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    _serve(socket.socket(fileno=int(sys.argv[1])))
