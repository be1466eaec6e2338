"""What a program does beside its results: queries, kinds of numbers, errors, what it waits for, defaults."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from console.triage.records import Reason, brief, changed
from console.triage.trees import nodes_of

_RUNS = frozenset({"execute", "executemany", "executescript", "raw", "query", "fetch", "fetchrow", "fetchval"})
_ANY = frozenset({"Exception", "BaseException", ""})


def habits_lost(left: ast.Module, right: ast.Module, *, same: bool) -> Reason | None:
    """The first of them that differs in a way that is seldom meant; for programs whose results nobody could tell.

    Where all inputs gave the `same`, which errors are handled and raised has been seen.
    """
    ours, theirs = nodes_of(left), nodes_of(right)
    return (
        _pasted(ours, theirs)
        or _inexact(ours, theirs)
        or _awaits(ours, theirs)
        or _defaults(left, right)
        or (None if same else _handled(ours, theirs) or _raised(ours, theirs))
    )


def _pasted(ours: list[ast.AST], theirs: list[ast.AST]) -> Reason | None:
    """Values that become a part of a query's text; they were given beside it."""
    before, after = ([text for node in side if (text := _query_of(node)) is not None] for side in (ours, theirs))
    if not before or any(map(_is_pasted, before)) or not any(map(_is_pasted, after)):
        return None
    return Reason("code", "values become part of the query's text: open to injection", 0.8)


def _query_of(node: ast.AST) -> ast.expr | None:
    """The text of a query that a call runs."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _RUNS and node.args:
        return node.args[0]
    return None


def _is_pasted(text: ast.expr) -> bool:
    if isinstance(text, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in text.values)
    if isinstance(text, ast.Call):
        return isinstance(text.func, ast.Attribute) and text.func.attr == "format"
    return isinstance(text, ast.BinOp) and isinstance(text.op, (ast.Add, ast.Mod)) and not _constant(text)


def _constant(node: ast.AST) -> bool:
    return all(not isinstance(part, (ast.Name, ast.Attribute, ast.Call)) for part in ast.walk(node))


def _inexact(ours: list[ast.AST], theirs: list[ast.AST]) -> Reason | None:
    """Decimal numbers that became floating-point ones."""
    exact = [any(isinstance(node, ast.Name) and node.id == "Decimal" for node in side) for side in (ours, theirs)]
    floats = any(isinstance(node, ast.Name) and node.id == "float" for node in theirs)
    return Reason("code", "reckons with float instead of Decimal", 0.65) if exact == [True, False] and floats else None


def _awaits(ours: list[ast.AST], theirs: list[ast.AST]) -> Reason | None:
    waits = (ast.Await, ast.AsyncFor, ast.AsyncWith)
    if not any(isinstance(node, ast.AsyncFunctionDef) for node in theirs):
        return None
    gone = any(isinstance(node, waits) for node in ours) and not any(isinstance(node, waits) for node in theirs)
    return Reason("code", "no longer awaits anything", 0.7) if gone else None


def _defaults(left: ast.Module, right: ast.Module) -> Reason | None:
    before, after = (dict(_literal_defaults(tree)) for tree in (left, right))
    for name, value in before.items():
        if after.get(name, value) != value:
            return changed("code", f"default of {name} changed:", value, after[name], 0.65)
    return None


def _literal_defaults(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Parameters with a literal as a default: `f.times` with `3`."""
    for node in nodes_of(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
            given = list(zip(names[::-1], node.args.defaults[::-1], strict=False))
            given += [
                (one.arg, value)
                for one, value in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                if value is not None
            ]
            for name, value in given:
                if isinstance(value, ast.Constant):
                    yield f"{node.name}.{name}", repr(value.value)


def _handled(ours: list[ast.AST], theirs: list[ast.AST]) -> Reason | None:
    """Errors that the old program handled and the new one neither handles nor tests for; and those now swallowed."""
    before, after = (set(_caught(nodes)) for nodes in (ours, theirs))
    if not before:
        return None
    more = sorted(after - before)
    if more and not before & _ANY and (before <= after or after & _ANY):
        return Reason("code", f"now also catches {brief(', '.join(filter(None, more)) or 'every error')}", 0.6)
    if any(isinstance(node, (ast.Try, ast.If, ast.IfExp, ast.With)) and _tests(node) for node in theirs):
        return None
    return Reason("code", f"no longer handles {brief(', '.join(sorted(filter(None, before))) or 'errors')}", 0.6)


def _caught(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.ExceptHandler):
            parts = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            yield from ("" if part is None else ast.unparse(part).rpartition(".")[2] for part in parts)


def _tests(node: ast.AST) -> bool:
    if not isinstance(node, ast.With):
        return True
    return any("suppress" in ast.unparse(item.context_expr) for item in node.items)


def _raised(ours: list[ast.AST], theirs: list[ast.AST]) -> Reason | None:
    """Kinds of errors that the old program raised by itself, of which the new one raises none."""
    before, after = (set(_kinds_raised(nodes)) for nodes in (ours, theirs))
    if not before or before & after:
        return None
    names = brief(", ".join(sorted(before)))
    if after:
        return changed("code", "raises another error:", names, brief(", ".join(sorted(after))), 0.6)
    if any(isinstance(node, ast.Raise) for node in theirs):
        return None
    return Reason("code", f"no longer raises {names}", 0.55)


def _kinds_raised(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Raise) and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if isinstance(raised, ast.Name) and raised.id[:1].isupper():
                yield raised.id
