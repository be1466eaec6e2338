"""The bucket function: which users a canary gets. Frozen for ever, since a change would move users between models.

`h` is the first 4 bytes, big-endian, of `sha256(salt + "\\0" + key)` in UTF-8, `bucket = (h * 1_000_000) >> 32`, and a
user is on the canary if and only if `bucket < percentage * 10_000`. The salt is the rollout's id: raising the
percentage only adds users, going back returns the same ones, and a new rollout picks different guinea pigs.
"""

from __future__ import annotations

import hashlib

BUCKETS = 1_000_000


def bucket(salt: str, key: str) -> int:
    """The user's fixed number 0..999,999 on the rollout `salt`. Lone surrogates are encoded as they are."""
    digest = hashlib.sha256(f"{salt}\0{key}".encode("utf-8", "surrogatepass")).digest()
    return (int.from_bytes(digest[:4], "big") * BUCKETS) >> 32


def threshold(percentage: float) -> int:
    """Buckets below this number are on the canary. `percentage` is 0..100 with up to 4 decimals."""
    return round(percentage * (BUCKETS // 100))


def is_canary(salt: str, key: str, percentage: float) -> bool:
    """Whether the user `key` is on the canary at `percentage` (0..100)."""
    return bucket(salt, key) < threshold(percentage)
