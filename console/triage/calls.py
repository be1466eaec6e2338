"""Function calls, whether the provider's own or written into the text: which function, with which arguments."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from console.triage.figures import stem
from console.triage.formulas import same_formula
from console.triage.lexicon import NEGATIONS
from console.triage.normalising import folded, tokens
from console.triage.quantities import canonical
from console.triage.reading import Reading, is_content
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
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::00(?:\.0+)?)?(?:Z|\+00:00)?")
"""A date with a time, to the minute: seconds that are none may be left out."""
_SIGNS = re.compile(r"(?<=\w)[,.]? +|(?<=[a-z]),(?=\w)|[.!]$")
"""What stands between words, however it is written: `San Francisco, CA` is `San Francisco,CA`."""
_DEFAULT = 400
"""Characters of a prompt after the name of an argument in which its default is looked for."""
_LONGEST = 20_000
_PROSE_WORDS = 5
"""An argument of at least so many words is worded freely (a question, a message): other words are no other value."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `arguments` maps names to plain values; one without a name has its place for a name."""

    name: str
    arguments: Mapping[str, object]

    def text(self) -> str:
        """`search(query="lamp")`."""
        return f"{self.name}({', '.join(f'{key}={_shown(value)}' for key, value in self.arguments.items())})"


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
        return tuple(call for call in found if call) if found and all(found) else ()
    bare = text.strip("`\n ")
    if bare.startswith(("python\n", "tool_code\n")):
        bare = bare.partition("\n")[2]
    if _CALLS.match(bare):
        return _from_source(bare)
    last = text.rpartition("\n")[2].strip("` ")
    return _from_source(last) if last.startswith("[") and _CALLS.match(last) else ()


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
    return "JSON" if text.rstrip("` \n")[-1:] in ("}", "]") and '"' in text and "{" in text else "source"


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
    left, right = (sorted(calls, key=lambda call: (call.name, _key(dict(call.arguments)))) for calls in (old, new))
    return [reason for one, other in zip(left, right, strict=True) for reason in _argument_changes(one, other, prompt)]


def _argument_changes(old: Call, new: Call, prompt: str) -> list[Reason]:
    reasons: list[Reason] = []
    if _by_place(old) != _by_place(new) and _values(old) == _values(new):
        return reasons  # the same values in the same order, named on one side only
    for key in dict.fromkeys([*old.arguments, *new.arguments]):
        name = f"{old.name}.{key}" if key else old.name
        if key not in new.arguments:
            weight = 0.3 if _is_default(key, old.arguments[key], prompt) else 0.8
            reasons.append(Reason("tool call", f"argument lost: {name} was {_shown(old.arguments[key])}", weight))
        elif key not in old.arguments:
            weight = 0.3 if _is_default(key, new.arguments[key], prompt) else 0.6
            reasons.append(Reason("tool call", f"argument added: {name} = {_shown(new.arguments[key])}", weight))
        elif _key(old.arguments[key]) != _key(new.arguments[key]):
            one, other = old.arguments[key], new.arguments[key]
            weight = 0.3 if _reworded(one, other) or _same_expression(one, other) else 0.85
            reasons.append(changed("tool call", f"argument {name} changed:", _shown(one), _shown(other), weight))
    return reasons


def _by_place(call: Call) -> bool:
    return bool(call.arguments) and all(key.isdecimal() for key in call.arguments)


def _values(call: Call) -> list[str]:
    return [_key(value) for value in call.arguments.values()]


def _is_default(key: str, value: object, prompt: str) -> bool:
    """Whether a prompt says that an argument has this value where it is left out."""
    written = re.escape(value if isinstance(value, str) else json.dumps(value, default=str))
    said = re.compile(rf"\bdefault\w*\b[^.\n]{{0,30}}?(?<![\w.]){written}(?![\w.]*\w)", re.IGNORECASE)
    places = re.finditer(rf"\b{re.escape(key)}\b", prompt) if key and written else ()
    return any(said.search(prompt, at.end(), at.end() + _DEFAULT) for at in places)


def _same_expression(one: object, other: object) -> bool:
    """Whether two texts are one formula: `x**2` and `x^2`."""
    if not (isinstance(one, str) and isinstance(other, str)):
        return False
    left, right = (text.replace("**", "^").removeprefix("lambda x:") for text in (one, other))
    return left == right or same_formula(left, right) is True


def _reworded(one: object, other: object) -> bool:
    if not (isinstance(one, str) and isinstance(other, str)):
        return False
    left, right = set(tokens(folded(one))), set(tokens(folded(other)))
    if any(word in NEGATIONS for word in left ^ right):
        return False
    if min(sum(map(str.isalpha, side)) for side in (left, right)) < _PROSE_WORDS or any(
        map(str.isdigit, "".join(left ^ right))
    ):
        return False
    ours, theirs = ({stem(word) for word in side if is_content(word)} for side in (left, right))
    return 2 * len(left & right) >= len(left | right) and 4 * len(ours ^ theirs) <= len(ours) + len(theirs)


def _key(value: object) -> str:
    """A value in one spelling: `1` and `1.0` are one, case and white space at the ends of texts do not count."""
    if isinstance(value, Mapping):
        return "{" + ",".join(sorted(f"{key}:{_key(item)}" for key, item in value.items())) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_key, value)) + "]"
    if isinstance(value, str):
        if (at := _MOMENT.fullmatch(value)) is not None:
            return f"{at[1]} {at[2]}"
        plain = " ".join(value.casefold().split())
        return repr(_SIGNS.sub("", plain) if any(map(str.isalpha, plain)) else plain)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return canonical(f"{value:f}") if abs(value) < 1e15 else repr(value)
    return repr(value)


def _shown(value: object) -> str:
    try:
        return brief(value if isinstance(value, str) and not value else json.dumps(value, ensure_ascii=False), 40)
    except (TypeError, ValueError, RecursionError):
        return brief(str(value), 40)
