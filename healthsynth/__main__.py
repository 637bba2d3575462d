"""`python -m healthsynth`."""

from healthsynth.cli import main

main()
