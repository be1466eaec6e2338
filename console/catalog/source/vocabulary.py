"""The words by which names of variables, functions and keys are told apart."""

from __future__ import annotations


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


MODELISH = _words(
    "anthropic bedrock chatgpt classifier claude cohere completion deepseek deployment embedder embedding",
    "embeddings engine fallback fallbacks gemini generativemodel gpt grader groq judge llm llms lm mistral model",
    "models openai reasoner rewriter summarizer transcriptions vertex xai",
)
"""Names of what holds or takes a model id."""
TABLES = _words(
    "frame series",
    "assert asserts vars expected",
    "aliases badge capabilities color colors colour colours cost costs deprecated dimensions encoder encoding",
    "encodings icon icons label labels legacy limit limits logo price prices pricing quota quotas rate rates",
    "retired rpm sunset tokenizer tpm window windows",
)
"""Names of tables *about* models: what stands in them is not called."""
TEXTS = _words(
    "panel dashboard",
    "alt answer author badge branch bucket caption category channel class classname comment content css desc",
    "description doc docs email event file filename header headers heading help href icon id image img input",
    "keyword keywords label labels link message messages metric note notes package path placeholder prompt query",
    "question reason slug src subject subtitle summary table tag tags testid text title topic topics uri url user",
    "username version",
)
"""Names of what people read."""
NOT_IDS = _words(
    "arch class classes dir mapping modules path paths processor template type types",
)
"""`model_type` and `MODEL_MAPPING` hold architectures, `model_path` files."""
TALK = _words(
    "isequalto tobe toequal assertequals strictequal",
    "abort assert assertequal capture critical debug describe echo emit error errorf exception expect fail fatal",
    "fatalf fprintf gettext import info it log notify p panic pp print printf println puts render require say",
    "sprintf t test track usage warn warning write writeline",
)
"""Functions whose arguments are messages."""
LOOKUPS = _words(
    "start_with end_with starts_with ends_with include str_contains str_starts_with",
    "add_price contains containskey count discard encoding_for_model encodingformodel endswith eq equal equals",
    "find get getattr getelementbyid has haskey hasprefix hassuffix includes index indexof isinstance match",
    "matches pop queryselector remove replace search split startswith sub",
)
"""Functions whose first argument is looked for, not sent."""
NOT_MODELS = _words(
    "action actions adapter agent agents app badge benchmark bot button cache card chatbot class cli client code-",
    "review color config cost costs css data dataset demo deployment desktop doc docs dummy enabled event example",
    "examples fake flag guide html icon image-url jpg js json key keys launch log logo logs md message migration",
    "mock modal output page panel patch playground plugin png price prices prompt prompts proxy py report result",
    "results review run sdk sent server service settings style svg table team template test tests theme token",
    "tokenizer tokenizers tokens tool tools ts tutorial txt upgrade usage user view widget wrapper yaml yml",
)
"""Parts of strings that begin like a model id and name something else: `gpt-4o-mini-tokenizer`."""
NO_ROUTE = _words(
    "a active ai all anthropic api app application args argv ask azure backup base basic bedrock best big body",
    "call candidate candidates cargo chat cheap choices choose claude client clients cmd command common",
    "completion completions conf config configs const constants content core create current data default defaults",
    "deploy deployment dev docker dockerfile engine enum env environment f fallback fallbacks fast field first",
    "for free gemini generate generator get google gpt handler handlers helper helpers id ids index init input",
    "invoke key kinds large let lib line list llm llms lm local main manager message messages mini mistral mod",
    "model modelid models module multi name names new of old openai option options output package paid param",
    "parameters params payload pick primary pro prod production provider providers pyproject raw request requests",
    "response responses rotation run second secondary select selected send server service services set setting",
    "settings slow small smart source spare src staging str string submit test text the third tier tiers type",
    "types use using util utility utils value values var vertex with",
)
"""Parts of names that say nothing about what a model is used for."""
