"""Python written in one way where there are several: `not x` for `x is None`, `x * x` for `x ** 2`, `x += 1`."""

from __future__ import annotations

import ast

_FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Gt: ast.Lt, ast.GtE: ast.LtE}
_EMPTY = (None, 0, "", False)


def put_in_one_idiom(tree: ast.Module) -> None:
    """Change a tree; two that are equal then nearly always do the same."""
    _Idioms().visit(tree)


class _Idioms(ast.NodeTransformer):
    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        if len(node.ops) != 1:
            return node
        op, left, right = type(node.ops[0]), node.left, node.comparators[0]
        if op in _FLIPPED:
            return ast.Compare(right, [_FLIPPED[op]()], [left])
        if isinstance(right, ast.Constant) and right.value in _EMPTY:
            counted = _length_of(left)
            if counted is not None or right.value is None:
                if op in (ast.Eq, ast.Is):
                    return ast.UnaryOp(ast.Not(), counted or left)
                if op in (ast.NotEq, ast.IsNot):
                    return counted or left
        if isinstance(left, ast.Constant) and left.value == 0 and op is ast.Lt and (counted := _length_of(right)):
            return counted
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        squared = isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant) and node.right.value == 2
        if squared and isinstance(node.left, (ast.Name, ast.Attribute)):
            return ast.BinOp(node.left, ast.Mult(), node.left)
        if isinstance(node.op, (ast.Add, ast.Mult)) and _is_number(node.left) and not _is_number(node.right):
            return ast.BinOp(node.right, node.op, node.left)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        self.generic_visit(node)
        value = node.value
        target = node.targets[0]
        if len(node.targets) > 1 or not isinstance(target, ast.Name) or not isinstance(value, ast.BinOp):
            return node
        again = isinstance(value.left, ast.Name) and value.left.id == target.id
        return ast.AugAssign(target, value.op, value.right) if again else node

    def visit_If(self, node: ast.If) -> ast.stmt:
        self.generic_visit(node)
        negated = isinstance(node.test, ast.UnaryOp) and isinstance(node.test.op, ast.Not)
        if negated and node.orelse and isinstance(node.test, ast.UnaryOp):
            return ast.If(node.test.operand, node.orelse, node.body)
        return node


def _length_of(node: ast.expr) -> ast.expr | None:
    """`x` of `len(x)`."""
    called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"
    return node.args[0] if called and isinstance(node, ast.Call) and len(node.args) == 1 else None


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float))
