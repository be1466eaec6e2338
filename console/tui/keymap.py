"""The keys as a person wants them: a small file beside the other settings of this user.

# keys.toml: action = "key", or several with commas
rollback = "R"
advance = "ctrl+up,+"
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Sequence
from pathlib import Path

from console.domain.errors import Usage
from console.tui.keys import KEYS, Key

LARGEST = 65_536
"""Bytes: longer is no list of keys."""
_FIXED = {"command_palette", "quit"}
"""What always works under its own key, so that no file can lock a person in."""


def name_of(action: str) -> str:
    """An action as the file names it: `pane(1)` is `pane-1`."""
    return action.replace("(", "-").replace(")", "").replace("_", "-")


REMAPPABLE = {name_of(key.action): key for key in KEYS if key.action not in _FIXED}


def load(path: Path) -> tuple[Key, ...]:
    """The list of keys with what `path` changes; the list as it is where there is no such file.

    Raises Usage for what is no TOML, names no action, is no key, or gives one key to two actions.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        return KEYS
    except OSError as error:
        raise Usage(f"{path} cannot be read: {error.strerror}") from error
    return remapped(_parsed(path, data), str(path))


def remapped(changes: dict[str, str], where: str = "keys") -> tuple[Key, ...]:
    """The list of keys with `changes` (action name to keys). Raises Usage; `where` is named in its message."""
    new = dict.fromkeys(changes)
    for name in new:
        if name not in REMAPPABLE:
            from difflib import get_close_matches  # for mistakes only

            near = get_close_matches(name, REMAPPABLE, 1)
            raise Usage(f"{where}: no action {name!r}", f"Did you mean {near[0]}?" if near else _known())
    keys = tuple(_changed(key, changes.get(name_of(key.action)), where) for key in KEYS)
    _check_unique(keys, where)
    return keys


def textual_keymap(keys: Sequence[Key]) -> dict[str, str]:
    """What Textual calls a keymap: the id of a binding and its keys, for every key that isn't the usual one."""
    return {f"console.{new.action}": new.key for new, old in zip(keys, KEYS, strict=True) if new.key != old.key}


def _parsed(path: Path, data: bytes) -> dict[str, str]:
    if len(data) > LARGEST:
        raise Usage(f"{path} is larger than {LARGEST // 1024} kB: that is no list of keys")
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Usage(f"{path}: {error}", 'One line for each action: rollback = "R"') from error
    for name, value in table.items():
        if not isinstance(value, str):
            raise Usage(f'{path}: {name} must be a text such as "R" or "ctrl+r,f5"')
    return table


def _changed(key: Key, wanted: str | None, where: str) -> Key:
    if wanted is None:
        return key
    parts = [part.strip() for part in wanted.split(",") if part.strip()]
    if not parts:
        raise Usage(f"{where}: {name_of(key.action)} has no key", "Leave the line out to keep the usual one.")
    names = [_textual_name(part, where) for part in parts]
    return key._replace(key=",".join(names), shown=" ".join(parts))


def _textual_name(part: str, where: str) -> str:
    if len(part) == 1 and part.isprintable():
        return _named(part)
    *modifiers, last = part.split("+")
    if set(modifiers) - {"ctrl", "shift", "alt"} or not ((len(last) == 1 and last.isprintable()) or last in _names()):
        raise Usage(f"{where}: {part!r} is no key", "For example R, ctrl+r, f5, up, pagedown, question_mark")
    return part


def _named(character: str) -> str:
    from textual.binding import Binding

    return next(iter(Binding.make_bindings([Binding(character, "none", "")]))).key


def _names() -> set[str]:
    from textual.keys import Keys

    return {"comma", "space", *(key.value for key in Keys), *map(_named, string.punctuation.replace(",", ""))}


def _check_unique(keys: Sequence[Key], where: str) -> None:
    taken: dict[str, str] = {}
    for key in keys:
        for name in key.key.split(","):
            if name in taken:
                raise Usage(f"{where}: {name} is the key of both {taken[name]} and {name_of(key.action)}")
            taken[name] = name_of(key.action)


def _known() -> str:
    return f"The actions: {', '.join(REMAPPABLE)}"
