"""docs/settings.md, from the table of settings."""

from pathlib import Path

from healthsynth.settings import TABLE, Row

TARGET = Path(__file__).parents[1] / "docs" / "settings.md"
HEAD = """# Settings

Made by `scripts/build_settings_page.py` from `healthsynth/settings.py`. Each is an option of `healthsynth generate`, a line of a settings
file (`--settings FILE`, TOML, with these names), an argument of `healthsynth.generate` in Python, and stands in the manifest. Two
runs with equal settings, of one version and with the same modules, write the same bytes.

| name | option | default | meaning |
|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    return HEAD + "".join(map(_line, TABLE))


def _line(row: Row) -> str:
    options = ", ".join(f"`{flag}`" for flag in row.flags)
    choices = f"; one of {', '.join(f'`{choice}`' for choice in row.choices)}" if row.choices else ""
    unit = f" ({row.unit})" if row.unit else ""
    return f"| `{row.name}` | {options} | {_default(row)} | {row.help}{unit}{choices} |\n"


def _default(row: Row) -> str:
    if row.default is None or row.default == ():
        return ""
    if isinstance(row.default, bool):
        return "yes" if row.default else "no"
    values = row.default if isinstance(row.default, tuple) else (row.default,)
    return ", ".join(f"`{value}`" for value in values)


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
