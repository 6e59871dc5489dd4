"""Nested settings by dotted names, as messages and tables write them."""

from __future__ import annotations


def dotted(settings: object, name: str = "") -> dict[str, object]:
    """Nested settings by dotted names."""
    if not isinstance(settings, dict) or not settings:
        return {name: settings}
    found: dict[str, object] = {}
    for key, value in settings.items():
        found |= dotted(value, f"{name}.{key}".lstrip("."))
    return found
