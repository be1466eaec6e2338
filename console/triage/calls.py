"""Function calls, whether the provider's own or written into the text: which function, with which arguments."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from console.triage.arguments import argument_changes, key_of, shown
from console.triage.reading import Reading
from console.triage.records import Reason, brief, changed
from console.triage.shapes import UNREADABLE, parsed, unwarned

_CALLS = re.compile(r"^\[?\s*[A-Za-z_][\w.]*\(.*\)\s*\]?$", re.DOTALL)
_TAGGED = re.compile(r"<(tool_call|function_call|functioncall|tool_use)>\s*(.*?)\s*(?:</\1>|\Z)", re.DOTALL)
_NAMED_TAG = re.compile(r"<function=([\w.-]+)>\s*(.*?)\s*(?:</function>|\Z)", re.DOTALL)
_ACTION = re.compile(
    r"^Action(?: \d{1,2})?:[ \t]*([\w.-]+)[ \t]*"
    r"(?:\[([^\n]*)\]|\(([^\n]*)\)|\n\s*Action Input(?: \d{1,2})?:[ \t]*([^\n]*))?[ \t]*$",
    re.MULTILINE,
)
_LAST_ACTIONS = ("finish", "answer", "final_answer", "submit", "done", "return")
_ARGUMENTS = ("arguments", "parameters", "args", "input", "params", "kwargs")
_NAMES = ("name", "function", "function_name", "tool", "tool_name")
_MESSAGES = ("message", "choices", "candidates", "content", "parts", "output")
"""Where the messages of providers have the calls they make."""
_LISTS = ("tool_calls", "toolCalls", "function_calls")
_SINGLE = ("function_call", "functionCall", "toolUse", "tool_use")
_KINDS = ("tool_use", "function_call", "functionCall")
_ENVELOPE = re.compile(r"\"(tool_calls|tool_use|function_call|functionCall)\"")
_DEEPEST = 5
_MOST = 8
"""Calls of one name that are paired by what they share; more are taken in order."""
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `arguments` maps names to plain values; one without a name has its place for a name."""

    name: str
    arguments: Mapping[str, object]

    def text(self) -> str:
        """`search(query="lamp")`."""
        return f"{self.name}({', '.join(f'{key}={shown(value)}' for key, value in self.arguments.items())})"


def given_calls(tools: Sequence[object]) -> tuple[Call, ...]:
    """Calls as providers and logs have them: objects or mappings with `name` and `arguments` (JSON text or data)."""
    return tuple(found for tool in tools if (found := _given(tool)) is not None)


def _given(tool: object) -> Call | None:
    if isinstance(tool, Mapping):
        return _from_mapping(tool)
    if isinstance(tool, str):
        return Call(tool, {})
    if isinstance(tool, (tuple, list)) and len(tool) == 2:
        return Call(str(tool[0]), _arguments(tool[1]))
    name = getattr(tool, "name", None)
    return None if name is None else Call(str(name), _arguments(getattr(tool, "arguments", None)))


def _from_mapping(tool: Mapping[str, object]) -> Call | None:
    inner = tool.get("function")
    if isinstance(inner, Mapping):
        return _from_mapping(inner)
    name = next((tool[key] for key in _NAMES if isinstance(tool.get(key), str)), None)
    if name is not None:
        return Call(str(name), _arguments(next((tool[key] for key in _ARGUMENTS if key in tool), None)))
    if len(tool) == 1:
        ((only, value),) = tool.items()
        if isinstance(value, Mapping):
            return Call(str(only), _arguments(value))
    return None


def _arguments(value: object) -> Mapping[str, object]:
    if isinstance(value, str):
        try:
            value = json.loads(value) if len(value) <= _LONGEST else {"": value}
        except (ValueError, RecursionError):
            value = {"": value}
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    return {} if value is None else {"": value}


def written_calls(reading: Reading, names: Collection[str] = ()) -> tuple[Call, ...]:
    """The calls that an answer's text makes, in the forms models are taught: data, source, tags, `Action:` lines.

    `names` are functions known to be called: `{"name": {…}}` is a call of one of them.
    """
    text = reading.text
    if len(text) > _LONGEST:
        return ()
    if "<" in text and (tagged := _tagged(text)):
        return tagged
    if "Action" in text and (acted := _acted(text)):
        return acted
    data = reading.shape.data
    items = data if isinstance(data, list) else [data]
    if data is not None:
        found = [
            _from_mapping(item) if isinstance(item, Mapping) and (_is_call(item) or _is_of(names, item)) else None
            for item in items
        ]
        if found and all(found):
            return tuple(call for call in found if call)
        return given_calls(list(_carried(data)))
    bare = text.strip("`\n ")
    if bare.startswith(("python\n", "tool_code\n")):
        bare = bare.partition("\n")[2]
    if _CALLS.match(bare):
        return _from_source(bare)
    last = text.rpartition("\n")[2].strip("` ")
    return _from_source(last) if last.startswith("[") and _CALLS.match(last) else ()


def _carried(data: object, depth: int = 0) -> Iterator[Mapping[str, object]]:
    """The calls in a whole message as providers send it: below `tool_calls`, in `content`, in `parts`."""
    if isinstance(data, list):
        for item in data:
            yield from _carried(item, depth)
    elif isinstance(data, Mapping) and depth <= _DEEPEST:
        if data.get("type") in _KINDS and "name" in data:
            yield data
        for key in _LISTS:
            if isinstance(calls := data.get(key), list):
                yield from (call for call in calls if isinstance(call, Mapping))
        for key in _SINGLE:
            if isinstance(call := data.get(key), Mapping):
                yield call
        for key in _MESSAGES:
            if isinstance(inner := data.get(key), (list, Mapping)):
                yield from _carried(inner, depth + 1)


def _tagged(text: str) -> tuple[Call, ...]:
    """`<tool_call>{…}</tool_call>` and `<function=name>{…}</function>`."""
    bodies = [parsed(body)[0] for _, body in _TAGGED.findall(text)]
    found = given_calls([value for value in bodies if isinstance(value, Mapping)])
    return found or tuple(Call(name, _arguments(body)) for name, body in _NAMED_TAG.findall(text))


def _acted(text: str) -> tuple[Call, ...]:
    """`Action: search[Norway]`, or `Action: search` with `Action Input: …` below."""
    made = tuple(Call(match[1], _arguments(match[2] or match[3] or match[4])) for match in _ACTION.finditer(text))
    # Of a whole way, what it ends with is the answer; each goes its own.
    return made[-1:] if len(made) > 1 and made[-1].name.lower() in _LAST_ACTIONS else made


def form_changes(old: Reading, new: Reading) -> list[Reason]:
    """The same calls, written so that what read them does not find them: without the tag, or as data before."""
    if "```" in new.text and "```" not in old.text:
        return [Reason("shape", "bare call is newly wrapped in a fence", 0.45)]
    before, after = _form(old.text), _form(new.text)
    if before == after or before == "source":
        return []
    return [changed("tool call", "the same call in another form:", before, after, 0.6)]


def _form(text: str) -> str:
    tag = re.search(r"<(?:tool_call|function_call|functioncall|tool_use|function=)", text)
    if tag is not None:
        return f"{tag.group()}>"
    if re.search(r"^Action:", text, re.MULTILINE):
        return "Action:"
    if text.rstrip("` \n")[-1:] in ("}", "]") and '"' in text and "{" in text:
        kind = _ENVELOPE.search(text)
        return f"JSON of {kind[1]}" if kind is not None else "JSON"
    return "source"


def _is_of(names: Collection[str], item: Mapping[str, object]) -> bool:
    return len(item) == 1 and next(iter(item)) in names


def _is_call(item: Mapping[str, object]) -> bool:
    named = any(isinstance(item.get(key), str) for key in _NAMES)
    return isinstance(item.get("function"), Mapping) or (named and any(key in item for key in _ARGUMENTS))


def _from_source(text: str) -> tuple[Call, ...]:
    """A call, a list of calls, or a call on each line."""
    try:
        with unwarned():
            body = ast.parse(text).body
    except UNREADABLE:
        return ()
    nodes = [one.value for one in body if isinstance(one, ast.Expr)]
    if len(nodes) != len(body):
        return ()
    items = [item for node in nodes for item in (node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node])]
    if not items or not all(isinstance(item, ast.Call) for item in items):
        return ()
    if not all(isinstance(item, ast.Call) and _is_name(item.func) for item in items):
        return ()
    if any(isinstance(part, (ast.Lambda, ast.comprehension)) for node in nodes for part in ast.walk(node)):
        return ()  # a program's statement: arguments of a tool are data
    return tuple(_from_node(item) for item in items if isinstance(item, ast.Call))


def _is_name(node: ast.expr) -> bool:
    """`search` or `tools.search`; not what another call returns."""
    return isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and _is_name(node.value))


def _from_node(node: ast.Call) -> Call:
    if len(node.args) == 1 and not node.keywords and isinstance(only := _literal(node.args[0]), Mapping):
        return Call(ast.unparse(node.func), _arguments(only))
    arguments: dict[str, object] = {str(place): _literal(value) for place, value in enumerate(node.args)}
    arguments.update({keyword.arg or "**": _literal(keyword.value) for keyword in node.keywords})
    return Call(ast.unparse(node.func), arguments)


def _literal(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return ast.unparse(node)


def call_changes(old: Sequence[Call], new: Sequence[Call], prompt: str = "") -> list[Reason]:
    """What differs between the calls of the two sides; their order does not count, nor do defaults of the prompt."""
    if not old or not new:
        if not old and not new:
            return []
        word, calls = ("disappeared", old) if old else ("appeared", new)
        return [Reason("tool call", f"tool call {word}: {brief(calls[0].text(), 100)}", 0.9)]
    names = Counter(call.name for call in old), Counter(call.name for call in new)
    if names[0] != names[1]:
        gone, added = list((names[0] - names[1]).elements()), list((names[1] - names[0]).elements())
        return [changed("tool call", "other function called:", ", ".join(gone), ", ".join(added), 0.9)]
    return _changes(old, new, prompt)


def _changes(old: Sequence[Call], new: Sequence[Call], prompt: str) -> list[Reason]:
    """What differs between as many calls of the same functions, each beside the one that it differs least from."""
    left, right = _without_equal(old, new) if len(old) > 1 else ([*old], [*new])
    if len(left) > _MOST:
        found = [_of_pair(one, other, prompt) for one, other in zip(left, right, strict=True)]
        return [reason for reasons in found for reason in reasons]
    reasons: list[Reason] = []
    for call in left:
        rivals = [(other, _of_pair(call, other, prompt)) for other in right if other.name == call.name]
        best, differs = min(rivals, key=lambda rival: _cost(rival[1]))
        right.remove(best)
        reasons += differs
    return reasons


def _without_equal(old: Sequence[Call], new: Sequence[Call]) -> tuple[list[Call], list[Call]]:
    """The calls of each side that the other has not, in order of their names and arguments."""
    ours, theirs = ([(_in_order(call), call) for call in calls] for calls in (old, new))
    shared = Counter(key for key, _ in ours) & Counter(key for key, _ in theirs)
    found: list[list[Call]] = []
    for side in (ours, theirs):
        left = Counter(shared)
        kept = []
        for key, call in sorted(side, key=lambda one: one[0]):
            left[key] -= 1
            if left[key] < 0:
                kept.append(call)
        found.append(kept)
    return found[0], found[1]


def _of_pair(one: Call, other: Call, prompt: str) -> list[Reason]:
    return argument_changes(one.name, one.arguments, other.arguments, prompt)


def _cost(reasons: Sequence[Reason]) -> tuple[float, float]:
    weights = [reason.weight for reason in reasons]
    return max(weights, default=0.0), sum(weights)


def _in_order(call: Call) -> tuple[str, str]:
    return call.name, key_of(dict(call.arguments))
