"""Differences from Synthea that are known, each with its reason. A key is (kind, code), or a kind of event."""

REASONS: dict[tuple[str, str] | str, str] = {}
