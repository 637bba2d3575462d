"""Build the tables about people in healthsynth/data/ from the reference data folder.

    python scripts/build_tables.py [../shared/data] [--only places,names,...]

The output depends on the input alone, byte for byte. Origins and terms of every table: healthsynth/data/README.md.
"""

import argparse
from pathlib import Path

from tables import body, causes, mortality, names, places, society

OUT = Path(__file__).parents[1] / "healthsynth" / "data"
STEPS = {
    "places": places.build,
    "names": names.build,
    "society": society.build,
    "body": body.build,
    "mortality": mortality.build,
    "causes": causes.build,
}


def main() -> None:
    """Read the reference folder, write every table, say how large each is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?", default="../shared/data", type=Path)
    parser.add_argument("--only", default=",".join(STEPS))
    options = parser.parse_args()
    OUT.mkdir(exist_ok=True)
    for name in options.only.split(","):
        for path in STEPS[name](options.source, OUT):
            print(f"{path.name:28} {path.stat().st_size:9,d} bytes")


if __name__ == "__main__":
    main()
