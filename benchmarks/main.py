"""The command line of the benchmarks."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
from collections.abc import Sequence
from typing import Any

from benchmarks import machine, report
from benchmarks.implementations import Implementation, tftutor
from benchmarks.measure import Result, Settings, describe, measure
from benchmarks.oracles import ORACLES, NoOracle, oracle
from benchmarks.rows import ROWS, Row, select


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Compare tftutor with real TensorFlow.",
        epilog=f"rows: {', '.join(row.name for row in ROWS)}")
    parser.add_argument("--rows", help="comma-separated names of rows (default: all)")
    parser.add_argument("--oracle", action="append", choices=[*ORACLES, "none"],
                        help="which TensorFlow; may be given twice (default: all)")
    for version in ORACLES:
        variable = f"TFTUTOR_ORACLE_{version.replace('.', '_')}"
        parser.add_argument(f"--env-{version}", metavar="FOLDER", dest=f"env_{version}",
                            default=os.environ.get(variable),
                            help=f"a virtual environment with TensorFlow {version} ({variable})")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.2, help="length of one sample")
    parser.add_argument("--threads", type=int, default=machine.processors())
    parser.add_argument("--limit", type=float, default=300.0, help="seconds for one answer")
    parser.add_argument("--tiny", action="store_true", help="tiny sizes: does everything run?")
    parser.add_argument("--json", metavar="FILE", help="write all samples there")
    return parser.parse_args(argv)


def implementations(args: argparse.Namespace) -> list[Implementation]:
    """tftutor and the TensorFlows asked for; says which can't be had."""
    found = [tftutor()]
    for version in args.oracle or ORACLES:
        if version == "none":
            continue
        try:
            found.append(oracle(version, getattr(args, f"env_{version}")))
        except NoOracle as error:
            print(f"TF {version} left out: {error}", flush=True)
    return found


def measurable(rows: Sequence[Row]) -> list[Row]:
    """The rows whose packages are installed here; says which are left out."""
    found = []
    for row in rows:
        if row.needs and importlib.util.find_spec(row.needs) is None:
            print(f"{row.name} left out: {row.needs} is not installed", flush=True)
        else:
            found.append(row)
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; returns 1 when tftutor failed in a row."""
    args = arguments(argv)
    rows = measurable(select(args.rows))
    settings = Settings(args.rounds, args.seconds, args.threads, args.limit, args.tiny)
    sides = implementations(args)
    facts = {"processor": machine.processor(), "processors": machine.processors(),
             "load": machine.load(), "threads": args.threads, "rounds": args.rounds,
             "seconds": args.seconds}
    versions = {side.name: describe(side, settings) for side in sides}
    print(report.header(facts, versions) + "\n", flush=True)
    results = []
    for row in rows:
        results.append(measure(row, sides, settings))
        print(f"  measured {row.name}", flush=True)
    names = [side.name for side in sides if side.name != report.OURS]
    lines = [report.heading(names), *(report.cells(row, result, names)
                                      for row, result in zip(rows, results, strict=True))]
    print("\n" + report.table(lines))
    print(report.errors(rows, results))
    if args.json:
        write_json(args.json, facts, versions, rows, results)
    return int(any(result.get(report.OURS, Result()).error for result in results))


def write_json(path: str, facts: Any, versions: Any, rows: Sequence[Row],
               results: Sequence[dict[str, Result]]) -> None:
    """Write facts, versions and all samples."""
    document = {"machine": facts, "versions": versions, "rows": {
        row.name: {"title": row.title, "unit": row.unit, "budget": report.budget(row),
                   "verdict": report.verdict(row, result), "ratios": report.ratios(result),
                   "results": {name: r._asdict() for name, r in result.items()}}
        for row, result in zip(rows, results, strict=True)}}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1)
        file.write("\n")
