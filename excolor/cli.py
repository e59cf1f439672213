"""The command line: `python -m excolor`, also installed as `excolor`. `--json` is a contract for machines."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, NoReturn

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from excolor import checkpoint
from excolor.benchmark import ROUNDS, bench
from excolor.config import MAX_SEED, RunConfig, Weights
from excolor.errors import ExcolorError
from excolor.losses import TERMS
from excolor.measured import measure
from excolor.metrics import Metrics
from excolor.schedule import SHIPPED, find, read
from excolor.sweeps import SELECTED_BY, best, summarize, sweep, with_seeds
from excolor.training import Run, train

MAX_RUNS = 100_000
_out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0, or 1 after bad input, which is said in one sentence."""
    args = _parser().parse_args(argv)
    try:
        return args.command(args)
    except ExcolorError as error:
        _err.print(f"excolor: {error}", style="bold", markup=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        _err.print("excolor: stopped.")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _train(args: argparse.Namespace) -> int:
    config = _config(args, seed=args.seed)
    with _bar("Training", config.steps) as progress:
        run = train(config, args.engine, progress=progress)
    measured = measure(run)
    metrics = measured.metrics
    if args.out:
        checkpoint.save(args.out, measured)
    result = {
        "config": config.to_dict(),
        "metrics": metrics.to_dict(),
        "stopped_at": run.stopped.step if run.stopped else None,
    }
    if args.json:
        return _print_json(result)
    _print_metrics(f"{_named(config)}, seed {config.seed}, {len(run.history)} steps", metrics)
    if run.stopped:
        _out.print(_stopped(run))
    if args.out:
        _out.print(f"Written to {args.out}.", markup=False)
    return 0


def _evaluate(args: argparse.Namespace) -> int:
    loaded = checkpoint.load(args.checkpoint)
    if args.json:
        return _print_json(loaded.metrics.to_dict())
    _print_metrics(f"{args.checkpoint} ({_named(loaded.config)}, seed {loaded.config.seed})", loaded.metrics)
    if not loaded.run.remembers:
        _out.print("The file holds no history of its training.")
    return 0


def _sweep(args: argparse.Namespace) -> int:
    configs = with_seeds(_config(args), args.seeds)
    with _bar("Training", len(configs)) as progress:
        trials = sweep(configs, args.jobs, progress)
    summary = summarize([trial.metrics for trial in trials])
    if args.json:
        runs = [{"seed": trial.config.seed, **trial.metrics.to_dict()} for trial in trials]
        return _print_json({"runs": runs, "summary": summary})
    _print_summary(f"{_named(configs[0])}, {len(trials)} seeds", summary)
    failing = [str(trial.config.seed) for trial in trials if trial.metrics.fails]
    _out.print(f"{len(failing)} of {len(trials)} runs fail" + (f": seeds {', '.join(failing)}." if failing else "."))
    return 0


def _bench(args: argparse.Namespace) -> int:
    with _bar("Measuring", ROUNDS) as progress:
        result = bench(progress=progress)
    if args.json:
        return _print_json(asdict(result))
    table = _table("One thread each, batches drawn beforehand", "", "steps/s", "a full training")
    for name, rate in (("fused kernel", result.fused_steps_per_s), ("autograd loop", result.autograd_steps_per_s)):
        table.add_row(name, f"{rate:,.0f}", f"{result.steps / rate:.3f} s")
    _out.print(table)
    _out.print(f"The fused kernel is {result.ratio:.0f} times as fast. Drawing them takes {result.draw_s:.3f} s.")
    return 0


def _pretrain(args: argparse.Namespace) -> int:
    seeds: range = args.seeds
    configs = with_seeds(RunConfig(schedule=args.schedule), seeds)
    with _bar("Training", len(configs)) as progress:
        trials = sweep(configs, args.jobs, progress)
    chosen = best(trials)
    config = chosen.config
    selection = {
        "seeds": f"{seeds.start}:{seeds.stop}",
        "rule": SELECTED_BY,
        "distribution": summarize([trial.metrics for trial in trials]),
    }
    out = args.out or checkpoint.pretrained_path(args.schedule)
    # A sweep keeps no histories, and on one machine equal configurations give equal runs.
    checkpoint.save(out, measure(train(config), metrics=chosen.metrics), selection=selection)
    if args.json:
        return _print_json({"config": config.to_dict(), "metrics": chosen.metrics.to_dict(), "selection": selection})
    _print_metrics(f"{_named(config)}, seed {config.seed}, the best of {len(trials)}", chosen.metrics)
    _out.print(f"Written to {out}.", markup=False)
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say in one line what was wrong, without the usage; the exit code is 2."""
        self.exit(2, f"{self.prog}: {message[:1].upper()}{message[1:]}.\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="excolor", description="Decide where a network keeps a concept; delete it.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=about)
        sub.add_argument("--json", action="store_true", help="print JSON for machines")
        sub.set_defaults(command=run)
        return sub

    one = command("train", _train, "Train one model and print its figures.")
    _add_run_options(one)
    one.add_argument("--seed", type=int, default=0, metavar="N", help="of weights and batches (0)")
    one.add_argument("--engine", choices=("fused", "autograd"), default="fused", help="compiled, or readable (fused)")
    one.add_argument("--out", metavar="FILE", help="write a checkpoint here")

    metrics = command("evaluate", _evaluate, "Print the figures of a checkpoint, on the full grid.")
    metrics.add_argument(
        "checkpoint", nargs="?", default="robust", metavar="CHECKPOINT", help="a file, robust or ex-2.7 (robust)"
    )

    many = command("sweep", _sweep, "Train one model per seed and print the distribution of their figures.")
    _add_run_options(many)
    many.add_argument("--seeds", type=_seeds, default=range(60), metavar="A:B", help="from A to B − 1 (0:60)")
    many.add_argument("--jobs", type=_jobs, metavar="N", help="runs at a time (the number of cores)")

    command("bench", _bench, "Measure the fused kernel against the autograd loop.")

    ship = command("pretrain", _pretrain, "Make a shipped checkpoint again: the best of many seeds.")
    ship.add_argument("schedule", choices=checkpoint.PRETRAINED, help="which one")
    ship.add_argument("--seeds", type=_seeds, default=range(200), metavar="A:B", help="from A to B − 1 (0:200)")
    ship.add_argument("--jobs", type=_jobs, metavar="N", help="runs at a time (the number of cores)")
    ship.add_argument("--out", metavar="FILE", help="write it here instead of over the shipped one")
    return parser


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    names = ", ".join(term.name for term in TERMS)
    parser.add_argument(
        "--schedule", default="robust", metavar="NAME|FILE", help=f"{', '.join(SHIPPED)}, or a CSV file"
    )
    parser.add_argument("--steps", type=int, metavar="N", help="stretches the schedule (its own length)")
    parser.add_argument("--weight", action="append", default=[], metavar="NAME=X", help=f"multiplier, 0 to 10: {names}")
    parser.add_argument("--width", type=int, default=4, metavar="N", help="latent dims, 2 to 6 (4)")
    parser.add_argument("--hidden", type=int, default=16, metavar="N", help="hidden width, 2 to 64 (16)")
    parser.add_argument(
        "--label-noise", type=float, default=0.0, metavar="X", help="share of labels drawn at random (0)"
    )


def _config(args: argparse.Namespace, seed: int = 0) -> RunConfig:
    schedule = find(args.schedule) if args.schedule in SHIPPED else read(args.schedule)
    return RunConfig(
        schedule=schedule.name if args.schedule in SHIPPED else schedule.text,
        seed=seed,
        steps=schedule.steps if args.steps is None else args.steps,
        bottleneck=args.width,
        hidden=args.hidden,
        label_noise=args.label_noise,
        weights=Weights(**dict(_weight(text) for text in args.weight)),
    )


def _weight(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    names = [term.name for term in TERMS]
    if name not in names:
        raise ExcolorError(f"--weight {text!r} names no regularizer; write NAME=X with {', '.join(names)}.")
    try:
        return name, float(value)
    except ValueError:
        raise ExcolorError(f"--weight {text!r} has no number; write for example {name}=0.5.") from None


def _seeds(text: str) -> range:
    first, colon, last = text.partition(":")
    try:
        seeds = range(int(first), int(last)) if colon else range(int(first), int(first) + 1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no range; write for example 0:60") from None
    if not 0 < seeds.stop - seeds.start <= MAX_RUNS or seeds.start < 0 or seeds.stop > MAX_SEED + 1:
        right = f"up to {MAX_RUNS} seeds from 0 to {MAX_SEED}, for example 0:60"
        raise argparse.ArgumentTypeError(f"{text!r} must be {right}")
    return seeds


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number from 1 to 256")
    return int(text)


def _named(config: RunConfig) -> str:
    return config.schedule if config.schedule in SHIPPED else "own schedule"


def _stopped(run: Run) -> str:
    assert run.stopped is not None
    return f"The run diverged: at step {run.stopped.step} its {run.stopped.term} was not finite."


def _print_json(value: Mapping[str, Any]) -> int:
    sys.stdout.write(json.dumps(value, indent=2, allow_nan=False) + "\n")
    return 0


def _print_metrics(title: str, metrics: Metrics) -> None:
    groups = {"intact": metrics.intact, "− warmth": metrics.warmth, "− hue": metrics.hue}
    table = _table(title, "full grid", *groups)
    labels = {
        "max_mse": "maximum MSE",
        "median_mse": "median MSE",
        "gray_mse": "gray MSE",
        "gray_share": "gray outputs",
        "target_mse": "target MSE",
        "bystander_mse": "bystander MSE",
    }
    for name, label in labels.items():
        values = [getattr(group, name, None) for group in groups.values()]
        table.add_row(label, *("" if v is None else f"{v:.1%}" if name == "gray_share" else f"{v:.2g}" for v in values))
    _out.print(table)
    _out.print(f"selectivity {metrics.selectivity:.3f}, red's cosine {metrics.red_cosine:.3f}.", end=" ")
    _out.print("The run fails." if metrics.fails else "The run does not fail.")


def _print_summary(title: str, summary: Mapping[str, Any]) -> None:
    columns = ("mean", "sd", "min", "p10", "median", "p90", "max")
    table = _table(title, "figure", *columns)
    for name, values in summary.items():
        if name != "fails":
            table.add_row(name, *("–" if values[c] is None else f"{values[c]:.3g}" for c in columns))
    _out.print(table)


def _table(title: str, first: str, *columns: str) -> Table:
    table = Table(title=escape(title), title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column(first)
    for column in columns:
        table.add_column(column, justify="right")
    return table


@contextmanager
def _bar(what: str, total: int) -> Generator[Callable[[int], None]]:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=_err, transient=True, disable=not _err.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)
