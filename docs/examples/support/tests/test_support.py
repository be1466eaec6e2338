"""The application's own code, against the model that `pytest --model ID` names."""

import pytest
from support import preview_of, prompt_of

MAIL = "Can I return my order after three weeks?"


@pytest.mark.llm(prompt_of(MAIL), max_tokens=600)
def test_the_answer_is_the_accepted_one(llm, accepted):
    answer = llm()
    assert answer == accepted
    assert len(preview_of(answer.text)) <= 60


def test_the_rule_is_stated(llm):
    answer = llm(prompt_of(MAIL), max_tokens=600, must_include="30 days")
    assert "30 days" in answer
