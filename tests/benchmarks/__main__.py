"""Run the benchmarks: `python -m tests.benchmarks [NAME...]`."""

import sys
from collections.abc import Mapping, Sequence

from tests.benchmarks import engine_fanout, webhook_to_board
from tests.benchmarks.figures import Benchmark

BENCHMARKS: Mapping[str, Benchmark] = {
    "engine_fanout": engine_fanout.run,
    "webhook_to_board": webhook_to_board.run,
}


def main(names: Sequence[str]) -> None:
    """Run the named benchmarks, or all, and print what they measured."""
    unknown = sorted(set(names) - set(BENCHMARKS))
    if unknown:
        sys.exit(f"no such benchmark: {', '.join(unknown)}; there are: {', '.join(BENCHMARKS)}")
    for name in names or BENCHMARKS:
        sys.stdout.write(f"{name}\n")
        for figure in BENCHMARKS[name]():
            sys.stdout.write(f"  {figure}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
