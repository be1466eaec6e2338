"""The worker process that embeds texts, `python -m console.compare.embedding MODEL [SHA256]`: JSON lines in and out.

The only file that names sentence-transformers. It runs in a process of its own, because loading it takes ten seconds
and holds the interpreter: no screen should stutter for it. Offline unless the environment says otherwise, and no code
from a model's repository is ever run.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PIECES = 200
"""Word pieces a chunk may have; the default model reads 256, and silently cuts what is longer."""

_NICE = 5
"""Loading takes seconds of every processor: the screen and the requests come first."""


def verify(folder: Path, sha256: str) -> None:
    """Raises ValueError where the weights in `folder` are not the ones with this hash."""
    found = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != sha256:
        raise ValueError(f"the weights in {folder.name} are not the expected ones")


def chunks(text: str, length: Callable[[str], int], limit: int = PIECES) -> list[str]:
    """`text` in pieces of at most `limit` word pieces, cut between words, so that nothing is left unread."""
    pieces: list[str] = []
    words: list[str] = []
    size = 0
    every = text.split()
    whole = " ".join(every)
    if max(len(every), length(whole)) <= limit:
        return [whole]  # most answers: no word has to be looked at
    for word in every:
        cost = max(1, length(word))
        # A word longer than a chunk (a data url, say) is cut into parts that fit.
        step = limit if cost > limit else len(word)
        for part in (word[at : at + step] for at in range(0, len(word), step)):
            cost = min(cost, limit)
            if words and size + cost > limit:
                pieces.append(" ".join(words))
                words, size = [], 0
            words.append(part)
            size += cost
    return [*pieces, " ".join(words)] if words else pieces


def matched(left: Any, right: Any) -> list[float]:
    """For every chunk of either side, how well the other side's best chunk matches it (cosine, -1..1)."""
    table = left @ right.T
    return [float(value) for value in (*table.max(axis=1), *table.max(axis=0))]


def serve(model: Any, requests: Any, answers: Any) -> None:
    """Answer until the requests end."""

    def length(word: str) -> int:
        return len(model.tokenizer.tokenize(word))

    for line in requests:
        pair = json.loads(line)
        sides = [chunks(str(text), length) for text in pair]
        vectors = model.encode([*sides[0], *sides[1]], normalize_embeddings=True, show_progress_bar=False)
        scores = matched(vectors[: len(sides[0])], vectors[len(sides[0]) :])
        answers.write(json.dumps({"mean": sum(scores) / len(scores), "lowest": min(scores)}) + "\n")
        answers.flush()


def main(arguments: Sequence[str]) -> int:
    """Load the model, say that it is ready, answer."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints must not be taken for an answer
    name, _, revision = arguments[0].partition("@")
    if len(arguments) > 1 and arguments[1]:
        verify(Path(name), arguments[1])
    if name.startswith((".", "/", "~")) and not Path(name).is_dir():
        raise FileNotFoundError(name)  # told at once, not after ten seconds of loading what would read it
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(name, revision=revision or None, trust_remote_code=False, device="cpu")
    answers.write(json.dumps({"ready": True}) + "\n")
    answers.flush()
    serve(model, sys.stdin, answers)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
