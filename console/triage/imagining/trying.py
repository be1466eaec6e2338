"""Two Python programs compared by what they would return on a few inputs, as far as that can be told."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable

from console.triage.imagining.comparing import Outcome, as_good, copied, ended, permuted, same, shown, weight_of
from console.triage.imagining.entries import Entry, class_in, entries, keeps_state, prints_alone, shared_classes
from console.triage.imagining.expressions import Budget
from console.triage.imagining.inputs import Input, at_an_edge, inputs, spoken_of
from console.triage.imagining.lives import Tally, lived
from console.triage.imagining.machine import Machine
from console.triage.imagining.objects import error_name
from console.triage.imagining.pools import Arguments
from console.triage.imagining.programs import PROGRAM, as_function, asks_aloud, reads_input
from console.triage.imagining.structures import Streamed
from console.triage.imagining.values import OF_PROGRAMS
from console.triage.records import WORRYING_FROM, Reason, brief
from console.triage.trees import nodes_of

PER_CALL, IN_ALL = 3_000, 40_000
"""Steps. All of them take about 60 ms; most pairs need a tenth."""
_MISTAKEN = ("TypeError", "AttributeError")
"""How a program says that it was given another kind of value than it is meant for."""
_SURE = 4
"""So many inputs with the same results make two programs the same for all that can be told."""
_PLENTY = 44
"""So many inputs on which a function works are all that it gets."""
_TWICE = 2
"""So many inputs are given a second time where a program may keep something from one call to the next."""
_FEW, _MANY = 200, 12_000
"""Steps: of a program that ends soon, and of one that seems not to end at all where another takes a few."""
_SMALL, _TINY = 20, 3
_LONGER = 2
"""So many examples of a prompt get more steps than other inputs, where those are not enough."""
_MOST_INPUTS = 700
"""For one function: so many kinds of values are tried until one is right."""
_IN_PLACE = re.compile(
    r"\bin[- ]place\b|\bmodify(?:ing)? the (?:input|given|original)|\bin the input (?:array|list)\b", re.IGNORECASE
)
_NOT_IN_PLACE = re.compile(r"(?:n't|\bnot|\bwithout)\b[^.]{0,60}\b(?:in[- ]place|modify)", re.IGNORECASE)
_KEEPS = re.compile(
    r"\b(?:without|not|never|n't) (?:\w+ )?(?:chang|modif|mutat|alter|touch)|\bin[- ]place"
    r"|\bnew (?:list|dict|set|copy)\b|\bunchanged\b|\bunmodified\b|\b(?:a|returns?) copy\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"\bany (?:one )?of (?:them|these|those)\b|\bany valid (?:answer|solution|one|result)"
    r"|\beven if there (?:are|is) (?:many|more|several|multiple)\b",
    re.IGNORECASE,
)
"""A prompt for which there are several right answers."""
_STANDARD_INPUT = re.compile(r"\bstandard input\b|\bstdin\b|-input-", re.IGNORECASE)
_SITE = re.compile(r"class Solution\b")


class _Trial:
    """Two programs, what was asked for, and what has been found so far."""

    def __init__(self, left: ast.Module, right: ast.Module, prompt: str, answers: str) -> None:
        budget = self.budget = Budget(PER_CALL, IN_ALL)
        imports_all = bool("import" in prompt or class_in(left, "Solution") is not None or _SITE.search(prompt))
        self.trees = left, right
        self.machines = Machine(left, budget, imports_all), Machine(right, budget, imports_all)
        self.tally = Tally(budget)
        self.prompt, self.answers = prompt, answers
        self.kept = _KEEPS.search(prompt) is not None
        self.state = any(
            keeps_state(tree, machine.nodes) for tree, machine in zip(self.trees, self.machines, strict=True)
        )
        self.any_order = "any order" in prompt
        self.in_place = _IN_PLACE.search(prompt) is not None and _NOT_IN_PLACE.search(prompt) is None
        self.in_order = re.search(r"\border\b", prompt) is not None and "any order" not in prompt
        self.twice = self.refused = 0
        self.longer = _LONGER
        self.alone = False
        """Whether both are whole programs that read nothing: one run of them says all."""
        self.worst: Reason | None = None
        self.endless: list[tuple[Entry, Input, Outcome, int]] = []

    def note(self, found: Reason | None) -> None:
        """Keeps the reason that weighs most."""
        if found is not None and (self.worst is None or found.weight > self.worst.weight):
            self.worst = found

    def note_endless(self, entry: Entry, one: Input, ended_as: Outcome | None, side: int) -> None:
        """Keeps an input on which only the program of one `side` came to an end, and soon."""
        if (side or _size(one.arguments) > _TINY) and _calls_itself_twice(entry):
            return  # each call makes two: that takes long, and ends
        if isinstance(ended_as, tuple) and (side == 0 or self.budget.used < _FEW) and _is_small(one.arguments):
            self.endless.append((entry, one, ended_as, side))

    def endless_one(self) -> Reason | None:
        """The first of them, where many more steps do not end it either."""
        for entry, one, ended_as, side in self.endless[:1]:
            if one.beyond:
                continue
            budget = Budget(_MANY, _MANY)
            if (
                _outcome(Machine(self.trees[1 - side], budget, True), entry, one.arguments)[0] is None
                and budget.endless
            ):
                call = f"{entry.name}({', '.join(map(repr, one.arguments))})"
                told = "no end in sight", shown(ended_as)
                return Reason("code", f"{brief(call, 50)} was {told[1 - side]}, is now {told[side]}", 0.7)
        return None


def tried(left: ast.Module, right: ast.Module, prompt: str = "", answers: str = "") -> tuple[Reason | None, bool]:
    """The first input on which something else comes out; and whether enough inputs gave the same."""
    reads = reads_input(left) and reads_input(right)
    alone = not reads and prints_alone(left, right)
    aloud = (asks_aloud(left), asks_aloud(right)) if reads and _STANDARD_INPUT.search(prompt) else (False, False)
    if reads or alone:
        left, right = as_function(left), as_function(right)
    trial = _Trial(left, right, prompt, answers)
    trial.alone = alone
    for entry in entries(left, right):
        if trial.tally.gives_up():
            break
        trial.note(_compared(entry, trial))
    for name in shared_classes(left, right):
        if not trial.tally.gives_up():
            trial.note(lived(name, trial.trees, trial.machines, trial.tally, prompt))
    trial.note(trial.endless_one())
    if aloud[0] != aloud[1]:
        told = "also says" if aloud[1] else "no longer says"
        trial.note(Reason("code", f"what it prints {told} what input it waits for", 0.65))
    if trial.worst is not None:
        return trial.worst, False
    tally = trial.tally
    if tally.same >= _SURE and tally.unknown <= tally.same:
        return Reason("code", f"the same results on the {tally.same} inputs tried", 0.1), True
    return None, False


def _compared(entry: Entry, trial: _Trial) -> Reason | None:
    doubtful: Reason | None = None
    number = 0
    tries: Iterable[list[Input]] = inputs(entry.node, entry.parameters, trial.prompt, trial.answers, entry.other)
    for several in [[Input(([],), example=True)]] if trial.alone else tries:
        if trial.tally.gives_up():
            return None
        number += len(several)
        if number > _MOST_INPUTS:
            break
        worst, meant = _on_each(entry, several, trial)
        if meant:
            return worst  # that was the kind of values it is meant for
        if worst is not None and not worst.text.endswith(_MISTAKEN):
            return worst
        if worst is not None and doubtful is None:
            doubtful = Reason("code", worst.text, min(worst.weight, 0.45))
    return doubtful


def _on_each(entry: Entry, several: list[Input], trial: _Trial) -> tuple[Reason | None, bool]:
    """The reason that weighs most, and whether the inputs are of the kind that the old program is meant for."""
    worst: Reason | None = None
    largest, worked, left_out, shown_works = None, 0, 0, False
    failing: list[tuple[Input, Outcome]] = []
    for one in several:
        if largest is not None and _size(one.arguments) >= largest:
            left_out += 1
            continue  # a smaller one took too many steps
        before, left = _outcome(trial.machines[0], entry, one.arguments)
        used, endless = trial.budget.used, trial.budget.endless
        if before is None:
            found = _with_more_steps(entry, one, trial) if one.shown and endless else None
            worst, shown_works = found or worst, shown_works or found is not None
            trial.tally.unknown += largest is None
            if endless and _size(one.arguments) > _TINY:
                largest = _size(one.arguments)
            if endless:
                trial.note_endless(entry, one, _outcome(trial.machines[1], entry, one.arguments)[0], 1)
            continue
        refused = isinstance(before, OF_PROGRAMS)
        if isinstance(before, OF_PROGRAMS) and not one.shown and not _asked_for(before, trial.prompt):
            failing += [(one, before)] if _is_ordinary(one) and error_name(before) not in _MISTAKEN else []
            continue  # not meant for such an input
        worked += not refused
        shown_works |= one.shown
        after, right = _outcome(trial.machines[1], entry, one.arguments)
        if after is None or (isinstance(before, tuple) and callable(before[0])):
            trial.tally.unknown += 1  # what it would do is another matter
            if after is None and trial.budget.endless and used < _FEW and not refused:
                trial.note_endless(entry, one, before, 0)
        elif _as_before(entry, before, after, trial):
            trial.tally.same += _SURE if trial.alone else _many(before)
            trial.tally.same -= refused and trial.refused >= _SURE  # more of them show nothing
            trial.refused += refused
            worst = worst or _meddles(entry, one, (left, right), trial)
            if trial.state and trial.twice < _TWICE and isinstance(before, tuple) and (before[0] or before[1]):
                trial.twice += 1
                worst = worst or _second(entry, one, trial)
        else:
            weight = _weight(one, before, after, trial.prompt)
            if worst is None or weight > worst.weight:
                worst = _told(entry, one, before, after, weight)
        enough = worked >= _PLENTY or len(trial.endless) >= _TWICE
        if enough or (worst is not None and worst.weight >= 0.8):
            break
    doubtful = worst is None or worst.weight < WORRYING_FROM
    if doubtful and worked and failing and entry.name != PROGRAM:
        worst = _no_longer_fails(entry, failing, trial) or worst
    return worst, shown_works or 2 * worked >= len(several) - left_out


def _as_before(entry: Entry, before: Outcome, after: Outcome, trial: _Trial) -> bool:
    """Whether two calls came to the same, in any order where none was promised."""
    if same(before, after, trial.prompt):
        return True
    return (entry.unordered or trial.any_order) and not trial.in_order and permuted(before, after)


def _with_more_steps(entry: Entry, one: Input, trial: _Trial) -> Reason | None:
    """What an example of the prompt comes to that takes more steps than others may."""
    if not trial.longer:
        return None
    trial.longer -= 1
    before, after = (
        _outcome(Machine(tree, Budget(_MANY, _MANY), True), entry, one.arguments)[0] for tree in trial.trees
    )
    if before is None or after is None or _as_before(entry, before, after, trial):
        return None
    return _told(entry, one, before, after, _weight(one, before, after, trial.prompt))


def _is_ordinary(one: Input) -> bool:
    return not (one.beyond or one.spare or any(map(at_an_edge, one.arguments)))


def _no_longer_fails(entry: Entry, failing: list[tuple[Input, Outcome]], trial: _Trial) -> Reason | None:
    """What the new program gives for several ordinary inputs on which the old one ended in an error."""
    one, before = failing[0]
    after, _ = _outcome(trial.machines[1], entry, one.arguments)
    return _told(entry, one, before, after, 0.55) if isinstance(after, tuple) else None


def _weight(one: Input, before: Outcome, after: Outcome, prompt: str) -> float:
    weight = weight_of(one, before, after)
    if _SEVERAL.search(prompt) and as_good(before, after):
        return min(weight, 0.45)
    if isinstance(before, Exception) and one.shown:
        return 0.8
    if weight < WORRYING_FROM and not one.beyond and _all_spoken_of(one, prompt):
        return 0.65
    if isinstance(before, Exception):
        return 0.7 if not one.beyond else weight
    if isinstance(after, Exception) and _asked_for(after, prompt) and not one.beyond:
        return max(weight, 0.7)
    return weight


def _all_spoken_of(one: Input, prompt: str) -> bool:
    """Whether arguments at an edge are such that a prompt says what is to be done with them."""
    edges = [value for value in one.arguments if at_an_edge(value)]
    return bool(edges) and all(spoken_of(value, prompt) for value in edges)


def _asked_for(outcome: Outcome, prompt: str) -> bool:
    """Whether an outcome is an error that the prompt names."""
    name = shown(outcome) if isinstance(outcome, Exception) else ""
    return bool(name) and name not in _MISTAKEN and name in prompt


def _many(outcome: Outcome) -> int:
    """For how many results one counts: each value of a stream and each printed line is one of its own."""
    if isinstance(outcome, Exception):
        return 1
    several = len(outcome[0].values) if isinstance(outcome[0], Streamed) else len(outcome[1])
    return max(1, min(_SURE, several))


def _second(entry: Entry, one: Input, trial: _Trial) -> Reason | None:
    """What a second call with the same arguments gives, where the first one gave the same."""
    before, _ = _outcome(trial.machines[0], entry, one.arguments, again=True)
    after, _ = _outcome(trial.machines[1], entry, one.arguments, again=True)
    if before is None or after is None or same(before, after, trial.prompt):
        return None
    told = _told(entry, one, before, after, 0.45 if one.beyond else 0.8)
    return Reason("code", f"called again, {told.text}", told.weight)


def _meddles(entry: Entry, one: Input, left_over: tuple[Arguments, Arguments], trial: _Trial) -> Reason | None:
    """Whether a call now changes what it was given beside what it gives, or no longer where that was asked for."""
    left, right = left_over
    if entry.name == PROGRAM or right == left:
        return None
    if left != one.arguments:
        if right != one.arguments or not trial.in_place:
            return None
        return Reason("code", f"{entry.name} no longer changes what it is given: {brief(repr(right[0]), 40)}", 0.8)
    weight = 0.7 if trial.kept else 0.45
    return Reason("code", f"{entry.name} now changes what it is given: {brief(repr(right[0]), 40)}", weight)


def _told(entry: Entry, one: Input, before: Outcome, after: Outcome, weight: float) -> Reason:
    if entry.name == PROGRAM:
        lines = one.arguments[0] if one.arguments and isinstance(one.arguments[0], list) else []
        call = f"what it prints for {' / '.join(lines)!r}" if lines else "what it prints"
    else:
        call = f"{entry.name}({', '.join(map(repr, one.arguments))})"
    return Reason("code", f"{brief(call, 50)} was {shown(before)}, is now {shown(after)}", weight)


def _outcome(
    machine: Machine, entry: Entry, arguments: Arguments, again: bool = False
) -> tuple[Outcome | None, Arguments]:
    """What a call gives, the error it ends with, None where that cannot be told; and what is left of its arguments."""
    given = tuple(map(copied, arguments))
    call: Callable[[], tuple[object, tuple[str, ...]]]
    call = lambda: machine.call(entry.name, given, entry.kind, again)  # noqa: E731
    outcome = ended(call)
    if entry.name == PROGRAM and isinstance(outcome, tuple):
        return _of_program(outcome, given, arguments), given
    if isinstance(outcome, tuple) and outcome[0] is None and given != arguments:
        outcome = given, outcome[1]  # what returns nothing has changed what it was given
    return outcome, given


def _of_program(outcome: tuple[object, tuple[str, ...]], left_over: Arguments, lines: Arguments) -> Outcome:
    """What a program printed, word by word; the input was none for it where it left some of the lines."""
    if left_over[0] and left_over != lines:
        return LookupError("lines are left")
    return " ".join(" ".join(outcome[1]).split()), ()


def _calls_itself_twice(entry: Entry) -> bool:
    """Whether either function calls itself at several places, as those of Fibonacci do."""
    for node in (entry.node, entry.other):
        calls = [part.func for part in nodes_of(node) if isinstance(part, ast.Call)]
        own = [one for one in calls if getattr(one, "id", getattr(one, "attr", "")) == node.name]
        if len(own) > 1:
            return True
    return False


def _size(arguments: Arguments) -> float:
    """How much there is to do with some arguments: their numbers and lengths."""
    found = 0.0
    for one in arguments:
        if isinstance(one, (int, float)):
            found += min(1_000, abs(one))
        elif isinstance(one, (list, tuple)):
            found += len(one) + _size(tuple(one)) / 10
        elif isinstance(one, (str, dict)):
            found += len(one)
    return found


def _is_small(arguments: Arguments) -> bool:
    """Whether no number and no length in some arguments is large, or nothing: what is repeated for each ends soon."""
    for one in arguments:
        if isinstance(one, (str, list, tuple, dict)) and not one:
            return False
        if isinstance(one, (int, float)) and abs(one) > _SMALL:
            return False
        if isinstance(one, (list, str, tuple, dict)) and len(one) > _SMALL:
            return False
        if isinstance(one, (list, tuple)) and not _is_small(tuple(one)):
            return False
    return True
