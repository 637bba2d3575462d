"""One page a patient that a person can read, and a list of the patients. `exporter.py` is the door."""

from healthsynth.export.html.exporter import HtmlFormat

__all__ = ["HtmlFormat"]
