"""`python -m ottla.sim`: run seeds; a failure prints the one line that replays it."""

import argparse
import logging
import sys
import time

from ottla.sim.history import Violation
from ottla.sim.scenario import Options, Outcome, run_seed


def main() -> int:
    """0 when every seed holds."""
    parser = argparse.ArgumentParser(
        prog="make simulate", description="Run the whole node in a simulated world."
    )
    parser.add_argument("--seed", type=int, help="run this one seed, and show its trace hash")
    parser.add_argument("--first", type=int, default=1, help="the first of several seeds (1)")
    parser.add_argument("--seeds", type=int, default=200, help="how many (200)")
    parser.add_argument("--seconds", type=float, default=15.0, help="virtual seconds of faults in each (15)")
    arguments = parser.parse_args()
    logging.disable()  # the world is full of failures; what counts is what the checkers say
    options = Options(seconds=arguments.seconds)
    if arguments.seed is not None:
        return _one(arguments.seed, options)
    return _many(range(arguments.first, arguments.first + arguments.seeds), options)


def _one(seed: int, options: Options) -> int:
    try:
        outcome = run_seed(seed, options)
    except Violation as violation:
        _say(f"seed {seed}: {violation}")
        return 1
    _say(f"seed {seed}: {outcome.operations} operations, {outcome.faults} faults, trace {outcome.trace}")
    return 0


def _many(seeds: range, options: Options) -> int:
    began, failed = time.perf_counter(), 0
    done: list[Outcome] = []
    for number, seed in enumerate(seeds, 1):
        try:
            done.append(run_seed(seed, options))
        except Violation as violation:
            failed += 1
            _say(
                f"\nseed {seed}: {violation}\n  replay: make simulate ARGS='--seed {seed} "
                f"--seconds {options.seconds:g}'"
            )
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{number}/{len(seeds)} seeds, {failed} failed ")
            sys.stderr.flush()
    operations, faults = sum(each.operations for each in done), sum(each.faults for each in done)
    _say(
        f"\n{len(done)} seeds held, {failed} failed: {operations} operations under {faults} faults "
        f"in {time.perf_counter() - began:.0f} s"
    )
    return 1 if failed else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
