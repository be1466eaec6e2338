"""What the palette shows: one row an action, with its key, its name and its effect, in the order of the keys."""

from __future__ import annotations

from collections.abc import Iterator

from textual.app import SystemCommand
from textual.command import DiscoveryHit, Hit, Hits, Matcher, Provider
from textual.content import Content

from console.text.safe import safe_line

_KEY, _LABEL = 8, 20
_BY_EFFECT = 0.5
"""A word of the effect finds an action too, after those whose name has it."""


class Commands(Provider):
    """The commands of the app as it gives them: `Name  key`, effect, what runs it."""

    def _commands(self) -> Iterator[tuple[str, str, SystemCommand]]:
        for command in self.app.get_system_commands(self.screen):
            name, _, key = command.title.rpartition("  ") if "  " in command.title else (command.title, "", "")
            yield safe_line(name), safe_line(key), command

    async def discover(self) -> Hits:
        """Every action, the most used first."""
        for name, key, command in self._commands():
            yield DiscoveryHit(_row(key, Content(name), command.help), command.callback, text=name)

    async def search(self, query: str) -> Hits:
        """Those whose name or effect matches."""
        matcher = self.matcher(query)
        for name, key, command in self._commands():
            score = _score(matcher, name, command.help)
            if score > 0:
                yield Hit(score, _row(key, matcher.highlight(name), command.help), command.callback, text=name)


def _score(matcher: Matcher, name: str, effect: str) -> float:
    return max(matcher.match(name), _BY_EFFECT * matcher.match(effect))


def _row(key: str, name: Content, effect: str) -> Content:
    """`r       roll back           take the canary to 0 %`, in columns as on the page of help."""
    gap = " " * max(1, _LABEL - name.cell_length)
    return Content.assemble(
        Content.styled(key.ljust(_KEY), "bold $strong"),
        name,
        gap,
        Content.styled(safe_line(effect), "$muted not bold"),
    )
