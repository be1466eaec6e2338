"""Chance that repeats: the same words give the same draws, in every process and on every machine."""

from __future__ import annotations

import random


def luck_of(*words: object) -> random.Random:
    """A generator that belongs to `words`, which may be any text, lone surrogates included."""
    seed = "\0".join(map(str, words)).encode("utf-8", "surrogatepass")
    return random.Random(seed)  # noqa: S311 (a simulation, not a secret)
