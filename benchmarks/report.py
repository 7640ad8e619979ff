"""Seconds and peak memory of the report on a large study, made up.

    python benchmarks/report.py [--participants 1000] [--root FOLDER ...] [the options of export.py]

Fills a database of its own as `export.py` does, and runs `analyse_study` on it once for each
checkout named by `--root`, by default this one: an older one beside it says what became better.
The study with 850 people, 200 questions and a library of 10,000 tracks is
`--participants 850 --scales 5 --questions 55 --others 140 --library 10007`.
"""

import sys
import tempfile
from pathlib import Path

from export import ROOT, SLUG, cost, fill, filled, options


def main() -> None:
    parser = options(__doc__)
    parser.set_defaults(participants=1000)
    parser.add_argument("--root", type=Path, action="append", help="a checkout; may be repeated")
    sizes = parser.parse_args()
    if sizes.fill:
        fill(sizes)
        return
    with (
        tempfile.TemporaryDirectory() as scratch,
        filled(sizes, sizes.keep or Path(scratch)) as env,
    ):
        for number, root in enumerate(sizes.root or [ROOT]):
            out = str(Path(scratch, str(number)))
            command = [sys.executable, str(root / "manage.py"), "analyse_study", SLUG]
            spent = cost(
                {**env, "PYTHONPATH": str(root.resolve())},
                [*command, "--verbosity", "0", "--out", out],
            )
            print(
                f"{root}: {spent.seconds:.1f} s, {spent.processor_s:.1f} s of processors, "
                f"peak memory {spent.megabytes:.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
