"""A population against published figures: read the records, measure, compare, tell."""

from healthsynth.evaluate.report.report import Report, evaluate

__all__ = ["Report", "evaluate"]
