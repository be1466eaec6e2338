"""Small values to try a function on, by what its parameters are called and annotated with."""

from __future__ import annotations

import ast
import re
from datetime import date, datetime
from functools import lru_cache

from console.triage.imagining.probes import Probe
from console.triage.imagining.structures import Given, Within
from console.triage.imagining.topics import records_on
from console.triage.imagining.values import words

Arguments = tuple[object, ...]

_NUMBERS = (3, 0, 1, 2, 4, 5, 7, 10, 12, 15, 6, 100, 400)
_FLOATS = (3.5, 1.0, 0.25, 10.75, 100.0, 2.6)
_LISTS: tuple[object, ...] = (
    [5, 2, 8, 8, 1], [1, 2, 3, 4], [3], [], [7, -7, 4], [2, 1, 2], [3, 1, 9, 2, 9, 4], [1, 2, 2, 3, 10], [-4, -1, -3],
    [5, 4, 3, 2, 1], [2, 2], [-1, -5, -3, -5], [1, 3, 2, 3, 1], [9, 1, 9], [0, 0, 1], [-7, -9, -8],
)  # fmt: skip
_FLOAT_LISTS: tuple[object, ...] = ([1.0, 5.5, 1.2, 9.0], [2.0], [3.5, 0.5, 7.25], [])
_NESTED: tuple[object, ...] = (
    [[1, 2], [3, 4]],
    [[1, 2, 3], [4, 5, 6], [7, 8, 9]],
    [[7]],
    [[5, 1], [0, 2], [3, 3]],
    [[1, 9], [2, 3], [8, 10]],
    [[0, 5], [2, 1]],
    [[1, 2, 3, 4], [5, 6, 7, 8]],
    [[1, 2, 3]],
    [[4], [5], [6]],
    [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]],
    [[1, 1, 0], [0, 1, 0], [1, 0, 1]],
)
_INTERVALS: tuple[object, ...] = (
    [[1, 3], [2, 6], [8, 10], [15, 18]], [[1, 10], [2, 3], [4, 8]], [[5, 6], [1, 2]], [[1, 4], [4, 5]],
    [[1, 4], [0, 4]], [[1, 1]], [[2, 3], [2, 3], [1, 9]], [],
)  # fmt: skip
MIXED: tuple[object, ...] = (
    [1, [2, [3, 4]], 5], [[1], [2, [3]]], [], [[[[7]]]], [1, 2, [3]], [[], [1, []]], [[5, 1], [0, [2, 2]], 3], [[-1], 4]
)  # fmt: skip
TEXTS = (
    "hello world", "abc", "Level", "a b a", "", "a", "aabbbca", "([]{})", "([)]", "((", "Hello, World 2024!", "racecar",
    "The quick brown Fox", "121", "Yes, no; maybe?", "aAbB", "{[()]}", "x1y22z", "3", "-7", "zzz",
    "ab,cd,,e",
)  # fmt: skip
_TEXT_LISTS: tuple[object, ...] = (
    ["b", "apple", "kiwi"], ["x"], [], ["aa", "Aa", "b", "aa"], ["flower", "flow"], ["eat", "tea", "tan", "ate"],
    ["", "a", ""], ["aab", "abb", "aba"], ["dog", "Cat", "ant", "cat"],
)  # fmt: skip

_TRUTHS = (True, False)
_DICTS: tuple[object, ...] = ({"a": 1, "b": 2, "c": 1}, {}, {"x": 5}, {"b": 3, "a": 0}, {"k": 2, "j": 2, "i": 9})
_PAIRS: tuple[object, ...] = (
    [("a", 2), ("b", 1), ("c", 2)], [("x", 5)], [], [("b", 3), ("a", 3), ("a", 1)], [("k", -1), ("l", 0)],
)  # fmt: skip
_NUMBER_PAIRS: tuple[object, ...] = ([(1, 3), (2, 2), (3, 2)], [(5, 1)], [], [(2, 9), (2, 1), (1, 4)])
_RECORDS: tuple[object, ...] = (
    [{"name": "Ann", "age": 30, "score": 5}, {"name": "Bob", "age": 20, "score": 9}], [],
    [{"name": "Cid", "age": 30, "score": 7}],
)  # fmt: skip
_DAYS: tuple[object, ...] = (
    date(2024, 2, 29), date(2024, 3, 4), date(2023, 12, 31), date(2025, 2, 28), date(2000, 1, 1), date(2024, 3, 1),
)  # fmt: skip
_TIMES: tuple[object, ...] = tuple(
    datetime(*given) for given in ((2024, 2, 29, 23, 59), (2024, 3, 4, 9, 0), (2023, 12, 31), (2025, 2, 28, 17, 30))
)
_DAY_TEXTS = ("2024-03-01", "2024-03-05", "2023-12-31", "2024-02-29", "2024-03-09", "2025-01-01")
_GRIDS: tuple[object, ...] = (
    [["1", "1", "0"], ["0", "1", "0"], ["1", "0", "1"]], [["1"]], [["0"]], [["1", "0", "1", "1"]],
    [["1", "1"], ["1", "1"]], [["0", "1"], ["1", "0"]], [["0", "1"], ["1", "1"]],
    [["1", "0", "1"], ["1", "1", "1"], ["0", "0", "0"]],
)  # fmt: skip
_CHAINS: tuple[object, ...] = tuple(
    Given("ListNode", one)
    for one in (
        (1, 2, 3, 4, 5),
        (1, 2, 4),
        (2, 1),
        (1,),
        (),
        (1, 1, 2, 3, 3),
        (7, 2, 4, 3),
        (1, 2, 2, 1),
        (5, 6, 4),
        (9, 9),
    )
)
_ROOTS = (
    (3, 9, 20, None, None, 15, 7), (4, 2, 7, 1, 3, 6, 9), (1,), (), (1, 2), (1, None, 2, 3),
    (5, 1, 4, None, None, 3, 6),
    (1, 2, 2, 3, 4, 4, 3), (1, 2, 2, None, 3, None, 3), (2, 1, 3), (6, 2, 8, 0, 4, 7, 9, None, None, 3, 5),
    (-3, -2, None, -1),
    (1, 2, None, 3, 4, 5, None, None, 6, 7),
    (5, 4, 7, 3, None, 2, None, -1, None, 9), (2, 2, 2), (5, 4, 6, None, None, 3, 7), (10, 5, 15, None, None, 6, 20),
)  # fmt: skip
_TREES: tuple[object, ...] = tuple(Given("TreeNode", one, "tree") for one in _ROOTS)
_NODES: tuple[object, ...] = (Within(2), Within(4), Within(3), Within(6), Within(8), Within(7))
_OTHER_NODES: tuple[object, ...] = (Within(8), Within(2), Within(9), Within(3), Within(0), Within(4))
_SEARCHED: tuple[object, ...] = tuple(
    Given("TreeNode", one, "tree")
    for one in (
        (6, 2, 8, 0, 4, 7, 9, None, None, 3, 5),
        (4, 2, 7, 1, 3, 6, 9),
        (5, 3, 6, 2, 4, None, None, 1),
        (2, 1, 3),
    )
)

_WEIGHTED: tuple[object, ...] = (
    {"A": {"B": 4, "C": 1}, "B": {"D": 1}, "C": {"B": 2, "D": 5}, "D": {}, "E": {"A": 1}}, {"A": {}},
    {"A": {"B": 0, "C": 7}, "B": {"A": 2, "C": 7}, "C": {"A": 1}}, {"A": {"C": 1}, "B": {"C": 2}, "C": {}},
    {"A": {"B": 3}, "B": {"C": 1}, "C": {"D": 1}, "D": {}}, {"B": {"A": 1}, "A": {"C": 5}, "C": {}},
)  # fmt: skip
_ADJACENT: tuple[object, ...] = (
    {"A": ["B", "C"], "B": ["C"], "C": ["D"], "D": []},
    {"A": ["B", "C"], "B": ["D"], "C": ["D"], "D": [], "E": ["A"]}, {"A": []}, {"A": ["B"], "B": ["C"], "C": ["A"]},
    {"A": ["C", "B"], "B": ["A"], "C": ["D"], "D": ["B"]}, {"A": ["C"], "B": ["C"], "C": []},
    {"B": ["A"], "A": ["C"], "C": [], "D": []},
)  # fmt: skip
_NUMBERED: tuple[object, ...] = (
    {0: [1, 2], 1: [3], 2: [3], 3: [], 4: [0]}, {0: []}, {0: [1], 1: [2], 2: [0]}, {0: [2, 1], 1: [0], 2: [3], 3: [1]},
)  # fmt: skip
_NAMES_OF_NODES: tuple[object, ...] = ("A", "B", "D", "C")
_FUNCTIONS: tuple[object, ...] = tuple(map(Probe, ("double", "is_odd", "length", "add")))
_HINTS: tuple[tuple[frozenset[str], tuple[object, ...]], ...] = (
    (
        words("list lst nums numbers arr array items values xs seq elements data scores prices l array1 list1 li"),
        _LISTS,
    ),
    (words("s text string word name sentence line phrase st str1 str2 s1 s2 password message str txt"), TEXTS),
    (
        words(
            "n m k x y a b num number year i count limit target amount age threshold celsius c size shift times steps "
            "temp temperature fahrenheit kelvin seconds minutes price total salary balance percent radius base exp "
            "exponent degree speed distance duration score points mass volume width height depth days hours rate start "
            "end step low high left right index idx pos position length"
        ),
        _NUMBERS,
    ),
    (words("words strings names strs texts"), _TEXT_LISTS),
    (words("head l1 l2 list1 list2 head1 head2"), _LISTS),
    (words("intervals ranges meetings points edges"), _INTERVALS),
    (words("matrix grid mat board rows data"), _NESTED),
    (words("pairs tuples marks tuple_list"), _PAIRS),
    (words("records people users employees students"), _RECORDS),
    (words("nested"), MIXED),
    (words("d dictionary mapping dct"), _DICTS),
    (words("graph adj adjacency g network"), _WEIGHTED),
    (words("fn func function callback predicate key_func mapper transform"), _FUNCTIONS),
)
_TYPES: dict[str, tuple[object, ...]] = {
    "int": _NUMBERS, "float": _FLOATS, "str": TEXTS, "bool": _TRUTHS, "list": _LISTS, "list[int]": _LISTS,
    "list[float]": _FLOAT_LISTS, "list[str]": _TEXT_LISTS, "list[list[int]]": _NESTED, "dict": _DICTS,
    "dict[str, int]": _DICTS, "sequence[int]": _LISTS, "iterable[int]": _LISTS, "listnode": _CHAINS,
    "treenode": _TREES, "date": _DAYS, "datetime.date": _DAYS, "datetime": _TIMES, "datetime.datetime": _TIMES,
    "list[list[str]]": _GRIDS, "list[tuple[str, int]]": _PAIRS, "list[tuple[int, int]]": _NUMBER_PAIRS,
    "list[dict]": _RECORDS, "list[dict[str, any]]": _RECORDS, "iterable[str]": _TEXT_LISTS, "tuple[int, ...]": _LISTS,
    "sequence[str]": _TEXT_LISTS, "int | float": _NUMBERS, "set[int]": ({3, 1, 2}, {2}, set()), "any": _NUMBERS,
    "iterable[t]": _LISTS, "iterable": _LISTS, "sequence": _LISTS, "list[t]": _LISTS, "list[any]": _LISTS,
    "sequence[float]": _FLOAT_LISTS, "iterable[float]": _FLOAT_LISTS, "number": _NUMBERS, "object": _NUMBERS,
    "callable": _FUNCTIONS,
}  # fmt: skip
_BST = re.compile(r"\bbinary search tree|\bBST\b", re.IGNORECASE)
_CHECKED = re.compile(r"\b(?:valid|is_?bst|whether|determine|check)", re.IGNORECASE)
_DATED = re.compile(r"YYYY-MM-DD|\bISO\b|\b\d{4}-\d\d-\d\d\b")
_OF_DAYS = re.compile(r"date|day|start|end|birth|^s$|^d\d?$|from|to|text", re.IGNORECASE)
_DATE_OBJECTS = re.compile(r"datetime\.date\b|\bdate objects?\b")
_COUNTED = words(
    "coins prices weights heights ages sizes costs amounts piles stones lengths counts capacities denominations "
    "bricks gas cookies salaries"
)
"""What is never negative."""
_POSITIVE_LISTS: tuple[object, ...] = (
    [1, 3, 4],
    [2, 5, 1],
    [9, 6, 1],
    [1, 2, 3, 4],
    [3],
    [],
    [5, 2, 8, 8, 1],
    [3, 1, 9, 2, 9, 4],
    [7, 3, 4],
)
SPELT = (
    (
        re.compile(r"\b(?:string|str|text|sequence) (?:of|with) (?:exactly )?(?:\w+ )?digits\b", re.IGNORECASE),
        ("1234567890", "0987654321", "5551230000", "9998887776", "1000000001"),
    ),
    (re.compile(r"\bbinary strings?\b", re.IGNORECASE), ("101", "0", "1111", "1000", "0110", "1", "110101")),
)
"""Texts of a few characters only, where a prompt says so."""
_GRAPHS = words("graph adj adjacency network")
_PLACES = words("start end source target src dst node goal root s t origin vertex")
_PAIRED = words("intervals ranges meetings points edges")
_GUESSES: tuple[tuple[object, ...], ...] = (_LISTS, _NUMBERS, TEXTS, _NESTED, _DICTS)
_TWINS: tuple[Arguments, ...] = (
    ("listen", "silent"), ("Dirty room", "dormitory"), ("aab", "abb"), ("abc", "abc"), ("kitten", "sitting"),
    ([1, 2, 2], [2, 2, 1]), ([1, 2], [1, 2]), ("aaaa", "aa"), ("ab", ""),
)  # fmt: skip
"""What two arguments of one kind may have in common."""


@lru_cache(maxsize=256)
def annotated_pool(annotation: str) -> tuple[object, ...] | None:
    """The values for an annotation, None where nobody knows one."""
    told = annotation.lower().strip("'\"").replace("typing.", "").replace("'", "")
    told = told.removeprefix("optional[").replace(" | none", "")
    if told.startswith("callable["):
        return _FUNCTIONS
    return _TYPES.get(told) or _TYPES.get(told.removesuffix("]"))


def pool_of(parameter: ast.arg) -> tuple[object, ...]:
    """The likeliest values for a parameter; none where neither its name nor its annotation says anything."""
    found = pools_of(parameter)
    return found[0] if found and (parameter.annotation is not None or found[0] is not _GUESSES[0]) else ()


def pools_of(parameter: ast.arg) -> tuple[tuple[object, ...], ...]:
    """The kinds of values that a parameter may be meant for, the likeliest first."""
    if parameter.annotation is not None:
        known = annotated_pool(ast.unparse(parameter.annotation))
        if known is _LISTS and parameter.arg in _COUNTED:
            known = _POSITIVE_LISTS
        if known is _NESTED and parameter.arg in _PAIRED:
            known = _INTERVALS
        return (known,) if known else ()
    name = parameter.arg.lower()
    if name in _COUNTED:
        return (_POSITIVE_LISTS, *_GUESSES[1:])
    hinted = tuple(pool for names, pool in _HINTS if name in names)[:1]
    return hinted + tuple(pool for pool in _GUESSES if pool not in hinted)


def pools_for(parameter: ast.arg, node: ast.FunctionDef, prompt: str) -> tuple[tuple[object, ...], ...]:
    """The same for a parameter of a function: nodes of its own tree, trees in order, days where a prompt names them."""
    first = next((one for one in node.args.args if one.arg != "self"), parameter)
    told = "" if parameter.annotation is None else ast.unparse(parameter.annotation)
    if first.arg == "root" and parameter.arg in ("p", "q") and ("TreeNode" in told or not told):
        return (_NODES if parameter.arg == "p" else _OTHER_NODES,)
    ordered = _BST.search(prompt) is not None and _CHECKED.search(prompt) is None
    if "TreeNode" in told and (ordered or (first is parameter and {"p", "q"} <= {one.arg for one in node.args.args})):
        return (_SEARCHED,)
    if told in ("", "str") and (spelt := next((texts for form, texts in SPELT if form.search(prompt)), None)):
        return (spelt,) if told else (spelt, *pools_of(parameter))
    found = pools_of(parameter)
    if _RECORDS in found or (told in ("list", "List") and "dict" in prompt):
        found = (records_on(prompt), *found) if records_on(prompt) else found
    elif not told and records_on(prompt) and found[0] is _GUESSES[0]:
        found = (records_on(prompt), *found)
    if parameter.arg in ("f", "g") and not told:
        return (_FUNCTIONS, *found)
    graphs = [one for one in node.args.args if one.arg in _GRAPHS]
    if graphs and not told.startswith("List"):
        if parameter in graphs:
            weighted = "weight" in prompt or "list" not in prompt
            return (_WEIGHTED, _ADJACENT, _NUMBERED) if weighted else (_ADJACENT, _NUMBERED, _WEIGHTED)
        if parameter.arg in _PLACES and not told:
            return (_NAMES_OF_NODES, (0, 1, 3, 2))
    if _DATED.search(prompt) and (told == "str" or (not told and _OF_DAYS.search(parameter.arg))):
        return (_DAY_TEXTS, *found)
    if _DATE_OBJECTS.search(prompt) and not told:
        return (_DAYS, *found)
    return found


def defaults_of(node: ast.FunctionDef) -> dict[str, object]:
    """The constants that parameters have as defaults, by their names."""
    names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
    given = zip(names[::-1], node.args.defaults[::-1], strict=False)
    return {name: value.value for name, value in given if isinstance(value, ast.Constant)}


def twins_of(kinds: tuple[tuple[object, ...], ...]) -> tuple[Arguments, ...]:
    """Pairs that have something in common, where both arguments are texts or both lists of numbers."""
    kind = str if kinds == (TEXTS, TEXTS) else list if kinds == (_LISTS, _LISTS) else None
    return tuple(given for given in _TWINS if kind is not None and isinstance(given[0], kind))
