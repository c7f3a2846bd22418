"""Twenty thousand folders of wrong specs: no exception, none over two seconds, memory under 300 MiB.

Prints how many were refused, the slowest and the median folder, and the peak memory; fails where a bound is broken.
The inputs are the same in every run; `python bench/fuzz_specs.py COUNT` changes how many.
"""

import random
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))  # the same mutations as in the suite

from spec.folders import FILES  # noqa: E402 found only with the path above
from spec.mutations import folder  # noqa: E402 the same
from tonnage.catalog.load import load_catalog  # noqa: E402 kept with the imports above
from tonnage.check import check  # noqa: E402 the same
from tonnage.findings import errors  # noqa: E402 the same
from tonnage.spec.load import load_what_can_be  # noqa: E402 the same

COUNT = 20_000
SLOWEST = 2.0
MEMORY_MIB = 300.0
SEED = 20_000


def main(count: int) -> int:
    """Run, print, judge. The exit code."""
    catalog, _ = load_catalog()
    assert catalog is not None
    chance = random.Random(SEED)  # noqa: S311 chance, not secrecy
    took: list[float] = []
    codes: Counter[str] = Counter()
    refused = 0
    with tempfile.TemporaryDirectory() as name:
        for file in FILES:
            (Path(name) / file).parent.mkdir(exist_ok=True)
        for _ in range(count):
            for file, data in folder(chance).items():
                (Path(name) / file).write_bytes(data)
            began = time.perf_counter()
            specs, findings = load_what_can_be(Path(name))
            found = (*findings, *check(specs, catalog))
            took.append(time.perf_counter() - began)
            refused += bool(errors(found))
            codes.update(f.code for f in found)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    print(f"{count:,} folders, {refused:,} refused, {sum(codes.values()):,} findings of {len(codes)} kinds")
    print(f"median {statistics.median(took) * 1000:.1f} ms, slowest {max(took) * 1000:.0f} ms, peak {peak:.0f} MiB")
    return int(max(took) > SLOWEST or peak > MEMORY_MIB or "" in codes)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))
