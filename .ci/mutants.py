"""Run mutmut over the files of `[mutmut]` in setup.cfg, and print how many mutants a test noticed.

Usage: mutants.py [--least PERCENT]; exit status 1 below 90 %, or where a mutant could not be tried.
What survives is listed with its reason in docs/mutants.md.

Source: mutmut 3.8, `mutmut run`, `mutmut export-cicd-stats`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

STATS = Path("mutants/mutmut-cicd-stats.json")
#: mutmut's command, beside this Python
MUTMUT = Path(sys.executable).with_name("mutmut")


def main() -> int:
    """Return 0 if enough mutants were noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--least", type=float, default=90.0, metavar="PERCENT")
    parser.add_argument("--processes", type=int, default=2, metavar="NUMBER")
    options = parser.parse_args()
    # mutmut keeps results by the changed file alone, and the tests may have changed.
    shutil.rmtree("mutants", ignore_errors=True)
    children = f"--max-children={options.processes}"
    subprocess.run([MUTMUT, "run", children], check=True)
    subprocess.run([MUTMUT, "export-cicd-stats"], check=True)
    subprocess.run([MUTMUT, "results"], check=True)
    stats = json.loads(STATS.read_text("utf-8"))
    noticed = stats["killed"] + stats["timeout"] + stats["segfault"]
    tried = noticed + stats["survived"] + stats["suspicious"] + stats["no_tests"]
    share = 100 * noticed / tried if tried else 0.0
    print(f"{tried} mutants, {noticed} noticed ({share:.1f} %); asked for: {options.least:g} %")
    return int(share < options.least)


if __name__ == "__main__":
    sys.exit(main())
