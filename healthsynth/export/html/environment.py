"""How templates of pages are filled in: everything escaped, nothing undefined."""

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from healthsynth import resources


def pages() -> Environment:
    """The templates of `templates/pages`."""
    return Environment(
        loader=FileSystemLoader(resources.templates() / "pages"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
