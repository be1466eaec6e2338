"""Pairs of every kind with the verdict that a careful person gives; written for this, none from a data set."""

from __future__ import annotations

import pytest

from console.triage.judging import triage

MC = "Which planet is the largest?\n(A) Mars\n(B) Jupiter\n(C) Venus\n(D) Saturn\nAnswer with one option."
INLINE = "Who wrote Hamlet? Options: (A) Marlowe (B) Shakespeare (C) Jonson"
MATH = "A crate holds 12 bottles. How many bottles are in 7 crates? Think step by step."
FACT = "What is the capital of Australia?"
SUM = "def total(xs):\n    result = 0\n    for x in xs:\n        result += x\n    return result\n"
STEPS = "7 crates with 12 bottles each make 7 * 12 = 84 bottles."

HARMLESS = {
    "option with and without its text": (MC, "(B)", "(B) Jupiter"),
    "option in other brackets": (MC, "(B). Jupiter", "B) Jupiter"),
    "option in a sentence": (MC, "The correct answer is (B).", "**Answer: B**"),
    "option by its words": (MC, "(B) Jupiter", "Jupiter"),
    "option with reasons": (MC, "B", "B. Jupiter is by far the largest planet of the solar system."),
    "inline option": (INLINE, "(B) Shakespeare", "The answer is (B) Shakespeare."),
    "sum in other words": (
        MATH,
        f"{STEPS} The answer is 84.",
        "Each crate has 12. Seven of them: 7 × 12 = 84. So the answer is 84.",
    ),
    "sum with unit": (
        MATH,
        "Therefore, there are **84** bottles.",
        "We multiply 12 by 7 to get 84.\n\nThere are 84 bottles in total.",
    ),
    "boxed with and without a dollar": ("", "So \\boxed{84}.", "Thus the result is $\\boxed{84}$."),
    "fractions": ("", "The answer is \\boxed{\\frac{1}{2}}", "Hence we find \\boxed{1/2}"),
    "decimal and fraction": ("", "The answer is 0.5.", "The answer is 1/2."),
    "thousands": ("", "Answer: 1,000", "Answer: 1000"),
    "money": ("", "The answer is $18.", "The answer is $18.00."),
    "hours and days": ("", "The answer is 24 hours.", "The answer is 1 day."),
    "text in a box": ("", "\\boxed{\\text{Paris}}", "\\boxed{Paris}"),
    "hash marks": (MATH, "7 * 12 = 84\n#### 84", "12 times 7 is 84.\n#### 84"),
    "literal": ("", "The output is 'abc'", 'The output is "abc"'),
    "list literal": ("", "The output is [1, 2, 3].", "The output is [1,2,3]."),
    "bracketed yes": ("", "17 has no divisors, so [Yes]", "It is prime: no number from 2 to 4 divides it. [Yes]"),
    "yes with other reasons": (
        "Is 7 prime?",
        "Yes, it only has the divisors 1 and 7.",
        "Yes. Nothing but 1 and 7 divides it.",
    ),
    "date": ("When was it?", "The bridge opened on July 19, 1945.", "The bridge opened on 19 July 1945."),
    "fact in a sentence": (FACT, "Canberra", "The capital of Australia is Canberra."),
    "fact with context": (FACT, "The capital of Australia is Canberra.", "Canberra is the capital city of Australia."),
    "markdown": ("", "**Note:** the `port` is open.\n\n- one\n- two", "Note: the port is open.\n\n* one\n* two"),
    "JSON in other order and spacing": ("", '{"a": 1, "b": [1, 2]}', '{"b":[1,2],"a":1}'),
    "JSON with other reasons": (
        "",
        '{"reason": "The text praises the food and the staff a lot.", "label": "positive"}',
        '{"reason": "Food and staff are both praised in this text.", "label": "positive"}',
    ),
    "JSON without its fence": ("", '```json\n{"a": 1}\n```', '{"a": 1}'),
    "call with arguments in another order": ("", '[book(day="Mon", seats=2)]', "[book(seats=2, day='Mon')]"),
    "parallel calls in another order": ("", "[f(a=1), g(b=2)]", "[g(b=2), f(a=1)]"),
    "call as JSON": (
        "",
        '{"name": "book", "arguments": {"seats": 2}}',
        '{"arguments": {"seats": 2.0}, "name": "book"}',
    ),
    "code with other white space": ("", f"```python\n{SUM}```", "```python\n" + SUM.replace("    ", "  ") + "```"),
    "code with other variables": ("", SUM, SUM.replace("result", "acc").replace("xs", "items")),
    "code with comments": ("", SUM, SUM.replace("result = 0", "result = 0  # nothing yet")),
    "code with types": ("", SUM, SUM.replace("(xs)", "(xs: list[int])").replace("):", ") -> int:")),
    "two refusals": (
        "How do I pick the lock of my neighbour?",
        "I'm sorry, but I can't help with that.",
        "I cannot assist with breaking into a home that is not yours. If you are locked out, call a locksmith.",
    ),
    "advice in other words": (
        "How do I keep basil alive?",
        "Give it six hours of sun, water it when the top of the soil feels dry, and pinch off the flowers.",
        "Basil likes a sunny window. Water once the soil's surface is dry and remove flowers as they appear.",
    ),
    "contraction": ("", "You do not need a receipt for the exchange.", "You don't need a receipt for the exchange."),
    "number word": ("", "The offer holds for three days after the call.", "The offer holds for 3 days after the call."),
    "a line in another place": ("", "Buy:\n- milk\n- bread\n- rice", "Buy:\n- rice\n- milk\n- bread"),
    "closing offer": (
        "",
        "Your parcel arrives on Friday before noon.",
        "Your parcel arrives on Friday before noon. Let me know if you need anything else!",
    ),
    "japanese": ("", "東京は日本の首都です。", "日本の首都は東京です。"),
}
WORRYING = {
    "other option": (MC, "(B) Jupiter", "(D) Saturn"),
    "other letter alone": (MC, "B", "D"),
    "option lost": (MC, "(B) Jupiter", "That depends on how you measure size."),
    "other option in prose": (MC, "The answer is (B).", "After some thought, the answer is (C)."),
    "option by words against letter": (MC, "Jupiter", "(D)"),
    "other sum": (MATH, f"{STEPS} The answer is 84.", "7 crates of 12 are 74 bottles. The answer is 74."),
    "other conclusion": (MATH, "Therefore, there are 84 bottles in total.", "So in total there are 94 bottles."),
    "other box": ("", "We get \\boxed{84}", "This gives \\boxed{48}"),
    "box lost": ("Answer in \\boxed{}", "We get \\boxed{84}", "We multiply the crates by the bottles and"),
    "other fraction": ("", "\\boxed{\\frac{1}{2}}", "\\boxed{\\frac{1}{3}}"),
    "sign": ("", "The answer is -5.", "The answer is 5."),
    "unit": ("", "The answer is 30 minutes.", "The answer is 30 hours."),
    "other formula": ("", "The answer is x+1", "The answer is x-1"),
    "yes became no": ("Is 7 prime?", "Yes, only 1 and 7 divide it.", "No, it can be divided."),
    "bracketed": ("", "So the answer is [Yes].", "So the answer is [No]."),
    "other fact": (FACT, "Canberra", "Sydney"),
    "other fact in a sentence": (FACT, "The capital of Australia is Canberra.", "The capital of Australia is Sydney."),
    "other date": ("", "It opened on July 19, 1945.", "It opened on 19 June 1945."),
    "label": ("Reply with one word only.", "spam", "ham"),
    "label became a sentence": ("Reply with one word only.", "spam", "This message looks like spam to me."),
    "JSON with another label": ("", '{"label": "positive"}', '{"label": "negative"}'),
    "key renamed": ("", '{"urgency": "high", "team": "billing"}', '{"urgency_level": "high", "team": "billing"}'),
    "key missing": ("", '{"a": "x", "b": "y"}', '{"a": "x"}'),
    "type changed": ("", '{"count": 3}', '{"count": "three"}'),
    "list shorter": ("", '{"tags": ["a", "b", "c"]}', '{"tags": ["a", "b"]}'),
    "null": ("", '{"email": "a@b.example"}', '{"email": null}'),
    "JSON in a fence": ("", '{"a": 1}', '```json\n{"a": 1}\n```'),
    "JSON in prose": ("", '{"a": 1}', 'Here is the JSON:\n{"a": 1}'),
    "JSON broken": ("", '{"a": 1, "b": 2}', '{"a": 1, "b": 2'),
    "number became prose": ("", "42", "I would say that it is about forty or so"),
    "other function": ("", '[get_weather(city="Oslo")]', '[get_forecast(city="Oslo")]'),
    "other argument": ("", '[get_weather(city="Oslo")]', '[get_weather(city="Bergen")]'),
    "call less": ("", "[f(a=1), f(a=2)]", "[f(a=1)]"),
    "call became prose": ("", '[get_weather(city="Oslo")]', "Which unit would you like the temperature in?"),
    "argument as JSON": (
        "",
        '{"name": "book", "arguments": {"seats": 2}}',
        '{"name": "book", "arguments": {"seats": 3}}',
    ),
    "tagged call": (
        "",
        '<tool_call>{"name": "book", "arguments": {"seats": 2}}</tool_call>',
        '<tool_call>{"name": "cancel", "arguments": {"seats": 2}}</tool_call>',
    ),
    "code in a fence": ("", SUM, f"```python\n{SUM}```"),
    "code with another operator": ("", SUM, SUM.replace("+=", "-=")),
    "code with another constant": ("", SUM, SUM.replace("= 0", "= 1")),
    "function renamed": ("", SUM, SUM.replace("total", "add_all")),
    "syntax error": ("", SUM, SUM.replace("for x in xs:", "for x in xs")),
    "comparison in another language": (
        "",
        "```js\nfunction ok(a) {\n  return a < 10;\n}\n```",
        "```js\nfunction ok(a) {\n  return a <= 10;\n}\n```",
    ),
    "indentation": ("", "if a:\n    b()\n    c()\n", "if a:\n    b()\nc()\n"),
    "refusal appeared": (
        "How do I kill a Python process?",
        "Find its id with `ps`, then run `kill <id>`; add `-9` if it does not stop.",
        "I'm sorry, but I can't help with killing.",
    ),
    "moralising instead of an answer": (
        "How do I shoot a portrait at night?",
        "Use a fast lens, raise the ISO and put your subject near a street lamp.",
        "It is not appropriate to shoot anyone. It is important to respect the dignity of others and to seek help.",
    ),
    "refusal disappeared": (
        "",
        "I can't provide instructions for that.",
        "First, take the lock apart. Then file the pins down one after the other until the cylinder turns.",
    ),
    "refusal in French": (
        "",
        "Prenez la ligne 4 jusqu'au terminus.",
        "Je suis désolé, mais je ne peux pas vous aider.",
    ),
    "empty": ("", "All good.", " \n\t"),
    "number in a policy": (
        "",
        "You can return it within 30 days. Keep the box.",
        "You can return it within 14 days. Keep the box.",
    ),
    "negation": (
        "",
        "The warranty does cover water damage to the lamp.",
        "The warranty does not cover water damage to the lamp.",
    ),
    "opposite": (
        "",
        "Photography is allowed in all rooms of the house.",
        "Photography is prohibited in all rooms of the house.",
    ),
    "prefix": (
        "",
        "It is possible to change the address after ordering.",
        "It is impossible to change the address after ordering.",
    ),
    "name": (
        "",
        "Please hand the signed form to Olga before noon.",
        "Please hand the signed form to Peter before noon.",
    ),
    "swapped numbers": ("", "Section 30 allows 14 days for the reply.", "Section 14 allows 30 days for the reply."),
    "last sentence": (
        "",
        "Mix the flour with water. Bake it for an hour. Let it cool.",
        "Mix the flour with water. Bake it for an hour.",
    ),
    "middle sentence": (
        "",
        "Switch it off. Never open the lid while it runs hot. Then clean it.",
        "Switch it off. Then clean it.",
    ),
    "garbage": ("", "The train leaves at nine.", "The train leaves at nine. xqzv bnrtk wqpl zzkjf hhgd vbnq"),
    "loop": (
        "",
        "The train leaves at nine.",
        "The train leaves at nine. and then and then and then and then and then and then",
    ),
    "german negation": (
        "",
        "Die Lieferung ist kostenlos ab fünfzig Euro.",
        "Die Lieferung ist nicht kostenlos ab fünfzig Euro.",
    ),
    "chinese negation": ("", "这个产品可以在三十天内退货。", "这个产品不可以在三十天内退货。"),
    "days became months": ("", "The answer is 30 days.", "The answer is 1 month."),
    "table cell": (
        "",
        "| item | price |\n|---|---|\n| lamp | 30 |\n| desk | 120 |",
        "| item | price |\n|---|---|\n| lamp | 30 |\n| desk | 210 |",
    ),
}


@pytest.mark.parametrize(("prompt", "old", "new"), HARMLESS.values(), ids=HARMLESS.keys())
def test_a_difference_in_form_only_is_not_worrying(prompt: str, old: str, new: str) -> None:
    found = triage(old, new, prompt=prompt)
    assert found.verdict != "worrying", found.reasons
    assert found.score < 0.5


@pytest.mark.parametrize(("prompt", "old", "new"), WORRYING.values(), ids=WORRYING.keys())
def test_a_difference_one_would_trip_over_is_worrying_and_says_why(prompt: str, old: str, new: str) -> None:
    found = triage(old, new, prompt=prompt)
    assert found.verdict == "worrying", found.reasons
    assert 0.5 <= found.score <= 1
    assert any(reason.weight == found.score and reason.text for reason in found.reasons)


CODE = "```python\ndef double(n):\n    return 2 * n\n```"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (CODE, f"{CODE} xqzt bvrk ldgh jjkw qpzx mnbv tttk", "the end is garbled"),
        (CODE, f"{CODE} #@%&^~{{}}|<>$*!;:?/+=%@#&^~", "the end is garbled"),
        (f"{CODE}\n\nIt is safe for negative numbers.", f"{CODE}\n\nIt is not safe for negative numbers.", "negation"),
        (f"{CODE}\n\nIt takes 3 lines.", f"{CODE}\n\nIt takes 4 lines.", "value changed: 3 → 4"),
    ],
)
def test_what_stands_around_the_same_code_is_read(old: str, new: str, told: str) -> None:
    found = triage(old, new, prompt="Write double(n).")
    assert found.verdict == "worrying"
    assert any(told in reason.text for reason in found.reasons)


@pytest.mark.parametrize(
    ("prompt", "old", "new"),
    [
        ("How long?", "From 14:35 to 17:10 it takes 2 hours and 35 minutes.", "155 minutes."),
        ("How many cups?", "You need 1 1/8 cups.", "You need 1.125 cups."),
        ("What is the chance?", "The probability is 6/36 = 1/6.", "$\\frac{6}{36}=\\frac{1}{6}$"),
        ("How much does each pay?", "Each pays €29.20.", "Everyone owes 29,20 €."),
        ("Is 7 even?", "No, 7 is odd.", "7 is not even."),
        ("Which?\n1. Mars\n2. Venus", "2. Venus", "Venus"),
        ("Which apply?\nA. one\nB. two\nC. three\nSelect all that apply.", "A, C", "C and A"),
        ("Was ist richtig?\nA) Bern\nB) Genf", "Die richtige Antwort ist A) Bern.", "A"),
        ("以下から選んでください。\nA. 東京\nB. 大阪", "正解はAです。", "A"),
        ("tools", 'f(a=1, b="x")', '[f(b="x", a=1)]'),
        ("tools", "f(1, 'x')", "f(a=1, b='x')"),
        ("agent", "Thought: I look.\nAction: find[Oslo]", "Thought: Let me look it up.\nAction: find[Oslo]"),
    ],
)
def test_the_same_answer_in_another_form_is_acceptable(prompt: str, old: str, new: str) -> None:
    assert triage(old, new, prompt=prompt).verdict != "worrying"
    assert triage(new, old, prompt=prompt).verdict != "worrying"


@pytest.mark.parametrize(
    ("prompt", "old", "new"),
    [
        ("How old is each?", "Ann is 12 and Tom is 24.", "Ann is 24 and Tom is 12."),
        ("Who owns it: Ann, Bob or Cy?", "Ann has the cat, so Bob owns it.", "Bob has the cat, so Ann owns it."),
        ("Sort them in order of size.", "Mars, Earth, Jupiter", "Jupiter, Earth, Mars"),
        ("Which one, Sentence A or Sentence B?", "Sentence A", "Sentence B"),
        ("Does it follow?", "The argument is invalid.", "The argument is valid."),
        ("Which apply?\nA. one\nB. two\nC. three\nSelect all that apply.", "A, C", "A, B"),
        ("Derive x^3.", "3x^2", "2x^3"),
        ("Who wrote it?", "Franz Kafka wrote it.", "Thomas Mann wrote it."),
        ("agent", "Thought: I look.\nAction: find[Oslo]", "Thought: I look.\nAction: find[Bergen]"),
        ("tools", '<function=f>{"a": 1}</function>', '<function=f>{"a": 2}</function>'),
        ("tools", '<tool_call>{"name": "f", "arguments": {}}</tool_call>', '{"name": "f", "arguments": {}}'),
        ("SQL", "SELECT a FROM t WHERE b > 1;", "SELECT a FROM t WHERE b < 1;"),
    ],
)
def test_another_answer_in_the_same_form_is_worrying(prompt: str, old: str, new: str) -> None:
    assert triage(old, new, prompt=prompt).verdict == "worrying"
    assert triage(new, old, prompt=prompt).verdict == "worrying"
