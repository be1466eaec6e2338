"""Programs that read their input and print: each is made a function of the lines it reads, and tried like others."""

from __future__ import annotations

import ast
import re

from console.triage.imagining.variants import further
from console.triage.trees import nodes_of

PROGRAM, LINES, END = "__program__", "__lines__", "__end__"
_SAMPLE = re.compile(
    r"\binput(?: ?#?\d)?\**:?\**[ \t]*\n+(?:```\w*\n)?(.{1,400}?)\n+(?:```\n+)?[#* \t]*(?:sample |example )?output\b",
    re.IGNORECASE | re.DOTALL,
)
_SENTENCE = re.compile(r"(?:[A-Za-z]{2,} ){4}.*\.\s*$", re.MULTILINE)
"""What describes an input is none."""
_MOST = 4
_INVENTED = (
    ("3", "1 2 3"), ("5", "5 2 8 8 1"), ("1", "7"), ("2 3",), ("7",), ("4", "-1 -5 -2 -3"), ("hello world",), ("10 4",),
    ("3 5", "4 1 2", "6"), ("2", "3", "1 2 3", "2", "5 5"), ("abcba",), ("12",), ("2 2", "1 2", "3 4"),
    ("1", "3", "1 2 3"), ("2", "1", "4", "2", "3 5"), ("3", "2", "1 1", "3", "2 4 6", "1", "9"), ("1", "4", "4 3 2 1"),
    ("2", "2 3", "5 1"), ("3", "4", "7", "10"), ("2", "abc", "zz"),
)  # fmt: skip
_NUMBERS = re.compile(r"(?:-?\d{1,9}\s*){1,60}")
_OTHER_DIGITS = str.maketrans("123456789", "234567891")
_READS = ("input", "stdin")


def reads_input(tree: ast.Module) -> bool:
    """Whether a program calls `input`, or reads `sys.stdin`."""
    return any(
        (isinstance(node, ast.Name) and node.id in _READS) or (isinstance(node, ast.Attribute) and node.attr == "stdin")
        for node in nodes_of(tree)
    )


def asks_aloud(tree: ast.Module) -> bool:
    """Whether a program says what it waits for: `input("How many? ")` writes that to its output."""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "input" and bool(node.args)
        for node in nodes_of(tree)
    )


def as_function(tree: ast.Module) -> ast.Module:
    """The module with one function that does what the program does, given the lines of its input."""
    body = [part for node in tree.body if (part := _Reader().visit(node)) is not None]
    own = ast.parse(f"def {PROGRAM}({LINES}):\n    pass")
    function = own.body[0]
    if isinstance(function, ast.FunctionDef):
        function.body += body
    return own


def line_inputs(prompt: str) -> list[tuple[tuple[list[str]], bool, bool]]:
    """The inputs that a prompt shows, and whether they are such; with others that a program may be meant for.

    Those are said to fit where they have the form of one that is shown.
    """
    samples = (match.strip("` \n") for match in _SAMPLE.findall(prompt))
    shown = [sample.split("\n") for sample in samples if _SENTENCE.search(sample) is None][:_MOST]
    found = [([line.strip() for line in lines]) for lines in shown]
    forms = list(map(_form, found))
    near = [other for lines in found[:2] for other in _like(lines, "negative" in prompt)]
    invented = [(list(lines), not forms or _form(list(lines)) in forms) for lines in _INVENTED]
    return (
        [((lines,), True, True) for lines in found]
        + [((lines,), False, True) for lines in near]
        + [((lines,), False, fits) for lines, fits in invented]
    )


def _form(lines: list[str]) -> tuple[object, ...]:
    """What the lines of an input have in common: how many words the first has, what the others are, what is counted."""
    words = [line.split() for line in lines]
    first = words[0] if words else []
    kinds = {(min(2, len(one)), all(map(_NUMBERS.fullmatch, one))) for one in words[1:]}
    counted = len(first) == 1 and first[0].isdigit()
    counts = counted and (int(first[0]) == len(words) - 1, len(words) > 1 and int(first[0]) == len(words[1]))
    return len(first), all(map(_NUMBERS.fullmatch, first)), frozenset(kinds), counts


def _like(lines: list[str], signed: bool) -> list[list[str]]:
    """Inputs like a sample: with numbers in another order, all alike, and in order; `signed`: of another sign, too."""
    several = [at for at, line in enumerate(lines) if len(line.split()) > 1 and _NUMBERS.fullmatch(line)]
    found = [
        [*lines[:at], " ".join(changed), *lines[at + 1 :]]
        for at in several[-1:]
        if at or len(lines) == 1 or not lines[0].strip().isdigit()
        for changed in _changed(lines[at].split())[: 5 if signed else 4]
    ]
    if len(lines) == 1:
        found += [[str(one)] for one in further(lines[0])]
    if lines and not lines[0].strip().isdigit():
        found += [lines[::-1], lines[1:], lines[:1], [*lines, lines[-1]], [*lines[1:], lines[0]]]
    elif len(lines) > 2 and not several:
        found += [[lines[0], *lines[:0:-1]], [lines[0], *lines[2:], lines[1]]]
        found += [[lines[0], *(line.translate(_OTHER_DIGITS) for line in lines[1:])]]
        if lines[0].strip() == str(len(lines) - 1):
            found += [[str(len(lines)), *lines[1:], lines[1]], [str(len(lines) - 2), *lines[1:-1]]]
    return [one for one in found if one and one != lines]


def _changed(numbers: list[str]) -> list[list[str]]:
    signed = [one[1:] if one.startswith("-") else f"-{one}" for one in numbers]
    more = [str(int(one) + 1) for one in numbers]
    return [numbers[::-1], sorted(numbers, key=int), [numbers[0]] * len(numbers), more, signed]


class _Reader(ast.NodeTransformer):
    """What reads, as what takes lines from a list."""

    def visit_Import(self, node: ast.Import) -> ast.stmt | None:
        kept = [name for name in node.names if name.name not in ("sys", "os", "io")]
        return ast.Import(kept) if kept else None

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt | None:
        return None if node.module == "sys" else node

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | None:
        if isinstance(node.targets[0], ast.Name) and node.targets[0].id in ("input", "data_in", "readline"):
            return None  # `input = sys.stdin.readline`
        self.generic_visit(node)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | None:
        if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) in ("sys.setrecursionlimit", "sys.exit"):
            return None
        self.generic_visit(node)
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant("__main__") if node.id == "__name__" else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if ast.unparse(node) in ("sys.stdin", "sys.stdin.buffer"):
            return ast.Name(LINES, ast.Load())
        self.generic_visit(node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        called = ast.unparse(node.func) if isinstance(node.func, (ast.Name, ast.Attribute)) else ""
        called = called.removeprefix("sys.").replace("stdin.buffer.", "stdin.")
        if called in ("input", "stdin.readline", "readline"):
            return _expression(f"({LINES}.pop(0) if {LINES} else {END}())")
        if called in ("stdin.read", "open(0).read"):
            return _expression(f"'\\n'.join({LINES})")
        if called == "stdin.readlines":
            return ast.Name(LINES, ast.Load())
        if called == "stdout.write":
            return ast.Call(ast.Name("print", ast.Load()), [self.visit(one) for one in node.args], [])
        self.generic_visit(node)
        return node


def _expression(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body
