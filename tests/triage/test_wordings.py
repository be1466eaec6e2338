"""One answer in many wordings: any two of them are the same answer, and any two with other values are not."""

from __future__ import annotations

import itertools

import pytest

from console.triage.judging import triage

NUMBERS = (
    "Ana has 10 apples, gets 5, doubles them and gives 3 away. How many apples does she have?",
    ({"v": "27"}, {"v": "24"}),
    "The answer is {v}.|**Answer:** {v}|#### {v}|Final Answer: The final answer is ${v}$. I hope it is correct."
    "|Thus, {v} is the answer.|\\boxed{{{v}}}|Therefore, she has **{v}** apples left.|She has {v} apples.|{v} apples"
    "|First we add 10 and 5, which gives 15. Then we double it to get 30. In the end she is left with {v} apples."
    "|Step 1: 10 + 5 = 15\nStep 2: 15 * 2 = 30\nStep 3: 30 - 3 = 27\n\nAnswer: {v} apples|<answer>{v}</answer>",
)
LETTERS = (
    "Which city hosted the first modern Olympic Games?\nA) Paris\nB) Athens\nC) London\nD) Rome",
    ({"v": "B", "w": "Athens"}, {"v": "C", "w": "London"}),
    "{v}|({v})|{v}) {w}|**{v}**|The correct answer is ({v}) {w}.|{w}|Option {v} is correct, as it alone fits."
    "|Let's look at each. The first is too old. The others are unlikely. So I would go with {v}.|\\boxed{{{v}}}"
    "|Answer: {v}. {w}|The correct answer is **{w}**.|After eliminating the others, only option ({v}) remains.",
)
GERMAN_LETTERS = (
    "Welche Stadt ist die Hauptstadt von Australien?\nA) Sydney\nB) Melbourne\nC) Canberra\nD) Perth",
    ({"v": "B", "w": "Melbourne"}, {"v": "C", "w": "Canberra"}),
    "{v}|{v}) {w}|Die richtige Antwort ist {v}.|Antwort {v} ist richtig, weil die anderen nicht passen."
    "|Richtig ist {v}.|Die richtige Antwort lautet {v}) {w}.|Die korrekte Option ist {v}: {w}.",
)
CHINESE_LETTERS = (
    "澳大利亚的首都是哪里？\nA. 悉尼\nB. 墨尔本\nC. 堪培拉\nD. 珀斯",
    ({"v": "B", "w": "墨尔本"}, {"v": "C", "w": "堪培拉"}),
    "{v}|{v}. {w}|答案是{v}。|正确答案是{v}。|答案：{v}|选{v}。|因此，选项{v}是正确的。|正确答案：{v}. {w}",
)
TRUTHS = (
    "True or false: water boils at a lower temperature on a mountain.",
    ({"v": "True", "w": "true"}, {"v": "False", "w": "false"}),
    "{v}|The statement is {v}.|The claim is {w}.|**{v}**|Answer: {v}|{v} - water boils at lower temperatures up there.",
)
ROOTS = (
    "Simplify and solve for x.",
    ({"v": "2\\sqrt{3}"}, {"v": "3\\sqrt{2}"}),
    "The answer is ${v}$.|\\boxed{{{v}}}|**{v}**|$${v}$$|Therefore, $x = {v}$.|x = {v}|Final Answer: ${v}$"
    "|Hence the solution is ${v}$, which we can verify by substitution.",
)
NAMES = (
    "Who painted this picture?",
    ({"v": "Leonardo da Vinci"}, {"v": "Michelangelo"}),
    "{v}|The answer is {v}.|It was {v}.|{v} painted it in 1503.|The painting was made by {v}.|Answer: {v}"
    "|{v} is the artist behind this famous painting. It hangs in a museum and draws millions of visitors."
    "|Based on the style and the history of the piece, the artist is {v}.",
)
LABELS = (
    "Sort the review by its tone: positive, negative or neutral. Review: the food came late.",
    ({"v": "positive"}, {"v": "negative"}),
    "Sentiment: {v}|The sentiment is {v}.|I would classify this as {v}.|This review is {v}.|Label: {v}"
    "|{v}\n\nThe words that are used make this clear.|The tone of this review is {v} because the writer says so.",
)
DATES = (
    "When was the treaty signed?",
    ({"v": "June 28, 1919", "w": "1919-06-28"}, {"v": "July 28, 1919", "w": "1919-07-28"}),
    "{v}|The date is {v}.|It was signed on {v}.|Answer: {v}|{w}|On {v}, the treaty was signed.",
)
MONEY = (
    "Two tickets cost $12.25 each and one costs $18. What do I pay?",
    ({"v": "$42.50", "w": "42.5"}, {"v": "$45.20", "w": "45.2"}),
    "{v}|The cost is {v}.|You pay {v} in total.|**Total cost: {v}**|2 * 12.25 + 18 = {w}, so you pay {v}.",
)
SHARES = (
    "A price rises from 80 to 92 euros. By what percentage did it rise?",
    ({"v": "15"}, {"v": "12"}),
    "{v}%|The answer is {v}%.|It rose by {v} percent.|**{v} %**|So the price went up by {v}% in total."
    "|$\\boxed{{{v}\\%}}$",
)
FRENCH = (
    "Ana a 10 pommes, en reçoit 5, les double et en donne 3. Combien de pommes a-t-elle ?",
    ({"v": "27"}, {"v": "24"}),
    "{v}|La réponse est {v}.|**Réponse : {v}**|Il lui reste {v} pommes.|Donc, elle a finalement {v} pommes."
    "|Au total : {v}",
)
JAPANESE = (
    "アナは10個のりんごを持っています。5個もらい、倍にして3個あげました。何個ありますか？",
    ({"v": "27"}, {"v": "24"}),
    "{v}|答えは{v}です。|答え：{v}個|彼女は{v}個のりんごを持っています。|したがって、{v}個です。",
)
EVERY = (NUMBERS, LETTERS, GERMAN_LETTERS, CHINESE_LETTERS, TRUTHS, ROOTS, NAMES, LABELS, DATES, MONEY, SHARES, FRENCH)
STEPS = (1, 3)
"""Each wording is compared with those so many places further on."""


@pytest.mark.parametrize(("prompt", "values", "wordings"), [*EVERY, JAPANESE])
def test_wordings_of_one_answer_agree_and_those_of_two_differ(
    prompt: str, values: tuple[dict[str, str], ...], wordings: str
) -> None:
    forms = wordings.split("|")
    for at, step in itertools.product(range(len(forms)), STEPS):
        other = forms[(at + step) % len(forms)]
        one, same, changed = forms[at].format(**values[0]), other.format(**values[0]), other.format(**values[1])
        reasons = triage(one, same, prompt=prompt).reasons
        assert [r.text for r in reasons if r.weight >= 0.5 and r.check != "shape"] == [], (one, same)
        assert triage(one, changed, prompt=prompt).verdict == "worrying", (one, changed)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{{"answer": {v}}}', '{{"answer": {v}.0}}'),
        ('{{"reasoning": "by elimination", "answer": "{v}"}}', '{{"reasoning": "as shown", "answer": "{v}"}}'),
    ],
)
def test_answers_in_data_are_compared_as_values(old: str, new: str) -> None:
    assert triage(old.format(v=27), new.format(v=27), prompt=NUMBERS[0]).verdict != "worrying"
    assert triage(old.format(v=27), new.format(v=24), prompt=NUMBERS[0]).verdict == "worrying"
