"""Values that a prompt calls for by what it speaks of: addresses, dates, names of a form, records with certain keys."""

from __future__ import annotations

import re
from functools import lru_cache

_TOPICS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), texts)
    for pattern, texts in (
        (r"\bIPv?4?\b(?: address)?", ("192.168.0.1", "256.1.1.1", "1.2.3", "1.2.3.4.5", "a.b.c.d", "0.1.2.3")),
        (r"\be-?mail", ("ann@example.com", "a.b@mail.example.org", "example.com", "@example.com", "ann@", "a b@c")),
        (r"HH:MM|\b24-hour|\btime of day", ("12:30", "09:05", "23:59", "00:00")),
        (r"\bhex|\bcolou?r", ("#ffffff", "#12ab9f", "ffffff", "#gggggg", "ff", "1a")),
        (r"\bbinary (?:string|number|representation)", ("101", "0", "1111", "1000")),
        (r"\broman", ("III", "IV", "XLIV", "MCMXCIV", "LVIII", "IX")),
        (r"\bpalindrom", ("racecar", "A man, a plan, a canal: Panama", "abba", "No lemon, no melon")),
        (r"\bcamel ?case", ("camelCase", "myVariableName", "name", "aB")),
        (r"\bsnake.?case", ("snake_case_name", "a_b", "name")),
        (r"\bkebab|\bslug", ("Hello, World!", "a  b", "--x--", "Already-Done")),
        (r"\bversions?\b", ("1.2.10", "1.2.9", "1.0", "2.0.0")),
        (r"\bpolish|\bpostfix|\bRPN\b", ("2 3 +", "2 3 4 * +", "8 2 /", "5")),
        (r"\barithmetic expression|\bevaluates? .{0,20}expression", ("1+2", "2*3+4", "2+3*4", "8/2-1", "(1+2)*3")),
        (r"\bpassword", ("Passw0rd!", "password", "PASSW0RD!", "Passw0rdd", "Sh0rt!", "Password!")),
        (r"\bwhite ?space|\bspaces\b|\btrim|\bstrip", ("  two  spaces ", "a\tb", "one ", " x")),
        (r"\bpangram", ("The quick brown fox jumps over the lazy dog",)),
        (r"\bURLs?\b", ("https://example.com/a?b=1&c=2", "http://example.org", "example.com", "ftp://x")),
    )
)  # fmt: skip
_KEY = re.compile(r"['\"`]([a-z][a-z_]{1,20})['\"`]")
_NUMERIC = re.compile(
    r"price|salary|age|amount|quantity|qty|count|score|year|cost|total|value|weight|height|grade|mark|id$|points|stock"
    r"|rating|balance|size|number|hours|rate|duration|population"
)
_WORDS = (("a", "b", "a", "a", "c"), ("x", "y", "x", "x", "y"), ("p", "p", "q", "p", "q"))
_COUNTS = ((3, 10, 5, 40, 7), (2, 1, 4, 1, 3), (30, 25, 30, 41, 19))


@lru_cache(maxsize=64)
def texts_on(prompt: str) -> tuple[str, ...]:
    """Texts of the kinds that a prompt speaks of, two kinds at most."""
    found = [texts for pattern, texts in _TOPICS if pattern.search(prompt)]
    return tuple(text for texts in found[:2] for text in texts)


@lru_cache(maxsize=64)
def records_on(prompt: str) -> tuple[object, ...]:
    """Lists of records with the keys that a prompt names in quotes; none where it names less than two."""
    keys = list(dict.fromkeys(_KEY.findall(prompt)))[:6]
    if len(keys) < 2 or "dict" not in prompt:
        return ()
    numeric = [key for key in keys if _NUMERIC.search(key)]
    columns = {
        key: _COUNTS[numeric.index(key) % len(_COUNTS)] if key in numeric else _WORDS[place % len(_WORDS)]
        for place, key in enumerate(keys)
    }
    rows = [{key: column[at] for key, column in columns.items()} for at in range(5)]
    return rows, rows[:1], rows[::-1], rows[1:4], []
