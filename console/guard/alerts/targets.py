"""Who is told, from the environment only: an address is a secret, and the registry is a file that others may write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlsplit

from console.domain.alerts import SEVERITIES, Severity
from console.guard.alerts import apprising, mail
from console.guard.alerts.channels import PAGERDUTY_URL, PagerDuty, Slack, Webhook, webhook_secret
from console.guard.alerts.posting import address_problem
from console.guard.alerts.records import BadTarget, Target

PREFIX = "CONSOLE_ALERTS_"
SECRET = f"{PREFIX}WEBHOOK_SECRET"


@dataclass(frozen=True, slots=True)
class Targets:
    """Everybody who is told, and the variables that say nothing usable."""

    targets: tuple[Target, ...] = ()
    bad: tuple[BadTarget, ...] = ()

    @property
    def names(self) -> Mapping[str, Severity]:
        """Name -> the mildest severity that the target hears of; what an `Outbox` is made with."""
        return {target.name: target.least for target in self.targets}


def from_environment(environ: Mapping[str, str]) -> Targets:
    """Every target that `environ` names. A variable that is wrong takes nothing from the others."""
    found = tuple(_found(environ))
    return Targets(
        tuple(each for each in found if isinstance(each, Target)),
        tuple(each for each in found if isinstance(each, BadTarget)),
    )


def _found(environ: Mapping[str, str]) -> Iterator[Target | BadTarget]:
    for name, read in _READERS.items():
        variable = PREFIX + name.upper()
        value = environ.get(variable, "").strip()
        if not value:
            continue
        made = read(value, environ)
        if isinstance(made, str):
            yield BadTarget(variable, made)
            continue
        least = environ.get(f"{variable}_FROM", "").strip().lower()
        if least and least not in SEVERITIES:
            yield BadTarget(f"{variable}_FROM", f"must be one of {', '.join(SEVERITIES)}")
        chosen = next((severity for severity in SEVERITIES if severity == least), made.least)
        yield replace(made, least=chosen)


def _slack(value: str, environ: Mapping[str, str]) -> Target | str:
    return address_problem(value) or Target("slack", _masked(value), "info", Slack(value))


def _webhook(value: str, environ: Mapping[str, str]) -> Target | str:
    try:
        secret = webhook_secret(environ.get(SECRET, "").strip())
    except ValueError:
        return f"{SECRET} begins with whsec_, but what follows is no base64"
    return address_problem(value) or Target("webhook", _masked(value), "info", Webhook(value, secret))


def _pagerduty(value: str, environ: Mapping[str, str]) -> Target | str:
    url, key = PAGERDUTY_URL, value
    if "://" in value:
        problem = address_problem(value)
        if problem:
            return problem
        parts = urlsplit(value)
        key = parse_qs(parts.query).get("routing_key", [""])[0]
        url = parts._replace(query="", fragment="").geturl()
    if not (key.isascii() and key.isalnum()):
        return "must be an integration key (letters and digits), or https://HOST/v2/enqueue?routing_key=KEY"
    return Target("pagerduty", _masked(url), "warning", PagerDuty(key, url))


def _email(value: str, environ: Mapping[str, str]) -> Target | str:
    made = mail.parsed(value)
    if isinstance(made, str):
        return made
    people = f"{len(made.recipients)} recipient{'s' if made.recipients[1:] else ''}"
    return Target("email", f"{'smtps' if made.tls else 'smtp'}://{made.host}/… ({people})", "info", made)


def _apprise(value: str, environ: Mapping[str, str]) -> Target | str:
    if not apprising.is_installed():
        return f"needs apprise: {apprising.EXTRA}"
    urls = tuple(value.split())
    if not all("://" in url for url in urls):
        return "must be addresses of Apprise, separated by spaces"
    kinds = ", ".join(sorted({f"{url.partition('://')[0]}://…" for url in urls}))
    return Target("apprise", kinds, "info", apprising.Apprise(urls))


_READERS: Mapping[str, Callable[[str, Mapping[str, str]], Target | str]] = {
    "slack": _slack,
    "webhook": _webhook,
    "pagerduty": _pagerduty,
    "email": _email,
    "apprise": _apprise,
}
NAMES: tuple[str, ...] = tuple(_READERS)
"""The names of all targets that there can be."""


def _masked(url: str) -> str:
    """Scheme and host: what lies behind the host is what lets one in."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}/…"
