"""The command line: `python -m excolor`, also installed as `excolor`. `--json` is a contract for machines."""

from __future__ import annotations

import argparse
import json
import math
import signal
import statistics
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, replace
from functools import partial
from itertools import islice
from threading import Event
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa

from excolor import (
    HUE,
    TERMS,
    ExcolorError,
    Measured,
    Run,
    RunConfig,
    Weights,
    bench,
    cluster,
    files,
    links,
    load,
    measure,
    rows,
    save,
    summarize,
    sweep,
    train,
    with_seeds,
)
from excolor.benchmark import ROUNDS
from excolor.checkpoint import PRETRAINED, pretrained_path
from excolor.config import MAX_SEED
from excolor.errors import short, shown
from excolor.lab.audit import Audit, audit, light_audit, light_audit_with_race
from excolor.lab.many import Audited, audited
from excolor.lab.probes import TIMES, WITHIN
from excolor.lab.race import FRACTIONS, SEEDS, UPDATES, Fraction, Runner
from excolor.log import MAX_BYTES, from_json, to_csv, to_json
from excolor.schedule import SHIPPED, find, read
from excolor.studies import GRIDDED, Study, combinations, grid
from excolor.sweeps import SELECTED_BY, best, in_order, one_thread_each, runs, trial
from excolor.terminal import bar, complain, prepare, width, write, write_table

MAX_RUNS = 100_000
_FIELDS = ("seed", "batch_seed", "steps", "bottleneck", "hidden", "label_noise")
_BLOCKS = 8  # for each worker of a cluster at least, so that none waits long for the last
_MOST_TOGETHER = 64  # about four seconds: its scheduler needs milliseconds for each block
_CHECKPOINT = f"a file, or {', '.join(PRETRAINED)} (robust)"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        the exit code: 0; 1 after bad input, or where the output cannot be written; 2 after arguments that cannot be
        read; 130 after Ctrl-C. All but 0 are said in one sentence, except that nobody reads the output any more.
    """
    argv = sys.argv[1:] if argv is None else argv
    try:
        prepare()
        parser = _parser()
        args, unknown = parser.parse_known_args(argv)
        if unknown:
            parser.error(f"there is no argument {shown(unknown[0])}; see --help")
        return args.command(args)
    except argparse.ArgumentError as error:
        complain(_cut(str(error), argv))
        return 2
    except ExcolorError as error:
        complain(str(error))
        return 1
    except KeyboardInterrupt:
        complain("stopped.")
        return 130
    except BrokenPipeError:
        return 1


def _train(args: argparse.Namespace) -> int:
    config = _config(args)
    if args.out is not None:
        files.try_place(args.out)
    with bar("Training", config.steps) as progress:
        run = train(config, args.engine, progress=progress)
    measured = measure(run)
    if args.out is not None:
        save(args.out, measured)
    result = {
        "config": config.to_dict(),
        "metrics": measured.metrics.to_dict(),
        **measured.judgment(),
        "stopped_at": run.stopped.step if run.stopped else None,
        "link": _link(run, args.engine),
    }
    if args.json:
        return _print_json(result)
    _print_measured(f"{_named(config)}, seed {config.seed}, {len(run.history)} steps", measured)
    if run.stopped:
        write(f"{_stopped(run)}\n")
    if args.out is not None:
        write(f"Written to {args.out}.\n")
    write(f"In the app: {result['link']}\n" if result["link"] else "Its schedule is too long for a link.\n")
    return 0


def _link(run: Run, engine: str) -> str | None:
    """The run in the app, which trains with the fused engine; None if its own schedule is too long."""
    try:
        return links.link(run.config, run.key if engine == "fused" else "")
    except ExcolorError:
        return None


def _evaluate(args: argparse.Namespace) -> int:
    loaded = load(args.checkpoint)
    if args.json:
        return _print_json(loaded.to_dict())
    _print_measured(f"{args.checkpoint} ({_named(loaded.config)}, seed {loaded.config.seed})", loaded)
    if not loaded.run.remembers:
        write("The file holds no history of its training.\n")
    return 0


def _sweep(args: argparse.Namespace) -> int:
    if args.race and args.audit is None:
        raise ExcolorError("--race is a part of an audit; add --audit.")
    study = _study(args)
    study.settings()  # a value that is out of its range is told before anything begins
    seen: list[dict[str, Any]] = []
    table, begun = rows.Table(), time.monotonic()
    with ExitStack() as stack:
        kept = None if args.out is None else stack.enter_context(rows.Writer(args.out, study, _audit_in_words(args)))
        there = kept.done if kept else 0
        executor, places = stack.enter_context(cluster.connected(args.scheduler)) if args.scheduler else (None, None)
        progress = stack.enter_context(bar("Training", len(study)))
        stopped = stack.enter_context(_ctrl_c())
        rest = islice(study, there, None)
        jobs = args.jobs or places
        together = min(max((len(study) - there) // (_BLOCKS * (jobs or 1)), 1), _MOST_TOGETHER)
        found = runs(rest, _work(args), executor, jobs, stopped.is_set, together)
        stack.enter_context(closing(found))
        done = there
        for done, each in enumerate(in_order(found), start=there + 1):
            measured, audit = (each.measured, each.audit) if isinstance(each, Audited) else (each, None)
            (kept or table).add(rows.row_of(measured, audit.scores() if audit else None))
            if args.json and not kept:
                seen.append({**_seeds_of(measured.config), **each.to_dict()})
            progress(done)
    code = 0
    if done < len(study):
        complain(f"stopped; {done} of {len(study)} runs are done.")
        code = 130
    if kept:
        if done:
            _print_rows(str(kept.path), rows.read(kept.path), args.json)
        if not args.json:
            runs_done = f"{done - there} run{'s' * (done - there != 1)}"
            write(f"Written to {args.out}: {runs_done} in {time.monotonic() - begun:.0f} s.\n")
        return code
    all_rows = table.table()
    if args.json:
        _print_json({"runs": seen, "summary": rows.figures(all_rows)})
    elif study.axes and done:
        _print_rows(_named(study.config), all_rows, args.json)
    elif done:
        _print_seeds(study.config, all_rows)
    return code


def _work(args: argparse.Namespace) -> Callable[[RunConfig, Callable[[], bool]], Measured | Audited | None]:
    if args.audit is None:
        return trial
    return partial(audited, dims=args.audit, look=light_audit_with_race if args.race else light_audit)


def _audit_in_words(args: argparse.Namespace) -> str:
    if args.audit is None:
        return ""
    return f"dims {','.join(map(str, args.audit))}{', with the race' if args.race else ''}"


def _study(args: argparse.Namespace) -> Study:
    """The study that the arguments say."""
    apart = args.init_seeds is not None, args.batch_seeds is not None
    if any(apart) and (not all(apart) or args.seeds is not None):
        raise ExcolorError("--init-seeds and --batch-seeds go together, and instead of --seeds.")
    if not args.combinations:
        config, axes = _config(args), []
    else:
        # Each with and without the fifth, whose column that is.
        config = _config(argparse.Namespace(**{**vars(args), "neutrality": None}))
        fifth = [] if args.neutrality is None else [[{"neutrality": 0.0}, {"neutrality": args.neutrality}]]
        axes = [combinations(config), *fifth]
    axes += [grid(text) for text in args.grid]
    varied = [name for axis in axes for name in axis[0]]
    if twice := [name for name in varied if varied.count(name) > 1]:
        raise ExcolorError(f"{twice[0]} is varied twice; vary it once.")
    seeds = args.init_seeds or args.seeds or range(60)
    return Study(config, seeds, args.batch_seeds, tuple(axes))


def _seeds_of(config: RunConfig) -> dict[str, int]:
    apart = {} if config.batch_seed is None else {"batch_seed": config.batch_seed}
    return {"seed": config.seed, **apart}


def _summarize(args: argparse.Namespace) -> int:
    _print_rows(args.file, rows.read(args.file), args.json)
    return 0


def _print_rows(title: str, table: pa.Table, as_json: bool) -> None:
    """How the runs of each setting came out."""
    settings = [(setting, each, rows.verdicts(each)) for setting, each in rows.by_setting(table)]
    if as_json:
        found: list[dict[str, Any]] = [
            {
                "setting": {name: value for name, value in setting.items() if value is not None},
                "runs": len(each),
                **said,
                "causes": rows.causes(each),
                "metrics": {n: v for n, v in rows.figures(each).items() if isinstance(v, dict)},
            }
            for setting, each, said in settings
        ]
        _print_json({"file": title, "runs": len(table), "settings": found})
        return
    varied = [name for name in rows.SETTINGS if len({setting[name] for setting, _, _ in settings}) > 1]
    lines = [
        [
            *(str(setting[name]) if name == "schedule" else f"{setting[name]:g}" for name in varied),
            str(len(each)),
            *(f"{v['count']} ({v['low']:.2%} to {v['high']:.2%})" for v in said.values()),
            f"{statistics.median(rows.values(each, 'selectivity')):.3f}",
        ]
        for setting, each, said in settings
    ]
    columns = [*varied, "runs", "fail", "keep a tint", "sound", "selectivity, median"]
    write_table(f"{title}: {len(table)} runs, with 95 % intervals after Wilson", columns, lines)


def _print_seeds(config: RunConfig, table: pa.Table) -> None:
    summary = rows.figures(table)
    _print_summary(f"{_named(config)}, {len(table)} seeds", summary)
    failing = [str(row["seed"]) for row in table.select(["seed", "fails"]).to_pylist() if row["fails"]]
    which = f": seeds {', '.join(failing)}" if failing else ""
    write(f"{len(failing)} of {len(table)} runs fail{which}. {summary['sound']} are sound.\n")


def _log(args: argparse.Namespace) -> int:
    entries = from_json(files.read_up_to(args.file, MAX_BYTES))
    if args.csv or args.json:
        write(to_csv(entries) if args.csv else to_json(entries))
        return 0
    rows = [
        [
            f"{each.name or _named(each.run.config)}, seed {each.run.config.seed}",
            "yes" if each.run.sound else "no",
            *(f"{value:.2g}" for value in (each.run.metrics.intact.max_mse, each.run.metrics.hue.gray_mse)),
            *(f"{value:.2f}" for value in (each.run.metrics.selectivity, each.run.metrics.red_cosine)),
        ]
        for each in entries
    ]
    columns = ("run", "sound", "maximum MSE", "gray MSE − hue", "selectivity", "red's cosine")
    write_table(f"{args.file}, {len(entries)} runs, the oldest first", columns, rows)
    write(f"{sum(each.run.sound for each in entries)} of {len(entries)} are sound.\n")
    return 0


def _audit(args: argparse.Namespace) -> int:
    loaded = load(args.checkpoint)
    with bar("Relearning", UPDATES) as progress, one_thread_each():
        found = audit(loaded.run.model, args.dims, np.random.default_rng(args.seed), progress)
    if args.json:
        return _print_json(found.to_dict())
    dims = f"dim{'s' if len(found.dims) > 1 else ''} {', '.join(map(str, found.dims))} deleted"
    _print_probes(f"{args.checkpoint}, {dims}: what probes read (R²; k: how often round the circle)", found)
    _print_answers(found)
    _print_race(found)
    _print_leace(found)
    return 0


def _bench(args: argparse.Namespace) -> int:
    with bar("Measuring", ROUNDS) as progress:
        result = bench(progress=progress)
    if args.json:
        return _print_json(asdict(result))
    rates = {"fused kernel": result.fused_steps_per_s, "autograd loop": result.autograd_steps_per_s}
    rows = [(name, f"{rate:,.0f}", f"{result.steps / rate:.3f} s") for name, rate in rates.items()]
    write_table("One thread each, batches drawn beforehand", ("", "steps/s", "a full training"), rows)
    write(f"The fused kernel is {result.ratio:.0f} times as fast. Drawing them takes {result.draw_s:.3f} s.\n")
    return 0


def _pretrain(args: argparse.Namespace) -> int:
    seeds: range = args.seeds
    out = pretrained_path(args.schedule) if args.out is None else args.out
    files.try_place(out)
    configs = with_seeds(RunConfig(schedule=args.schedule), seeds)
    with bar("Training", len(configs)) as progress:
        trials = sweep(configs, args.jobs, progress)
    chosen = best(trials)
    config = chosen.config
    selection = {
        "seeds": f"{seeds.start}:{seeds.stop}",
        "rule": SELECTED_BY,
        "distribution": summarize(trials),
    }
    # A sweep keeps no histories, and on one machine equal configurations give equal runs.
    save(out, measure(train(config), metrics=chosen.metrics), selection=selection)
    if args.json:
        return _print_json({"config": config.to_dict(), "metrics": chosen.metrics.to_dict(), "selection": selection})
    _print_measured(f"{_named(config)}, seed {config.seed}, the best of {len(trials)}", chosen)
    write(f"Written to {out}.\n")
    return 0


@contextmanager
def _ctrl_c() -> Generator[Event]:
    """An event that Ctrl-C sets in place of its exception, which comes the second time."""
    stopped = Event()

    def stop(_signal: int, _frame: object) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()

    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # who began this process may have it ignored
        signal.signal(signal.SIGINT, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)


class _Help(argparse.HelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=width(sys.stdout) - 2)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Leave it to `main` to say what was wrong, in one line without the usage."""
        raise argparse.ArgumentError(None, message)

    def print_help(self, file: object = None) -> None:
        """Write the help like all other output."""
        write(self.format_help())


def _cut(message: str, argv: Sequence[str]) -> str:
    """A complaint of argparse, with what it repeats of the arguments cut to 40 characters each."""
    for argument in argv:
        for part in (argument, argument.partition("=")[2], argument[2:]):
            message = message.replace(repr(part), shown(part)).replace(part, short(part)) if part else message
    return f"{message[:1].upper()}{message[1:]}."


def _parser() -> argparse.ArgumentParser:
    about = "Decide where a network keeps a concept; delete it."
    parser = _Parser(prog="excolor", description=about, formatter_class=_Help)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=about, formatter_class=_Help)
        sub.add_argument("--json", action="store_true", help="print JSON for machines")
        sub.set_defaults(command=run)
        return sub

    one = command("train", _train, "Train one model and print its figures.")
    _add_run_options(one)
    one.add_argument("--seed", type=_whole, metavar="N", help="of weights and batches (0)")
    one.add_argument("--batch-seed", type=_whole, metavar="N", help="of the batches, if they have their own")
    one.add_argument(
        "--link", metavar="URL", help="train the run of a link of the app; what else is given counts instead of its own"
    )
    one.add_argument("--engine", choices=("fused", "autograd"), default="fused", help="compiled, or readable (fused)")
    one.add_argument("--out", metavar="FILE", help="write a checkpoint here")

    metrics = command("evaluate", _evaluate, "Print the figures of a checkpoint, on the full grid.")
    metrics.add_argument("checkpoint", nargs="?", default="robust", metavar="CHECKPOINT", help=_CHECKPOINT)

    many = command("sweep", _sweep, "Train many models and print the distribution of their figures.")
    _add_run_options(many)
    many.add_argument("--seeds", type=_seeds, metavar="A:B", help="from A to B − 1 (0:60)")
    many.add_argument("--init-seeds", type=_seeds, metavar="A:B", help="of the initial parameters alone; each of them")
    many.add_argument("--batch-seeds", type=_seeds, metavar="A:B", help="with each of these, of the batches")
    many.add_argument(
        "--combinations",
        action="store_true",
        help="all sixteen on/off combinations of the experiment's four; with --neutrality, each without it and with it",
    )
    many.add_argument(
        "--grid",
        action="append",
        default=[],
        metavar="NAME=VALUES",
        help=f"A:B:log7, A:B:lin7 or A,B,C; several make their product; {', '.join(GRIDDED)}",
    )
    many.add_argument(
        "--out", metavar="FOLDER", help="write rows as Parquet as they come; the same command goes on where it stopped"
    )
    many.add_argument("--jobs", type=_jobs, metavar="N", help="runs at a time (the number of cores, or of workers)")
    many.add_argument("--scheduler", metavar="URL", help="run on a Dask cluster: tcp://…; needs excolor[cluster]")

    told = command("summarize", _summarize, "Print how the runs of a sweep came out, from its folder.")
    told.add_argument("file", metavar="FOLDER", help="what sweep --out has written")

    logged = command("log", _log, "List the runs of a log that the app has exported, measured again.")
    logged.add_argument("file", metavar="FILE", help="the JSON file")
    logged.add_argument("--csv", action="store_true", help="print a table for a spreadsheet")
    many.add_argument(
        "--audit", type=_dims, nargs="?", const=HUE, metavar="DIMS", help="audit each run with these dims deleted (0,1)"
    )
    many.add_argument("--race", action="store_true", help="with --audit: the relearning race too")

    asked = command("audit", _audit, "Ask whether what a deletion takes away is really gone.")
    asked.add_argument("checkpoint", nargs="?", default="robust", metavar="CHECKPOINT", help=_CHECKPOINT)
    asked.add_argument("--dims", type=_dims, default=HUE, metavar="DIMS", help="what is deleted (0,1)")
    asked.add_argument("--seed", type=_seed, default=0, metavar="N", help="of the probes' colors and the race (0)")

    command("bench", _bench, "Measure the fused kernel against the autograd loop.")

    ship = command("pretrain", _pretrain, "Make a shipped checkpoint again: the best of many seeds.")
    ship.add_argument("schedule", choices=PRETRAINED, help="which one")
    ship.add_argument("--seeds", type=_seeds, default=range(200), metavar="A:B", help="from A to B − 1 (0:200)")
    ship.add_argument("--jobs", type=_jobs, metavar="N", help="runs at a time (the number of cores)")
    ship.add_argument("--out", metavar="FILE", help="write it here instead of over the shipped one")
    return parser


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    names = ", ".join(term.name for term in TERMS)
    parser.add_argument("--schedule", metavar="NAME|FILE", help=f"{', '.join(SHIPPED)}, or a CSV file (robust)")
    parser.add_argument("--steps", type=_whole, metavar="N", help="stretches the schedule (its own length)")
    parser.add_argument("--weight", action="append", default=[], metavar="NAME=X", help=f"multiplier, 0 to 10: {names}")
    parser.add_argument(
        "--neutrality",
        type=float,
        metavar="W",
        help="multiplier of the fifth regularizer, 0 to 10 (1 if the schedule has its column, else 0)",
    )
    parser.add_argument("--bottleneck", type=_whole, metavar="N", help="latent dims, 2 to 6 (4)")
    parser.add_argument("--hidden", type=_whole, metavar="N", help="hidden width, 2 to 64 (16)")
    parser.add_argument("--label-noise", type=float, metavar="X", help="share of labels drawn at random (0)")


def _config(args: argparse.Namespace) -> RunConfig:
    """The run that the arguments say; what they leave open is the link's, if there is one, or the usual."""
    given = vars(args)
    config = RunConfig() if given.get("link") is None else links.config_of(given["link"])
    changes = {name: given[name] for name in _FIELDS if name in given}
    changes = {name: value for name, value in changes.items() if value is not None}
    if args.schedule is not None:
        shipped = args.schedule in SHIPPED
        schedule = find(args.schedule) if shipped else read(args.schedule)
        changes = {"schedule": schedule.name if shipped else schedule.text, "steps": schedule.steps} | changes
    weights = _weights(args.weight, args.neutrality)
    return replace(config, **changes, weights=Weights(**{**config.weights, **weights}))


def _weights(texts: Sequence[str], neutrality: float | None) -> dict[str, float]:
    names = [term.name for term in TERMS]
    found: dict[str, float] = {} if neutrality is None else {"neutrality": neutrality}
    for text in texts:
        name, _, value = text.partition("=")
        if name not in names:
            raise ExcolorError(f"--weight {shown(text)} names no regularizer; write NAME=X with {', '.join(names)}.")
        if name in found:
            raise ExcolorError(f"--weight {shown(text)} is the second for {name}; give each regularizer one.")
        try:
            found[name] = float(value)
        except ValueError:
            raise ExcolorError(f"--weight {shown(text)} has no number; write for example {name}=0.5.") from None
    return found


def _seeds(text: str) -> range:
    first, colon, last = text.partition(":")
    try:
        seeds = range(int(first), int(last)) if colon else range(int(first), int(first) + 1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{shown(text)} is no range; write for example 0:60") from None
    if not 0 < seeds.stop - seeds.start <= MAX_RUNS or seeds.start < 0 or seeds.stop > MAX_SEED + 1:
        right = f"up to {MAX_RUNS} seeds from 0 to {MAX_SEED}, for example 0:60"
        raise argparse.ArgumentTypeError(f"{shown(text)} must be {right}")
    return seeds


def _dims(text: str) -> tuple[int, ...]:
    names = text.split(",")
    if not all(name.isdecimal() and len(name) <= 3 for name in names):
        raise argparse.ArgumentTypeError(f"{shown(text)} names no dims; write for example 0,1")
    return tuple(int(name) for name in names)


def _seed(text: str) -> int:
    if not 0 <= (seed := _whole(text)) <= MAX_SEED:
        raise argparse.ArgumentTypeError(f"{shown(text)} must be a whole number from 0 to {MAX_SEED}")
    return seed


def _jobs(text: str) -> int:
    if len(text) > 3 or not text.isdecimal() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{shown(text)} must be a whole number from 1 to 256")
    return int(text)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:  # also from Python's limit of 4300 digits
        raise argparse.ArgumentTypeError(f"{shown(text)} must be a whole number, for example 7") from None


def _named(config: RunConfig) -> str:
    return config.schedule if config.schedule in SHIPPED else "own schedule"


def _stopped(run: Run) -> str:
    assert run.stopped is not None
    return f"The run diverged: at step {run.stopped.step} its {run.stopped.term} was not finite."


def _print_json(value: Mapping[str, Any]) -> int:
    write(json.dumps(value, indent=2, allow_nan=False) + "\n")
    return 0


def _print_measured(title: str, measured: Measured) -> None:
    metrics = measured.metrics
    groups = {"intact": metrics.intact, "− warmth": metrics.warmth, "− hue": metrics.hue}
    labels = {
        "max_mse": "maximum MSE",
        "median_mse": "median MSE",
        "gray_mse": "gray MSE",
        "gray_share": "gray outputs",
        "target_mse": "target MSE",
        "bystander_mse": "bystander MSE",
    }
    rows: list[list[str]] = []
    for name, label in labels.items():
        values = [getattr(group, name, None) for group in groups.values()]
        figures = ["" if v is None else f"{v:.1%}" if name == "gray_share" else f"{v:.2g}" for v in values]
        rows.append([label, *figures])
    write_table(title, ("full grid", *groups), rows)
    write(f"selectivity {metrics.selectivity:.3f}, red's cosine {metrics.red_cosine:.3f}.\n")
    checks = [
        (name.replace("_", " "), f"{check.value:.2g}", f"{check.bound:g}", "yes" if check.kept else "no")
        for name, check in measured.checks.items()
    ]
    write_table("The checklist of a sound run", ("check", "value", "bound", "kept"), checks)
    fails = "fails" if metrics.fails else "does not fail"
    write(f"The run {fails}, and is {'' if measured.sound else 'not '}sound.\n")


def _print_probes(title: str, found: Audit) -> None:
    names = {"z": "z", "z_norm": "length of z", "u": "u", "output": "answer"}
    ladders = {
        f"{names[site]}, {state}": found.probes[state][site]
        for site in found.probes["intact"]
        for state in found.probes
    }
    ladders |= {f"floor: {name}": ladder for name, ladder in found.floors.items()}
    rows = [
        [name, *(f"{r2:z.2f}" for scores in each.to_dict().values() for r2 in scores)] for name, each in ladders.items()
    ]
    columns = [f"{probe}, k = {k}" for probe in ("affine", "kernel") for k in TIMES]
    write_table(title, ("read from", *columns), rows)
    left = {more: "more than its floors" if more else "nothing beyond its floors" for more in (True, False)}
    write(f"Before normalization, the deletion leaves the kernel probe {left[found.more_than_floors('z')]}.\n")
    write(f"After normalization, it leaves it {left[found.more_than_floors('u')]}.\n")


def _print_answers(found: Audit) -> None:
    spreads = ", ".join(f"{spread:.2f} {state}" for state, spread in found.ring.items())
    write(f"24 colors that differ in hue alone are answered with a spread of {spreads}.\n")
    tinted = found.below_gray_floor
    said = (
        f"Below the gray floor, so not answered gray: {', '.join(tinted)}."
        if tinted
        else ("No named color is below its gray floor.")
    )
    write(f"{said}\n\n")


def _print_race(found: Audit) -> None:
    race = found.race
    assert race is not None

    def updates(runner: Runner, fraction: Fraction) -> str:
        median = race.median(runner, fraction)
        return f"{median:.0f}" if math.isfinite(median) else "never"

    rows = [[runner, *(updates(runner, fraction) for fraction in FRACTIONS)] for runner in race.errors]
    title = f"Relearning: updates until the vivid hues' error, {race.left:.2g} after the deletion, is down"
    write_table(f"{title} (median of {SEEDS})", ("starts as", "to a half", "to a tenth", "to a hundredth"), rows)
    again, anew = (updates(runner, "hundredth") for runner in ("jittered", "fresh"))
    write(f"To a hundredth it takes the jittered network {again} and a fresh one {anew}.\n\n")


def _print_leace(found: Audit) -> None:
    erased = vars(found.leace)
    figures = [f"{value:.1%}" if name == "gray_share" else f"{value:.2g}" for name, value in erased.items()]
    columns = ("affine, k = 1", "kernel, k = 1", "gray MSE", "gray outputs")
    write_table("Erased afterwards instead (LEACE), from the intact network", ("", *columns), [["u, erased", *figures]])
    side = "more" if found.leace.kernel > found.probes["deleted"]["u"].kernel.scores[0] + WITHIN else "no more"
    write(f"Of where the hue is, a kernel probe reads {side} from it than from u after the deletion.\n")


def _print_summary(title: str, summary: Mapping[str, Any]) -> None:
    columns = ("mean", "sd", "min", "p10", "median", "p90", "max")
    rows = [
        [name, *("–" if values[c] is None else f"{values[c]:.3g}" for c in columns)]
        for name, values in summary.items()
        if isinstance(values, dict)
    ]
    write_table(title, ("figure", *columns), rows)
