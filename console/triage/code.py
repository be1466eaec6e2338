"""Two pieces of source code: the same program in other words, the same with other values, or another program."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from textwrap import dedent

from console.triage.code_tokens import another, few_apart, token_changes, tokens_of
from console.triage.habits import habits_lost
from console.triage.idioms import put_in_one_idiom
from console.triage.imagining.trying import tried
from console.triage.phrases import either, holds_any
from console.triage.reading import Reading, in_parts
from console.triage.records import Reason, brief, changed
from console.triage.shapes import python_tree
from console.triage.trees import flat, inline, rename, variables
from console.triage.unbound import unbound_names

_HEADER = re.compile(r"^[ \t]*(?:async )?def \w+\(.*$", re.MULTILINE)
_BEGINS = re.compile(r"^(?:import |from \w|def |class |@\w|async def )", re.MULTILINE)
_LEFT_OUT = re.compile(
    r"(?:#|//|/\*|--)[^\n]{0,20}\b(?:todo|fixme|your code|(?:rest|remainder) of|remaining|existing code|omitted"
    r"|as before|same as (?:above|before)|unchanged|implement(?:ation)? (?:this|the|your|here|goes))\b[^\n]{0,60}"
    r"|\b(?:NotImplementedError|unimplemented!|todo!)[^\n]{0,40}|(?:#|//)\s*\.\.\.[^\n]{0,60}|^\s*\.\.\.\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_LEFT_OUT_WORDS = either(
    "todo|fixme|your code|rest of|remainder of|remaining|existing code|omitted|as before|same as|unchanged|implement"
    "|..."
)
"""Without one of them nothing is left out."""
_SHOWN = 4_000
"""Characters of an answer in which examples are looked for."""
_BODY = re.compile(r"(?:[ \t]+\S|return\b|(?:for|while|if|try|with)\b.*:)")


def code_changes(old: Reading, new: Reading, prompt: str = "") -> tuple[list[Reason], bool]:
    """What differs between the code of both sides; and whether it does the same for sure."""
    before, after = codes_of(old, new, prompt)
    if not before or not after:
        return [], False
    left_out = _left_out(after, prompt) if _left_out(before, prompt) is None else None
    if left_out is not None:
        return [Reason("code", f"a part is left to be written: “{brief(left_out.group().strip(), 60)}”", 0.8)], False
    left, right = _trees(before, after, prompt)
    if left is not None and right is not None:
        return _of_trees(left, right, prompt, f"{old.text[:_SHOWN]}\n{new.text[:_SHOWN]}")
    if left is not None and old.shape.language in ("", "python", "py") and new.shape.language in ("", "python", "py"):
        return [Reason("code", "was Python that parses, does not parse any more", 0.85)], False
    return token_changes(before, after, new.shape.language or old.shape.language, prompt)


def _left_out(code: str, prompt: str) -> re.Match[str] | None:
    """Where code leaves a part to be written; what a prompt or a base class wants to be left so is none."""
    if not holds_any(code.lower(), _LEFT_OUT_WORDS):
        return None
    found = next((found for part in in_parts(code) if (found := _LEFT_OUT.search(part))), None)
    meant = found is not None and found.group().startswith("NotImplemented") and "NotImplemented" in prompt
    return None if meant or (found is not None and "ubclass" in found.group()) else found


def codes_of(old: Reading, new: Reading, prompt: str) -> tuple[str, str]:
    """The code of both sides; what completes the function that a prompt begins is code, too. "" where one has none."""
    before, after = old.shape.code, new.shape.code
    if (before and after) or "json" in (old.shape.kind, new.shape.kind) or not (head := _head(prompt)):
        return before, after
    bodies = [
        code or (text if python_tree(head + _indented(text)) is not None else "")
        for code, text in ((before, old.text), (after, new.text))
    ]
    return (bodies[0], bodies[1]) if all(bodies) else (before, after)


def _trees(before: str, after: str, prompt: str) -> tuple[ast.Module | None, ast.Module | None]:
    """The syntax trees of both; of mere bodies, under the head of the function that the prompt asks to complete."""
    left, right = python_tree(before), python_tree(after)
    if (left is None or right is None or not _defines(left)) and (head := _head(prompt)):
        whole = [
            python_tree(head + _indented(code)) if _is_body(code) or tree is None else tree
            for code, tree in ((before, left), (after, right))
        ]
        if whole[0] is not None and whole[1] is not None:
            return whole[0], whole[1]
    return left, right


def _defines(tree: ast.Module) -> bool:
    return any(isinstance(node, (ast.FunctionDef, ast.ClassDef)) for node in tree.body)


def _head(prompt: str) -> str:
    """What a prompt begins, up to the body of its last function; "" where it begins none."""
    headers = list(_HEADER.finditer(prompt)) if "def " in prompt else []
    if not headers or not prompt[headers[-1].start() :].startswith(("def", "async")):
        return ""
    begun = _BEGINS.search(prompt)
    heads = [prompt, prompt[begun.start() :]] if begun is not None and begun.start() else [prompt]
    return next((f"{head.rstrip()}\n" for head in heads if python_tree(f"{head.rstrip()}\n    pass\n") is not None), "")


def _is_body(code: str) -> bool:
    return _BODY.match(code) is not None


def _indented(code: str) -> str:
    """A body with four spaces before each line; the first line may have lost its own."""
    lines = code.split("\n")
    if not lines[0].startswith((" ", "\t")) and any(line.startswith((" ", "\t")) for line in lines[1:]):
        lines[0] = f"    {lines[0]}"
    return "\n".join(f"    {line}" for line in dedent("\n".join(lines)).split("\n"))


def _of_trees(left: ast.Module, right: ast.Module, prompt: str, answers: str) -> tuple[list[Reason], bool]:
    if flat(left, {}) == flat(right, {}):
        return [], True
    if (missing := unbound_names(left, right, prompt)) is not None:
        return [missing], False
    names = _interface(left), _interface(right)
    if names[0] != names[1]:
        gone = [name for name, takes in names[0].items() if not _accepts(_called(names[1], name), takes)]
        added = [name for name in names[1] if name not in names[0]]
        # Nobody calls a name by heart that the prompt left open: the others are tried, then.
        asked = not prompt or _named_in(prompt, gone) or _asked_for(added, prompt)
        if gone and (asked or not names[0].keys() & names[1].keys()):
            weight = 0.7 if asked else 0.4
            return [changed("code", "interface changed:", ", ".join(gone), ", ".join(added), weight)], False
    ours, theirs = variables(left), variables(right)
    if flat(left, ours) == flat(right, theirs):
        return [Reason("code", "only names of variables differ", 0.05)], True
    reason, same = tried(left, right, prompt, answers)
    if reason is not None and not same:
        return [reason], False
    if not same and (found := _few_changes(left, right, ours, theirs)) is not None:
        return found
    if (lost := habits_lost(left, right, same=same)) is not None:
        return [lost], False
    if reason is not None:
        return [reason], True
    return [another(*(tokens_of(ast.unparse(tree), "python") for tree in (left, right)))], False


def _named_in(prompt: str, names: Iterable[str]) -> bool:
    """Whether a prompt has one of some functions, or a class of a method, by its name."""
    return any(
        re.search(rf"\b{re.escape(re.split(r'[.]', name)[0].removeprefix('class '))}\b", prompt) for name in names
    )


def _asked_for(names: Iterable[str], prompt: str) -> bool:
    """Whether a prompt calls one of some functions: `assert remove("a") == ""`."""
    return any(re.search(rf"\b{re.escape(name)}\(", prompt) for name in names)


def _few_changes(
    left: ast.Module, right: ast.Module, ours: Mapping[str, str], theirs: Mapping[str, str]
) -> tuple[list[Reason], bool] | None:
    """What differs where it is not much; the trees are changed on the way."""
    rename(left, ours)
    rename(right, theirs)
    inline(left)
    inline(right)
    if flat(left, variables(left)) == flat(right, variables(right)):
        return [Reason("code", "only names of variables differ, and what has one", 0.08)], True
    written = [tokens_of(ast.unparse(tree), "python") for tree in (left, right)]
    put_in_one_idiom(left)
    put_in_one_idiom(right)
    if flat(left, variables(left)) == flat(right, variables(right)):
        return [Reason("code", "the same in other idioms", 0.15)], True
    apart = few_apart(*written)
    if apart is None:
        return None
    return [changed("code", "changed in the same code:", apart[0], apart[1], 0.75)], False


_Takes = tuple[int, int]
"""How many arguments a function asks for, and how many it takes at most."""


def _interface(tree: ast.Module) -> dict[str, _Takes]:
    """The names a caller uses: functions and classes at the top, methods, with the arguments they take."""
    found: dict[str, _Takes] = {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            methods = [part for part in node.body if isinstance(part, ast.FunctionDef)]
            found |= {f"{node.name}.{part.name}": _takes(part) for part in methods}
            found[f"class {node.name}"] = (0, 0)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found[node.name] = _takes(node)
    return {
        name: takes
        for name, takes in found.items()
        if not name.rpartition(".")[2].startswith("_") or "__init__" in name
    }


def _takes(node: ast.FunctionDef | ast.AsyncFunctionDef) -> _Takes:
    most = len(node.args.posonlyargs) + len(node.args.args)
    return most - len(node.args.defaults), 1_000 if node.args.vararg else most


def _accepts(new: _Takes | None, old: _Takes) -> bool:
    """Whether every call of the old one is one of the new one."""
    return new is not None and new[0] <= old[0] and new[1] >= old[1]


def _called(names: Mapping[str, _Takes], name: str) -> _Takes | None:
    """What a call of `name` takes, be it a function or a class."""
    made = names.get(f"{name}.__init__", (1, 1)) if f"class {name}" in names else None
    return names.get(name) if made is None else (made[0] - 1, made[1] - 1)
