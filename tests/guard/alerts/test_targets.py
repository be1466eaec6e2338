"""Who is told comes from the environment; what is wrong there is said once, without the value; secrets are masked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.guard.alerts import apprising, mail
from console.guard.alerts.channels import PagerDuty, Webhook, webhook_secret
from console.guard.alerts.targets import NAMES, PREFIX, from_environment

SLACK = "https://hooks.slack.com/services/T000/B000/S3CR3T"
MAIL = "smtps://me%40corp:S3CR3T%2F@smtp.example.com?from=console@example.com&to=olga@example.com,team@example.com"
ALL = {
    "CONSOLE_ALERTS_SLACK": SLACK,
    "CONSOLE_ALERTS_WEBHOOK": "https://example.com/alerts?token=S3CR3T",
    "CONSOLE_ALERTS_WEBHOOK_SECRET": "S3CR3T-signing",
    "CONSOLE_ALERTS_PAGERDUTY": "S3CR3T0123456789abcdef",
    "CONSOLE_ALERTS_EMAIL": MAIL,
}


def test_nothing_in_the_environment_is_nobody_to_tell() -> None:
    found = from_environment({"CONSOLE_ALERTS_SLACK": "  ", "PATH": "/bin"})
    assert (found.targets, found.bad, found.names) == ((), (), {})


def test_every_target_is_found_and_hears_of_what_is_usual_for_it() -> None:
    found = from_environment(ALL)
    assert found.bad == ()
    assert found.names == {"slack": "info", "webhook": "info", "pagerduty": "warning", "email": "info"}
    assert set(found.names) <= set(NAMES)


def test_nothing_that_is_shown_carries_a_secret() -> None:
    found = from_environment(ALL)
    shown = [target.shown for target in found.targets]
    assert shown == [
        "https://hooks.slack.com/…",
        "https://example.com/…",
        "https://events.pagerduty.com/…",
        "smtps://smtp.example.com/… (2 recipients)",
    ]
    assert "S3CR3T" not in repr(found) + str(found) + repr([target.channel for target in found.targets])
    assert "olga" not in repr(found)


def test_how_bad_it_must_be_can_be_chosen() -> None:
    found = from_environment({**ALL, "CONSOLE_ALERTS_SLACK_FROM": "critical", "CONSOLE_ALERTS_PAGERDUTY_FROM": "Info"})
    assert (found.names["slack"], found.names["pagerduty"]) == ("critical", "info")


def test_a_severity_that_is_none_is_said_and_the_target_stays() -> None:
    found = from_environment({**ALL, "CONSOLE_ALERTS_SLACK_FROM": "urgent"})
    assert [(bad.variable, bad.problem) for bad in found.bad] == [
        ("CONSOLE_ALERTS_SLACK_FROM", "must be one of info, warning, critical")
    ]
    assert found.names["slack"] == "info"


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("SLACK", "hooks.slack.com/S3CR3T", "must begin with https://"),
        ("SLACK", "http://hooks.slack.com/S3CR3T", "must begin with https:// (http:// only on this machine)"),
        ("WEBHOOK", "https://me:S3CR3T@example.com", "may not carry a name or password"),
        ("PAGERDUTY", "S3CR3T with spaces", "must be an integration key"),
        ("PAGERDUTY", "https://example.com/v2/enqueue", "must be an integration key"),
        ("PAGERDUTY", "http://example.com/?routing_key=S3CR3T", "must begin with https://"),
        ("EMAIL", "olga@example.com", "must be smtps://"),
        ("EMAIL", "smtp://:S3CR3T@/?to=a@b.c", "must be smtps://"),
        ("EMAIL", "smtp://host:S3CR3T?from=a@b.c&to=a@b.c", "is no address"),
        ("EMAIL", "smtp://host?from=a@b.c&token=S3CR3T", "names nobody to write to"),
        ("EMAIL", "smtp://host?to=a@b.c&token=S3CR3T", "does not say from whom"),
        ("EMAIL", "smtp://host?from=a@b.c&to=S3CR3T", "has an e-mail address that is none"),
        ("EMAIL", "smtp://host?from=a@b.c&to=a@b.c%0aBcc:S3CR3T@x", "has an e-mail address that is none"),
        ("APPRISE", "tgram://S3CR3T", "needs apprise: pip install 'model-console[alerts]'"),
    ],
)
def test_a_wrong_variable_is_named_without_its_value_and_the_others_work(monkeypatch, variable, value, problem) -> None:
    monkeypatch.setattr(apprising, "is_installed", lambda: False)
    found = from_environment({**ALL, f"CONSOLE_ALERTS_{variable}": value})
    (bad,) = found.bad
    assert bad.variable == f"CONSOLE_ALERTS_{variable}"
    assert bad.problem.startswith(problem)
    assert "S3CR3T" not in repr(found)
    assert set(found.names) == {"slack", "webhook", "pagerduty", "email"} - {variable.lower()}


def test_a_signing_secret_that_cannot_be_read_is_said_rather_than_left_out() -> None:
    found = from_environment({**ALL, "CONSOLE_ALERTS_WEBHOOK_SECRET": "whsec_S3CR3T!!"})
    (bad,) = found.bad
    assert bad.variable == "CONSOLE_ALERTS_WEBHOOK"
    assert "CONSOLE_ALERTS_WEBHOOK_SECRET" in bad.problem
    assert "webhook" not in found.names, "an unsigned alert would be thrown away by its receiver"


def test_signing_secrets_are_read_as_the_standard_says() -> None:
    assert webhook_secret("whsec_MDEyMw==") == b"0123"
    assert webhook_secret("plain") == b"plain"
    found = from_environment(ALL)
    (hook,) = [target.channel for target in found.targets if isinstance(target.channel, Webhook)]
    assert hook.secret == b"S3CR3T-signing"


def test_pagerduty_may_be_elsewhere() -> None:
    found = from_environment({"CONSOLE_ALERTS_PAGERDUTY": "https://events.eu.pagerduty.com/v2/enqueue?routing_key=K3Y"})
    (target,) = found.targets
    assert isinstance(target.channel, PagerDuty)
    assert (target.channel.url, target.channel.key) == ("https://events.eu.pagerduty.com/v2/enqueue", "K3Y")
    assert target.shown == "https://events.eu.pagerduty.com/…"


@pytest.mark.parametrize(("scheme", "port", "tls"), [("smtp", 587, False), ("smtps", 465, True)])
def test_a_mail_address_is_taken_apart(scheme, port, tls) -> None:
    made = mail.parsed(MAIL.replace("smtps", scheme))
    assert isinstance(made, mail.Mail)
    assert (made.host, made.port, made.tls) == ("smtp.example.com", port, tls)
    assert (made.user, made.password) == ("me@corp", "S3CR3T/")
    assert made.recipients == ("olga@example.com", "team@example.com")


def test_apprise_is_taken_where_it_is_installed(monkeypatch) -> None:
    monkeypatch.setattr(apprising, "is_installed", lambda: True)
    found = from_environment({"CONSOLE_ALERTS_APPRISE": "tgram://S3CR3T/1 msteams://S3CR3T/2"})
    assert [target.shown for target in found.targets] == ["msteams://…, tgram://…"]
    (bad,) = from_environment({"CONSOLE_ALERTS_APPRISE": "S3CR3T"}).bad
    assert bad.problem == "must be addresses of Apprise, separated by spaces"


@given(st.sampled_from(NAMES), st.text(max_size=80).filter(lambda text: "\0" not in text))
def test_whatever_a_variable_holds_it_is_a_target_or_one_problem(name, value) -> None:
    found = from_environment({PREFIX + name.upper(): value})
    assert len(found.targets) + len(found.bad) == (1 if value.strip() else 0)
    assert all(isinstance(bad.problem, str) and bad.problem for bad in found.bad)
