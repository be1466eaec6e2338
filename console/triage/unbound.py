"""Names that a Python program uses and nowhere defines: a forgotten import ends it at once."""

from __future__ import annotations

import ast
import builtins
import re

from console.triage.records import Reason, brief
from console.triage.trees import nodes_of

_KNOWN = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__", "__builtins__", "__class__", "__annotations__"}
_JUDGES = frozenset(
    [
        *("List", "Optional", "Dict", "Set", "Tuple", "Any", "Union", "Iterator", "Callable", "Deque", "DefaultDict"),
        *("TreeNode", "ListNode", "Node", "collections", "math", "heapq", "bisect", "itertools", "functools", "string"),
        *("operator", "random", "re", "Counter", "defaultdict", "deque", "OrderedDict", "inf", "gcd", "sqrt", "ceil"),
        *("floor", "comb", "heappush", "heappop", "heapify", "bisect_left", "bisect_right", "insort", "accumulate"),
        *("permutations", "combinations", "product", "groupby", "pairwise", "chain", "lru_cache", "cache", "reduce"),
        *("cmp_to_key", "zip_longest", "ascii_lowercase", "SortedList", "SortedDict", "islice", "count", "sys", "os"),
    ]
)
"""What sites that judge a `class Solution` have imported for it."""
_PROMPT = 20_000
_DEFINE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def unbound_names(left: ast.Module, right: ast.Module, prompt: str) -> Reason | None:
    """A name that only one of two programs uses without defining it. What the prompt speaks of may be there."""
    ours, theirs = _unbound(left), _unbound(right)
    if ours is None or theirs is None or bool(ours) == bool(theirs):
        return None  # a part of a program has names from the rest
    told = set(re.findall(r"\w+", prompt[:_PROMPT]))
    added, gone = theirs - ours - told, ours - theirs - told
    if added:
        return Reason("code", f"uses what is nowhere defined or imported: {brief(', '.join(sorted(added)), 60)}", 0.8)
    if gone:
        return Reason("code", f"no longer uses what is nowhere defined: {brief(', '.join(sorted(gone)), 60)}", 0.8)
    return None


def _unbound(tree: ast.Module) -> set[str] | None:
    """The names that are read and never bound, wherever; None where nobody can tell.

    They may come from an import of everything; what is a part of a program, without a function, has them from the rest.
    """
    if not any(isinstance(node, _DEFINE) for node in tree.body):
        return None
    bound, read = set(_KNOWN), set[str]()
    for node in nodes_of(tree):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            if any(one.name == "*" for one in node.names):
                return None
            bound |= {(one.asname or one.name).partition(".")[0] for one in node.names}
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, (*_DEFINE, ast.MatchAs, ast.MatchStar, ast.ExceptHandler)):
            bound.add(node.name or "")
        elif isinstance(node, ast.MatchMapping):
            bound.add(node.rest or "")
    return read - bound - (_JUDGES if "Solution" in bound else frozenset())
