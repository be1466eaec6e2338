"""Which files may hold ids, by their names and by the fixed strings of which every file with an id holds one.

Imports and compiles next to nothing: most files that a check is asked about end here.
"""

from __future__ import annotations

_GRAMMARS = {
    "python": ".py .pyi .pyw",
    "ruby": ".rb .rake .gemspec",
    "php": ".php",
    "c": ".js .jsx .mjs .cjs .ts .tsx .mts .cts .go .java .kt .kts .scala .cs .rs .swift .dart .vue .svelte"
    " .groovy .cpp",
    "hash": ".toml .tf .hcl .tfvars .ex .exs .r .jl",
    "properties": ".conf .ini .cfg .properties",
    "json": ".json .jsonc .json5",
    "yaml": ".yaml .yml",
    "shell": ".sh .bash .zsh .env .envrc .mk",
    "notebook": ".ipynb",
}
_BY_SUFFIX = {suffix: grammar for grammar, suffixes in _GRAMMARS.items() for suffix in suffixes.split()}
_SHELL_NAMES = frozenset({"Dockerfile", "Containerfile", "Makefile", "Justfile", "justfile", "Procfile"})
_SHELL_STARTS = (".env", "Dockerfile.", ".envrc")
_SHELL_ENDS = (".env", ".Dockerfile")
BEFORE_A_DASH = (
    "claude", "gpt", "gemini", "deepseek", "DeepSeek", "mistral", "Mistral", "mixtral", "Mixtral", "ministral",
    "codestral", "magistral", "devstral", "pixtral", "voxtral", "llama", "Llama", "grok", "kimi", "Kimi", "moonshot",
    "nova", "titan", "davinci", "babbage", "whisper", "tts", "dall", "glm", "GLM", "codex", "jamba", "embed", "text",
    "command", "inference", *(f"o{digit}" for digit in "1345"),
)  # fmt: skip
ALONE = ("azure/", "sonar", "qwen", "Qwen/", "o1", "o3", "o4")
STEMS = (
    *(f"{stem}-" for stem in BEFORE_A_DASH if stem not in ("embed", "text", "command", "inference", "o1", "o3", "o4")),
    "text-embedding", "text-davinci", "embed-english", "embed-multi", "embed-v", "command-r", "command-a",
    "command-light", "command-nightly", "inference-profile", *ALONE[:4],
    *(f"{before}o{digit}" for before in ("'", '"', "`", "/", " ", "=", ":") for digit in "134"),
)  # fmt: skip
"""Fixed strings of which every file with an id holds one: what a fast search looks for before anything is read."""


def grammar_of(path: str) -> str:
    """The language of a file by its name, "" where none is known."""
    name = path.rpartition("/")[2]
    if name in _SHELL_NAMES or name.startswith(_SHELL_STARTS) or name.endswith(_SHELL_ENDS):
        return "shell"
    stem, dot, suffix = name.rpartition(".")
    return _BY_SUFFIX.get(f".{suffix.lower()}", "") if dot and stem else ""


def may_hold_ids(text: str) -> bool:
    """Whether a file with this text is worth taking apart."""
    return any(stem in text for stem in STEMS)
