"""Addresses that are a secret themselves (whoever has one is let in) stay out of logs and of what is reported."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

_patterns: list[re.Pattern[str]] = []


def hide_in_logs(pattern: str) -> None:
    """Write *** in logs in the place of the pattern's one group. Call it while Django starts."""
    _patterns.append(re.compile(pattern))


def hidden(value: Any) -> Any:
    """The value with all secrets in its texts hidden."""
    if isinstance(value, str):
        for pattern in _patterns:
            value = pattern.sub(lambda found: found[0].replace(found[1], "***"), value)
        return value
    if isinstance(value, dict):
        return {key: hidden(one) for key, one in value.items()}
    return [hidden(one) for one in value] if isinstance(value, list) else value


def hide_in_line(logger: Any, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """For structlog: each line of the log, those of libraries among them."""
    for key, value in line.items():
        if isinstance(value, str):
            line[key] = hidden(value)
    return line


def hide_in_report(report: Any, hint: Any) -> Any:
    """For Sentry: an error with the address at which it happened."""
    return hidden(report)
