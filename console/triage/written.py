"""Function calls written into the text of an answer, in the forms models are taught, and what form they have."""

from __future__ import annotations

import ast
import json
import operator
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from console.triage.calls import ARGUMENTS, NAMES, Call, arguments_of, from_mapping, given_calls, holds_arguments
from console.triage.phrases import holds_any
from console.triage.reading import Reading
from console.triage.records import Reason, changed
from console.triage.shapes import UNREADABLE, parsed, unwarned

_CALLS = re.compile(r"^\[?\s*[A-Za-z_][\w.]*\(.*\)\s*\]?$", re.DOTALL)
_FENCE = re.compile(r"```[\w+-]*\n(.*?)```", re.DOTALL)
_ONLY_FENCE = re.compile(r"\A```[\w+-]*\n([^`]*)```\Z")
_LABEL = re.compile(r"\A(?:\w+ ){0,2}calls?: *\n?(?=.)", re.IGNORECASE)
_TOKENS = re.compile(r"<\|[\w ]{1,30}\|>|<</?\w{1,20}>>|\[/?TOOL_CALLS\]|<bot_end>|</s>")
_MAY_TOKEN = ("|>", ">>", "TOOL_CALLS", "<bot_end>", "</s>")
"""What models write around calls that is no text."""
_SCHEMA_NAME = re.compile(r'"name"\s*:\s*"([\w.-]{1,100})"')
_SOURCE_NAME = re.compile(r"^def (\w{1,100})\(", re.MULTILINE)
_BETWEEN = re.compile(r"[\s,;]*")
_JSON = json.JSONDecoder()
_TAGGED = re.compile(r"<(tool_call|function_call|functioncall|tool_use)>\s*(.*?)\s*(?:</\1>|\Z)", re.DOTALL)
_NAMED_TAG = re.compile(r"<function=([\w.-]+)>\s*(.*?)\s*(?:</function>|\Z)", re.DOTALL)
_ACTION = re.compile(
    r"^Action(?: \d{1,2})?:[ \t]*([\w.-]+)[ \t]*"
    r"(?:\[([^\n]*)\]|\(([^\n]*)\)|\n\s*Action Input(?: \d{1,2})?:[ \t]*([^\n]*))?[ \t]*$",
    re.MULTILINE,
)
_LAST_ACTIONS = ("finish", "answer", "final_answer", "submit", "done", "return")
_MESSAGES = ("message", "choices", "candidates", "content", "parts", "output")
"""Where the messages of providers have the calls they make."""
_LISTS = ("tool_calls", "toolCalls", "function_calls")
_SINGLE = ("function_call", "functionCall", "toolUse", "tool_use")
_KINDS = ("tool_use", "function_call", "functionCall")
_MESSAGE = "JSON of "
_ENVELOPE = re.compile(r"\"(tool_calls|tool_use|function_call|functionCall)\"")
_WORDS_OF_JSON = {"true": True, "false": False, "null": None}
_CALCULATES: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_ONLY_CALLS = re.compile(
    r"(?:not|never|without)\b[^.\n]{0,30} (?:any )?(?:other|additional|extra) (?:text|words|prose|explanation)"
    r"|\b(?:only|just|nothing but) (?:\w+ ){0,4}calls?\b|\bcalls? only\b",
    re.IGNORECASE,
)
_SHOWN_SOURCE = re.compile(r"\[?\w*(?:func|name)\w*\(\w+=")
"""A prompt that shows the form of calls in source."""
_DEEPEST = 5
_LONGEST = 20_000


@lru_cache(maxsize=8)
def offered(prompt: str) -> frozenset[str]:
    """The functions that a prompt offers, by their names in a schema or at the head of their source."""
    if '"parameters"' not in prompt and "Function:" not in prompt:
        return frozenset()
    names = {*_SCHEMA_NAME.findall(prompt[:_LONGEST]), *_SOURCE_NAME.findall(prompt[:_LONGEST])}
    return frozenset(names | {name.replace(".", "_") for name in names})


def written_calls(reading: Reading, names: Collection[str] = ()) -> tuple[Call, ...]:
    """The calls that an answer's text makes, in the forms models are taught: data, source, tags, `Action:` lines.

    `names` are functions known to be there: `{"name": {…}}` is a call of one of them.
    """
    text = reading.text
    if len(text) > _LONGEST:
        return ()
    if holds_any(text, _MAY_TOKEN) and (plain := _TOKENS.sub("\n", text).strip()) and plain != text:
        return written_calls(Reading(plain), names)
    if "<" in text and (tagged := _tagged(text)):
        return tagged
    if "Action" in text and (acted := _acted(text)):
        return acted
    if text[:1] == "{" and reading.shape.wrap == "mixed" and (several := _in_lines(text)):
        return several
    data = reading.shape.data
    if data is not None:
        items = data if isinstance(data, list) else [data]
        found = [
            from_mapping(item) if isinstance(item, Mapping) and (_is_call(item) or _is_of(names, item)) else None
            for item in items
        ]
        if found and all(found):
            return tuple(call for call in found if call)
        carried = given_calls(list(_carried(data)))
        if carried or reading.shape.wrap != "mixed":
            return carried
    return next((made for part in _sources(text) if (made := _from_source(part))), ()) or _among_words(text, names)


def _in_lines(text: str) -> tuple[Call, ...]:
    """The calls of a text that is one JSON object after the other."""
    values, at = [], 0
    while at < len(text):
        try:
            value, at = _JSON.raw_decode(text, at)
        except (ValueError, RecursionError):
            return ()
        values.append(value)
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
    return given_calls(values) if all(isinstance(one, Mapping) and _is_call(one) for one in values) else ()


def _sources(text: str) -> Iterator[str]:
    """What of a text may be calls in the source of a program: all of it, with a fence or a label, or the last line."""
    if bare := _alone(text):
        yield bare
    elif (last := text.rpartition("\n")[2].strip("` ")).startswith("[") and _CALLS.match(last):
        yield last


def _alone(text: str) -> str:
    """The source of calls that a text is as a whole, but for a fence or a label; "" where it is none."""
    bare = _ONLY_FENCE.sub(r"\1", text) if text.startswith("```") else text
    bare = _LABEL.sub("", bare.strip("`\n "))
    return bare if bare[-1:] in ")]" and _CALLS.match(bare) else ""


def _among_words(text: str, names: Collection[str]) -> tuple[Call, ...]:
    """The calls of known functions that stand on a line, or in a fence, of their own between words."""
    if not names or not holds_any(text, [f"{name}(" for name in names]):
        return ()
    for part in [*_FENCE.findall(text), *text.split("\n")]:
        bare = _LABEL.sub("", part.strip("`\n "))
        made = _from_source(bare) if _CALLS.match(bare) else ()
        if made and all(call.name in names for call in made):
            return made
    return ()


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
    bodies = [parsed(body)[0] or _as_python(body) for _, body in _TAGGED.findall(text)]
    found = given_calls([value for value in bodies if isinstance(value, Mapping)])
    return found or tuple(Call(name, arguments_of(body)) for name, body in _NAMED_TAG.findall(text))


def _input(match: re.Match[str]) -> Mapping[str, object]:
    """The arguments of an `Action:`; those in JSON may take several lines."""
    if match[4] and match[4][0] == "{":
        try:
            return arguments_of(_JSON.raw_decode(match.string, match.start(4))[0])
        except (ValueError, RecursionError):
            pass  # read as it is written
    return arguments_of(match[2] or match[3] or match[4])


def _as_python(text: str) -> object:
    """Data with single quotes, as Python writes it."""
    if not text.startswith("{'"):
        return None
    try:
        with unwarned():
            return ast.literal_eval(text)
    except UNREADABLE:
        return None


def _acted(text: str) -> tuple[Call, ...]:
    """`Action: search[Norway]`, or `Action: search` with `Action Input: …` below."""
    made = tuple(Call(match[1], _input(match)) for match in _ACTION.finditer(text))
    # Of a whole way, what it ends with is the answer; each goes its own.
    return made[-1:] if len(made) > 1 and made[-1].name.lower() in _LAST_ACTIONS else made


def form_changes(old: Reading, new: Reading, prompt: str) -> list[Reason]:
    """The same calls, written so that what read them may not find them: without the tag, as data before, in words."""
    before, after = _form(old), _form(new)
    if before == "source" and after == "JSON" and _SHOWN_SOURCE.search(prompt):
        return [changed("tool call", "the same call in another form:", before, after, 0.6)]
    if before != after and before != "source":
        # Of a provider's message its own library reads both.
        weight = 0.4 if before.startswith(_MESSAGE) and after.startswith(_MESSAGE) else 0.6
        return [changed("tool call", "the same call in another form:", before, after, weight)]
    if _is_json(old) and not _is_json(new) and "{'" not in prompt:
        return [Reason("shape", "the call is no valid JSON any more", 0.6)]
    alone, still = (bool(_from_source(_alone(reading.text))) for reading in (old, new))
    if alone and not still and after == "source":
        weight = 0.6 if _ONLY_CALLS.search(prompt) else 0.45
        return [Reason("shape", "bare call is newly wrapped in prose", weight)]
    if "```" in new.text and "```" not in old.text:
        weight = 0.55 if _ONLY_CALLS.search(prompt) else 0.45
        return [Reason("shape", "bare call is newly wrapped in a fence", weight)]
    return []


def _is_json(reading: Reading) -> bool:
    """Whether what stands in the tags of a text is JSON."""
    bodies = [body for _, body in _TAGGED.findall(reading.text)]
    return bool(bodies) and all(parsed(body)[0] is not None for body in bodies)


def with_plain_names(
    old: tuple[Call, ...], new: tuple[Call, ...], before: Reading, after: Reading
) -> tuple[tuple[Call, ...], tuple[Call, ...]]:
    """Both with `_` for `.` in the names of functions where only one form allows dots: providers' own does not."""
    if (_form(before) == "source") == (_form(after) == "source"):
        return old, new
    plain = [tuple(replace(call, name=call.name.replace(".", "_")) for call in calls) for calls in (old, new)]
    return plain[0], plain[1]


def _form(reading: Reading) -> str:
    text = reading.text
    tag = re.search(r"<(?:tool_call|function_call|functioncall|tool_use|function=)", text)
    if tag is not None:
        return f"{tag.group()}>"
    if re.search(r"^Action:", text, re.MULTILINE):
        return "Action:"
    if any(map(_from_source, _sources(text))) or reading.shape.kind != "json":
        return "source"
    kind = _ENVELOPE.search(text)
    return f"{_MESSAGE}{kind[1]}" if kind is not None else "JSON"


def _is_of(names: Collection[str], item: Mapping[str, object]) -> bool:
    if len(item) != 1:
        return False
    ((name, value),) = item.items()
    return name in names or holds_arguments(value)


def _is_call(item: Mapping[str, object]) -> bool:
    named = any(isinstance(item.get(key), str) for key in NAMES)
    return isinstance(item.get("function"), Mapping) or (named and any(key in item for key in ARGUMENTS))


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
        return Call(ast.unparse(node.func), arguments_of(only))
    arguments: dict[str, object] = {str(place): _literal(value) for place, value in enumerate(node.args)}
    arguments.update({keyword.arg or "**": _literal(keyword.value) for keyword in node.keywords})
    return Call(ast.unparse(node.func), arguments)


def _literal(node: ast.expr) -> object:
    if isinstance(node, ast.Name) and node.id in _WORDS_OF_JSON:
        return _WORDS_OF_JSON[node.id]
    if isinstance(node, ast.BinOp) and (value := _calculated(node)) is not None:
        return value
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return ast.unparse(node)


def _calculated(node: ast.expr) -> float | None:
    """What a calculation with numbers comes to: `12 * 60`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return node.value
    if not isinstance(node, ast.BinOp) or type(node.op) not in _CALCULATES:
        return None
    left, right = _calculated(node.left), _calculated(node.right)
    try:
        return None if left is None or right is None else _CALCULATES[type(node.op)](left, right)
    except (ArithmeticError, ValueError):
        return None
