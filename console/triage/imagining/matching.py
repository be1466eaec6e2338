"""`match` of an imagined program: which pattern a value has, and what the names in it stand for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from console.triage.imagining.attributes import attribute
from console.triage.imagining.objects import Instance, is_one
from console.triage.imagining.scopes import Scope
from console.triage.imagining.targets import Run
from console.triage.imagining.values import Unknown

Fits = Callable[[Any, Scope], bool]
_SELVES = (int, float, str, bool, list, tuple, dict, set, bytes)


class Matching:
    """Makes each pattern into a function that tells whether a value fits, and binds what it names."""

    _spend: Callable[[], None]
    run_of: Callable[..., Run]
    block_of: Callable[..., Callable[[Scope], object]]

    def match_of(self, node: ast.Match) -> Callable[[Scope], object]:
        """The whole statement as a step."""
        subject_of = self.run_of(node.subject)
        cases = [
            (self._fits(one.pattern), None if one.guard is None else self.run_of(one.guard), self.block_of(one.body))
            for one in node.cases
        ]

        def run(scope: Scope) -> object:
            value = subject_of(scope)
            for fits, guard, body in cases:
                self._spend()
                if fits(value, scope) and (guard is None or guard(scope)):
                    return body(scope)
            return None

        return run

    def _fits(self, pattern: ast.pattern) -> Fits:
        match pattern:
            case ast.MatchValue():
                value_of = self.run_of(pattern.value)
                return lambda value, scope: bool(value == value_of(scope))
            case ast.MatchSingleton():
                return lambda value, _: value is pattern.value
            case ast.MatchSequence():
                return self._sequence(pattern.patterns)
            case ast.MatchMapping():
                return self._mapping(pattern)
            case ast.MatchClass():
                return self._class_of(pattern)
            case ast.MatchOr():
                several = [self._fits(one) for one in pattern.patterns]
                return lambda value, scope: any(fits(value, scope) for fits in several)
            case ast.MatchAs():
                return self._named_as(pattern)
        return _unknown

    def _named_as(self, pattern: ast.MatchAs) -> Fits:
        inner = None if pattern.pattern is None else self._fits(pattern.pattern)

        def fits(value: Any, scope: Scope) -> bool:
            if inner is not None and not inner(value, scope):
                return False
            if pattern.name is not None:
                scope.set(pattern.name, value)
            return True

        return fits

    def _sequence(self, patterns: Sequence[ast.pattern]) -> Fits:
        starred = next((place for place, one in enumerate(patterns) if isinstance(one, ast.MatchStar)), None)
        before = [self._fits(one) for one in patterns[:starred]]
        after = [] if starred is None else [self._fits(one) for one in patterns[starred + 1 :]]
        rest = patterns[starred] if starred is not None else None
        name = rest.name if isinstance(rest, ast.MatchStar) else None

        def fits(value: Any, scope: Scope) -> bool:
            if not isinstance(value, (list, tuple)) or len(value) < len(before) + len(after):
                return False
            if starred is None and len(value) != len(before):
                return False
            end = len(value) - len(after)
            if name is not None:
                scope.set(name, list(value[len(before) : end]))
            parts = [*zip(before, value, strict=False), *zip(after, value[end:], strict=True)]
            return all(one(part, scope) for one, part in parts)

        return fits

    def _mapping(self, pattern: ast.MatchMapping) -> Fits:
        keys = [self.run_of(one) for one in pattern.keys]
        inner = [self._fits(one) for one in pattern.patterns]

        def fits(value: Any, scope: Scope) -> bool:
            if not isinstance(value, dict):
                return False
            found = [key(scope) for key in keys]
            if any(key not in value for key in found):
                return False
            if pattern.rest is not None:
                scope.set(pattern.rest, {key: one for key, one in value.items() if key not in found})
            return all(one(value[key], scope) for one, key in zip(inner, found, strict=True))

        return fits

    def _class_of(self, pattern: ast.MatchClass) -> Fits:
        kind_of = self.run_of(pattern.cls)
        inner = [self._fits(one) for one in pattern.patterns]
        named = list(zip(pattern.kwd_attrs, map(self._fits, pattern.kwd_patterns), strict=True))

        def fits(value: Any, scope: Scope) -> bool:
            kind = kind_of(scope)
            if not is_one(value, kind):
                return False
            if inner and kind in _SELVES:
                return len(inner) == 1 and inner[0](value, scope)
            if not isinstance(value, Instance):
                if inner or named:
                    raise Unknown
                return True
            names = value.kind.find("__match_args__") or value.kind.find("__fields__") or ()
            if len(names) < len(inner):
                raise Unknown
            parts = [*zip(names, inner, strict=False), *named]
            return all(fit(attribute(value, name), scope) for name, fit in parts)

        return fits


def _unknown(_: Any, __: Scope) -> bool:
    raise Unknown
