"""The command line."""

from healthsynth.cli.main import main

__all__ = ["main"]
