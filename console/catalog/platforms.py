"""Where a model id is sent: takes the platform's parts off an id and says what they mean for the model behind it.

The same model has another form on each platform: `global.anthropic.claude-haiku-4-5-20251001-v1:0` (Bedrock),
`claude-haiku-4-5@20251001` (Vertex), `anthropic/claude-haiku-4.5` (a router's slug).
"""

from __future__ import annotations

import re
from dataclasses import replace

from console.domain.record import record

_BEDROCK = re.compile(
    r"(?:(?:us-gov|us|eu|apac|jp|global|au|ca|sa|me|uk|in|regional)\.)?(?P<maker>[a-z0-9]+)\.(?P<name>[^/]+)"
)
_BEDROCK_MAKERS = frozenset((
    "ai21", "amazon", "anthropic", "cohere", "deepseek", "google", "luma", "meta", "minimax", "mistral", "moonshot",
    "moonshotai", "nvidia", "openai", "qwen", "stability", "twelvelabs", "writer", "zai",
))  # fmt: skip
_BEDROCK_BUILD = re.compile(r"-(?:v\d+(?::\d+)?|\d+:\d+)(?::[a-z0-9]+)?$")
_VERTEX_RESOURCE = re.compile(r"(?:projects/[^/]+/locations/[^/]+/)?publishers/(?P<maker>[^/]+)/models/(?P<name>[^/]+)")
_VERTEX_BUILD = re.compile(r"@(?P<build>\d{3,8})$")
_ARN = re.compile(r"arn:aws[a-z-]*:bedrock:[^:]*:[^:]*:(?P<type>foundation-model|inference-profile)/(?P<name>.+)")
_ROUTES = {
    "bedrock": "bedrock", "bedrock_converse": "bedrock", "converse": "bedrock", "invoke": "bedrock",
    "vertex_ai": "vertex", "vertex_ai_beta": "vertex", "vertex": "vertex", "google-vertex": "vertex",
    "azure": "azure", "azure_ai": "azure",
    "gemini": "", "models": "", "openrouter": "openrouter", "litellm_proxy": "litellm", "litellm": "litellm",
}  # fmt: skip
"""Leading parts that name the platform itself; "" is the maker's own API."""
_AWS_REGION = re.compile(r"[a-z]{2}(?:-gov)?-[a-z]+-\d/")
_VARIANT = re.compile(r":(?:free|nitro|floor|online|beta|thinking|extended|exacto|batch)$")
_DIRECT_CLAUDE = re.compile(r"claude-[a-z0-9-]+")
OPAQUE_PREFIXES = ("arn:", "projects/", "tunedmodels/", "accounts/", "endpoints/")


@record
class Place:
    """Where an id points and the model's own name there. `platform` "" is the maker's own API.

    `build` is the platform's own version stamp (`v1:0`, `@001`); `moves` and `hidden` say why the model behind it may
    change or cannot be seen; `slug` is a `maker/model` name that a router resolves.
    """

    platform: str
    name: str
    maker: str = ""
    build: str = ""
    slug: bool = False
    moves: str = ""
    hidden: str = ""


def place(model_id: str, platform: str = "") -> Place:
    """Takes the platform's parts off `model_id` (lower case). `platform` is where it is known to be sent, or ""."""
    text = model_id
    for _ in range(4):  # a router may prefix a platform that prefixes a region: never deeper than this
        head, slash, rest = text.partition("/")
        if slash and head in _ROUTES and rest:
            platform, text = _ROUTES[head] or platform, rest
        else:
            break
    if platform == "bedrock":
        text = _AWS_REGION.sub("", text, count=1)
    if platform == "azure":
        hidden = "On Azure this is the name of a deployment, which says nothing about the model behind it"
        return Place("azure", text, hidden=hidden)
    return (
        _arn(text)
        or _vertex(text, platform)
        or _slug(text, platform)
        or _bedrock(text, platform)
        or Place(platform, text)
    )


def _arn(text: str) -> Place | None:
    if (match := _ARN.fullmatch(text)) and (found := _bedrock(match["name"], "bedrock")):
        return found
    if text.startswith("arn:"):
        return Place("bedrock", "", hidden="The ARN of a profile hides the model behind it")
    return None


def _vertex(text: str, platform: str) -> Place | None:
    match = _VERTEX_RESOURCE.fullmatch(text)
    maker, name = (match["maker"], match["name"]) if match else ("", text)
    found = Place("vertex", name, maker)
    if name.endswith("@default"):
        return replace(found, name=name.removesuffix("@default"), moves="Vertex's @default moves to newer versions")
    if name.endswith("@latest"):
        return replace(found, name=name.removesuffix("@latest"), moves="@latest moves to newer versions")
    if "/" not in name and (build := _VERTEX_BUILD.search(name)):
        return _vertex_build(found, build)
    if match or (platform == "vertex" and "/" not in name):
        return found
    if text.startswith(OPAQUE_PREFIXES):
        return Place(platform or _opaque_platform(text), "", hidden="The resource name hides the model behind it")
    return None


def _vertex_build(found: Place, match: re.Match[str]) -> Place:
    stem, build = found.name[: match.start()], match["build"]
    if len(build) == 8:
        return replace(found, name=f"{stem}-{build}", build=f"@{build}")
    return replace(found, name=f"{stem}-{build}" if stem.startswith("gemini") else stem, build=f"@{build}")


def _opaque_platform(text: str) -> str:
    return {"accounts": "fireworks", "tunedmodels": ""}.get(text.partition("/")[0], "vertex")


def _slug(text: str, platform: str) -> Place | None:
    tilde = text.startswith("~")
    path = text.removeprefix("~")
    if not tilde and "/" not in path and platform not in ("openrouter", "litellm"):
        return None
    maker, _, name = path.rpartition("/")
    name = _VARIANT.sub("", name)
    moves = "OpenRouter's ~ names follow the newest model" if tilde else ""
    where = platform or _router(maker, name, tilde)
    return Place(where, name, maker.rpartition("/")[2], slug=True, moves=moves)


def _router(maker: str, name: str, tilde: bool) -> str:
    """Which router writes slugs like this one: OpenRouter marks its moving names with ~ and writes Claude with dots."""
    direct = maker == "anthropic" and _DIRECT_CLAUDE.fullmatch(name)
    return "litellm" if not tilde and (direct or name.endswith("-latest")) else "openrouter"


def _bedrock(text: str, platform: str) -> Place | None:
    match = _BEDROCK.fullmatch(text)
    if match is None or match["maker"] not in _BEDROCK_MAKERS:
        return None if platform != "bedrock" else Place("bedrock", *_unstamped(text))
    name, _, build = _unstamped(match["name"])
    return Place("bedrock", name, match["maker"], build)


def _unstamped(name: str) -> tuple[str, str, str]:
    """The name, "" and the build stamp at its end. `claude-v2:1` is an early id, not a name with a stamp."""
    match = _BEDROCK_BUILD.search(name)
    if match is None or name[: match.start()] in ("claude", "claude-instant"):
        return name, "", ""
    return name[: match.start()], "", match.group()[1:]


def bare_id(model: str) -> str:
    """The model's own name: `openai/gpt-5`, `ft:gpt-4o:team` -> `gpt-5`, `gpt-4o:team`; platforms' parts taken off."""
    text = model.rpartition("/")[2].removeprefix("ft:").removeprefix("models/").lower()
    return place(text).name or text
