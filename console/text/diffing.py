"""The differences of two texts, word by word: which runs of each side the other does not have.

Words, numbers and punctuation are compared; white space is not. A shortest edit is looked for up to a bound; beyond
it words that occur once on each side are taken as fixed points (patience diff), and what lies between is done again:
so two long texts that share little cost little. Texts beyond 64 kB are compared line by line.

Sources: Myers, "An O(ND) difference algorithm and its variations" (1986); Cohen, "Patience diff" (2008).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from console.domain.record import record

WORD_LEVEL_CHARACTERS = 65_536
"""Longer texts are compared line by line: nobody reads the words of 64 kB, and no terminal draws them."""
_MOST_EDITS = 128
"""The bound of the exact search: its work grows with the square of this."""

_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_CJK}]|\d+(?:[.,:]\d+)*|[^\W{_CJK}]+(?:['’][^\W{_CJK}]+)*|[^\w\s]")
_LINE = re.compile(r"[^\n]+")


@record
class Run:
    """A stretch of one side's text. `changed`: the other side does not have it there."""

    text: str
    changed: bool


@record
class _Token:
    """A word or line of a text and where it stands."""

    text: str
    start: int
    end: int


def difference(left: str, right: str) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """The runs of `left` and of `right`; put together, each side's runs are its text.

    Changed words with only white space between them are one run; punctuation that did not change parts them.
    Linear in practice; two unrelated texts of 64 kB take about a quarter of a second, so call it off the UI's thread.
    """
    if left == right:
        runs = (Run(left, changed=False),) if left else ()
        return runs, runs
    by_line = max(len(left), len(right)) > WORD_LEVEL_CHARACTERS
    ours, theirs = _tokens(left, by_line), _tokens(right, by_line)
    kept_ours, kept_theirs = _common([token.text for token in ours], [token.text for token in theirs])
    return _runs(left, ours, kept_ours), _runs(right, theirs, kept_theirs)


def _tokens(text: str, by_line: bool) -> list[_Token]:
    found = (_LINE if by_line else _TOKEN).finditer(text)
    return [_Token(match.group().strip() if by_line else match.group(), match.start(), match.end()) for match in found]


def _runs(text: str, tokens: Sequence[_Token], kept: set[int]) -> tuple[Run, ...]:
    """The text cut where changed becomes unchanged. White space between two changed words is changed with them."""
    runs: list[Run] = []
    start = 0
    changed = False
    for index, token in enumerate(tokens):
        now = index not in kept
        if now != changed:
            # White space belongs to the unchanged side of the cut.
            cut = token.start if now else tokens[index - 1].end
            if cut > start:
                runs.append(Run(text[start:cut], changed))
                start = cut
            changed = now
    if changed and tokens[-1].end < len(text):
        runs.append(Run(text[start : tokens[-1].end], changed))
        start, changed = tokens[-1].end, False
    if start < len(text):
        runs.append(Run(text[start:], changed))
    return tuple(runs)


def _common(left: Sequence[str], right: Sequence[str]) -> tuple[set[int], set[int]]:
    """The indices of each side's tokens that are matched with one of the other side, in order."""
    kept_left: set[int] = set()
    kept_right: set[int] = set()
    work = [(0, len(left), 0, len(right))]
    while work:
        gap = work.pop()
        a, b, c, d = gap
        for i, j in _ends(left, right, *gap):
            kept_left.add(i)
            kept_right.add(j)
            if i == a and j == c:
                a, c = a + 1, c + 1
            else:
                b, d = b - 1, d - 1
        if a >= b or c >= d:
            continue
        pairs = _shortest(left[a:b], right[c:d])
        if pairs is not None:
            kept_left.update(a + i for i, _ in pairs)
            kept_right.update(c + j for _, j in pairs)
            continue
        before = (a, c)
        for i, j in _anchors(left, right, a, b, c, d):
            kept_left.add(i)
            kept_right.add(j)
            work.append((before[0], i, before[1], j))
            before = (i + 1, j + 1)
        if before != (a, c):
            work.append((before[0], b, before[1], d))
    return kept_left, kept_right


def _ends(left: Sequence[str], right: Sequence[str], a: int, b: int, c: int, d: int) -> Iterator[tuple[int, int]]:
    """The pairs that both stretches begin with, first to last, then those that they end with, last to first."""
    while a < b and c < d and left[a] == right[c]:
        yield a, c
        a, c = a + 1, c + 1
    while a < b and c < d and left[b - 1] == right[d - 1]:
        yield b - 1, d - 1
        b, d = b - 1, d - 1


def _shortest(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]] | None:
    """The matched pairs of a shortest edit (Myers), or None when it takes more than `_MOST_EDITS` edits."""
    n, m = len(left), len(right)
    if abs(n - m) > _MOST_EDITS:
        return None
    reached = {1: 0}
    trace: list[dict[int, int]] = []
    for edits in range(min(_MOST_EDITS, n + m) + 1):
        trace.append(dict(reached))
        for k in range(-edits, edits + 1, 2):
            down = k == -edits or (k != edits and reached.get(k - 1, -1) < reached.get(k + 1, -1))
            x = reached[k + 1] if down else reached[k - 1] + 1
            while x < n and x - k < m and x - k >= 0 and left[x] == right[x - k]:
                x += 1
            reached[k] = x
            if x >= n and x - k >= m:
                return _walk_back(trace, n, m)
    return None


def _walk_back(trace: Sequence[dict[int, int]], n: int, m: int) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    x, y = n, m
    for edits in range(len(trace) - 1, -1, -1):
        reached = trace[edits]
        k = x - y
        down = k == -edits or (k != edits and reached.get(k - 1, -1) < reached.get(k + 1, -1))
        before = k + 1 if down else k - 1
        from_x = reached[before]
        from_y = from_x - before
        while x > from_x and y > from_y and x > 0 and y > 0:
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = from_x, from_y
    return pairs


def _anchors(left: Sequence[str], right: Sequence[str], a: int, b: int, c: int, d: int) -> list[tuple[int, int]]:
    """Pairs of tokens that occur once on each side: the longest sequence of them that is in order on both."""
    ours, theirs = Counter(left[a:b]), Counter(right[c:d])
    place = {right[j]: j for j in range(c, d) if theirs[right[j]] == 1}
    pairs = [(i, place[left[i]]) for i in range(a, b) if ours[left[i]] == 1 and left[i] in place]
    return _rising(pairs)


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of `pairs`, which rise in the first place, that rises in the second too."""
    tops: list[int] = []
    at: list[int] = []
    came_from: list[int] = []
    for index, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        came_from.append(at[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(j)
            at.append(index)
        else:
            tops[pile], at[pile] = j, index
    chosen: list[tuple[int, int]] = []
    index = at[-1] if at else -1
    while index >= 0:
        chosen.append(pairs[index])
        index = came_from[index]
    return chosen[::-1]
