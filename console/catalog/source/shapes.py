"""What a model id looks like: sure enough to be one anywhere (strong), or only where a model is expected (weak)."""

from __future__ import annotations

import re
from typing import Literal

from console.catalog.source.languages import ALONE, BEFORE_A_DASH
from console.catalog.source.vocabulary import NOT_MODELS

Shape = Literal["", "weak", "strong"]

# A literal first character lets the engine run at the speed of memchr, and hardly any code holds `x-y`.
_DASHED = re.compile("-(?=[a-z0-9A-Z])(?:" + "|".join(f"(?<={stem}-)" for stem in BEFORE_A_DASH) + ")")
_O_ALONE = re.compile(r"o[134](?![\w.-])(?<=[\"'`/ =:]o[134])")
_RARE = re.compile(r"azure/\w|sonar|qwen[\d.]*-\w|Qwen/Qwen")


def hints(text: str) -> list[int]:
    """Offsets, in order, at which an id may stand: quick, and wrong more often than not."""
    found = [match.start() for match in _DASHED.finditer(text)]
    if not found and not any(stem in text for stem in ALONE):
        return found
    found += [match.start() for pattern in (_O_ALONE, _RARE) for match in pattern.finditer(text)]
    return sorted(found)


_DAY = r"(?:\d{8}|\d{4}-\d\d-\d\d|\d\d-\d\d(?:-?\d\d\d\d)?|\d{4}|00\d)"
_CLAUDE = (
    r"claude-(?:"
    r"\d(?:[-.]\d)?-(?:opus|sonnet|haiku)"
    r"|(?:opus|sonnet|haiku|fable|mythos)-\d{1,2}(?:[-.]\d{1,2})?"
    r"|instant-(?:v?1(?:\.\d)?)|v?[12](?:[.:]\d)?"
    r")(?:-v\d)?(?:[-@]\d{8})?(?:[-@]latest|@default|-preview)?(?:-v\d(?::\d)?)?(?::\d+k)?(?:\[\w+\])?"
)
_GPT_WORD = (
    r"(?:mini|nano|turbo|preview|audio|realtime|transcribe|tts|instruct|vision|16k|32k|codex|pro|search|latest|chat"
    r"|diarize|max|search-api|deep-research|sol|luna|terra|astra|" + _DAY + ")"
)
_GPT = rf"(?:gpt-(?:\d(?:\.\d{{1,2}})?o?|image-\d(?:\.\d)?|audio|realtime|oss-\d+b)(?:-{_GPT_WORD})*|chatgpt-4o-latest)"
_O = rf"o[1-9]-(?:mini|pro|preview|deep-research|\d{{4}}-\d\d-\d\d)(?:-(?:high|deep-research|{_DAY}))*"
_OLD_OPENAI = (
    rf"(?:text-embedding-(?:3-(?:small|large)|ada-002|00\d)|text-(?:davinci|curie|babbage|ada)-00\d"
    rf"|code-davinci-00\d|omni-moderation-(?:latest|{_DAY}))"
)
_GEMINI = (
    r"gemini-(?:\d(?:\.\d)?-)?(?:flash|pro|ultra|nano|exp|embedding|live|robotics|computer-use)"
    r"(?:-(?:lite|flash|pro|8b|preview|exp|experimental|latest|thinking|image|tts|audio|native|dialog|live|generation"
    rf"|vision|customtools|er|\d\.\d|{_DAY}))*(?:@(?:\d+|default|latest))?"
)
_OTHER = (
    r"(?:deepseek-(?:chat|reasoner|coder|r\d|v\d(?:\.\d)?)(?:-[\w.]+)*"
    r"|(?:mi(?:ni)?stral|magistral|devstral|pixtral|codestral|voxtral)-(?:large|medium|small|tiny|nemo|\d+b|latest|\d{4})"
    rf"(?:-(?:latest|{_DAY}))*|codestral-mamba-latest"
    rf"|grok-\d(?:\.\d)?(?:-(?:mini|fast|beta|vision|latest|reasoning|non-reasoning|code|{_DAY}))*"
    r"|kimi-k\d(?:\.\d)?(?:-[\w.]+)*|llama-?\d(?:\.\d)?-\d+b(?:-[\w.]+)*|moonshot-v\d-\w+"
    rf"|command-(?:r|a|r7b|r-plus)-\d\d-\d{{4}}|glm-\d(?:\.\d)?(?:-(?:air|flash|plus|v))?"
    r"|qwen-?\d?(?:\.\d)?-(?:max|plus|turbo|coder|vl)[\w.-]*)"
)
_NAMES = re.compile(rf"(?:{_CLAUDE}|{_GPT}|{_O}|{_OLD_OPENAI}|{_GEMINI}|{_OTHER})")
_WEAK_NAMES = re.compile(
    r"(?:o[1-9]|whisper-1|tts-1(?:-hd)?|dall-e-[23]|davinci-002|babbage-002|sonar(?:-[a-z]+)*|command-(?:r|a|light|nightly|xlarge)[a-z\d.-]*"
    r"|nova-[a-z]+(?:-v\d(?::\d)?)?|titan-[a-z\d.:-]+|embed-[a-z\d.-]+|codex-[a-z\d.-]+"
    r"|(?:gpt|gemini|claude|o[1-9]|mistral|mixtral|ministral|deepseek|grok|kimi|glm|qwen\d?(?:\.\d)?|jamba|llama)"
    r"(?=-)(?=[^_]*(?:\d|latest|opus|sonnet|haiku|flash|pro\b|mini|large|small|medium|turbo|chat))(?:[-.:@][a-z\d]+)+)"
)
_HOSTED = re.compile(
    r"(?:meta-llama|Qwen|deepseek-ai|mistralai|google|openai|microsoft|CohereForAI|moonshotai|zai-org)/"
)
_HOSTED_NAME = re.compile(r"[A-Z][A-Za-z]+[\w.]*(?:-[\w.]+)+")
_MAKERS = (
    "anthropic|openai|google|gemini|amazon|meta|cohere|mistral|ai21|deepseek|qwen|writer|stability|luma|nvidia|minimax"
    "|moonshot|moonshotai|zai"
)
_BEDROCK = re.compile(
    rf"(?:(?:us|eu|apac|jp|global|us-gov|au|ca)\.)?(?:{_MAKERS})\.(?P<name>[a-z][\w.-]*?)(?:-v\d+(?::\d+)?(?::\w+)?)?"
)
_ARN = re.compile(r"arn:aws[a-z-]*:bedrock:[^:\s]*:[^:\s]*:[a-z-]*(?:foundation-model|inference-profile)/[\w.:-]+")
_PREFIX = re.compile(
    r"~?(?:(?:openrouter|litellm|litellm_proxy|bedrock|bedrock_converse|converse|vertex_ai|vertex_ai_beta|models|groq"
    r"|together_ai|fireworks_ai|anthropic|openai|google|gemini|mistral|mistralai|xai|x-ai|cohere|deepseek|deepseek-ai"
    r"|meta-llama|Qwen|qwen|moonshotai|perplexity|publishers/\w+/models|accounts/\w+/models|azure_ai|replicate"
    r"|ollama|databricks|z-ai|amazon)/)+"
)
_FRAMEWORK = re.compile(
    r"(?:openai|openai-responses|anthropic|google-gla|google-vertex|google|google_genai|google_vertexai|bedrock"
    r"|bedrock_converse|groq|mistral|mistralai|azure_openai|vertexai|vertex|xai|cohere|deepseek|gateway):(?=[\w.])"
)
_AZURE = re.compile(r"azure/[\w.-]+")
_VARIANT = re.compile(r":(?:free|nitro|floor|online|beta|thinking|extended|exacto|batch)$")
_TUNED = re.compile(r"ft:[\w.:-]+")
_TOKEN = re.compile(r"[~A-Za-z][\w.:/@~\[\]-]{1,200}")
_WORDS = re.compile(r"[-_/:.]")


def framework_prefix(token: str) -> int:
    """How many characters at the start name a framework's provider (`openai:gpt-4o` -> 7), 0 without one."""
    match = _FRAMEWORK.match(token)
    return match.end() if match else 0


def shape(token: str) -> Shape:
    """Whether `token`, a whole word or string, looks like a model id; "" if not.

    >>> shape("claude-sonnet-4-5-20250929"), shape("o3"), shape("gpt-4o-mini-tokenizer")
    ('strong', 'weak', '')
    """
    if not token.isascii() or not _TOKEN.fullmatch(token):
        return ""
    if _ARN.fullmatch(token):
        return "strong"
    token = token[framework_prefix(token) :]
    if _TUNED.fullmatch(token):
        return "strong" if shape(token.split(":")[1]) else "weak"
    prefix = _PREFIX.match(token)
    name = _VARIANT.sub("", token[prefix.end() :] if prefix else token)
    if bedrock := _BEDROCK.fullmatch(name):
        return "strong" if _NAMES.fullmatch(bedrock["name"]) else _weak(bedrock["name"])
    if _NAMES.fullmatch(name):
        return "strong"
    if _AZURE.fullmatch(name) or (_HOSTED.match(token) and _HOSTED_NAME.fullmatch(name)):
        return "weak"
    return _weak(name)


def _weak(name: str) -> Shape:
    if not _WEAK_NAMES.fullmatch(name):
        return ""
    return "" if NOT_MODELS.intersection(_WORDS.split(name.lower())) else "weak"
