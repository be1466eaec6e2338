"""Text from outside inside of Markdown, HTML and XML: it can be read there, and do nothing else."""

from __future__ import annotations

import html
import re

from console.text.safe import safe, safe_line

_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TICKS = re.compile("`+")


def in_html(text: object) -> str:
    """`text` for an element or a quoted attribute of HTML or XML. What XML cannot hold becomes `�`."""
    return html.escape(_NOT_XML.sub("\ufffd", safe(text)), quote=True)


def md_code(text: object, limit: int = 300) -> str:
    """`text` as a code span on one line, also in a table: nothing in it is a link, a mention or markup."""
    line = safe_line(text, limit).strip().replace("|", "\\|") or " "
    fence = "`" * (1 + max((len(found) for found in _TICKS.findall(line)), default=0))
    pad = " " if line.startswith("`") or line.endswith("`") or line == " " else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def md_block(text: object, limit: int = 4_000) -> str:
    """`text` as a fenced block; no fence inside of it can close it."""
    whole = safe(text)
    shown = whole[:limit]
    more = f"\n… {len(whole) - limit:,} more characters" if len(whole) > limit else ""
    fence = "`" * max(3, 1 + max((len(found) for found in _TICKS.findall(shown)), default=0))
    return f"{fence}text\n{shown}{more}\n{fence}"
