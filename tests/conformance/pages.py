"""The pages for people in a real browser: accessible, alone, and whole in wide and narrow windows.

Headless Chromium (Debian's) opens the list of patients and a sample of pages: the largest, the smallest and some between, in a wide
light and a narrow dark window, with every note and table opened. axe-core judges them by WCAG 2.1 AA. No page at all may be wider
than its window, from 320 pixels on. Chromium comes from apt-get, what drives it and axe-core from npm, into the build folder.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.conformance.populations import population
from tests.conformance.registries import installed, npm_install
from tests.conformance.verdict import BUILD, Options, Verdict, alone

PATIENTS, PAGES = 120, 8
PACKAGES = ("puppeteer-core@24.43.1", "axe-core@4.14.1")
TOOLS = BUILD / "browser"
DRIVER = Path(__file__).with_name("pages.mjs")
MINUTES = 15


def check(options: Options) -> Iterator[Verdict]:
    """Generate, open, judge."""
    # Ubuntu has no package of Chromium but a snap; there, Google Chrome does as well.
    chromium = shutil.which("google-chrome") or installed("chromium", "chromium")
    tools = packages()
    folder = population(PATIENTS, options.seed, "-f", "html") / "html"
    pages = sample(folder)
    *looks, wide, used = looked(chromium, tools, folder, pages)
    where = f"{len(pages)} pages, {len(looks)} looks"
    for what, key in (
        ("axe violations", "violations"),
        ("requests off the page", "requests"),
        ("console errors", "errors"),
    ):
        wrong = [f"{Path(look['file']).name} ({look['window']}): {one}" for look in looks for one in look[key]]
        yield Verdict(what, not wrong and bool(looks), f"{len(wrong)} on {where}", "target 0", tuple(wrong))
    yield Verdict(
        "horizontal scroll from 320 to 1400 px",
        not wide["wide"] and wide["pages"] == PATIENTS + 1,
        f"{len(wide['wide'])} of {wide['pages']} pages in {wide['widths']} widths",
        "target 0",
        tuple(wide["wide"]),
    )
    works = used["open"] and used["name"] in used["shown"] and len(used["shown"]) < PATIENTS
    yield Verdict(
        "the list finds a patient, a link opens its visit", works, f"{len(used['shown'])} found", "target: yes"
    )


def packages() -> Path:
    """The folder with the driver and what it needs from npm."""
    npm_install(TOOLS, PACKAGES)
    shutil.copy(DRIVER, TOOLS / DRIVER.name)
    return TOOLS


def sample(folder: Path) -> list[Path]:
    """The list, then pages by size: the largest, the smallest and even steps between."""
    pages = sorted(
        (path for path in folder.glob("*.html") if path.name != "index.html"), key=lambda path: path.stat().st_size
    )
    step = (len(pages) - 1) / (PAGES - 1)
    return [folder / "index.html", *reversed([pages[round(step * place)] for place in range(PAGES)])]


def looked(chromium: str, tools: Path, folder: Path, pages: list[Path]) -> Iterator[dict[str, Any]]:
    """What the driver says, a line each."""
    axe = tools / "node_modules" / "axe-core" / "axe.min.js"
    command = ["node", DRIVER.name, chromium, str(axe), str(folder), *map(str, pages)]
    done = subprocess.run(command, cwd=tools, check=True, capture_output=True, text=True, timeout=MINUTES * 60)
    yield from map(json.loads, done.stdout.splitlines())


if __name__ == "__main__":
    alone(check, __doc__)
