"""Runs on other machines: the workers of a Dask cluster behind the standard interface of an executor.

Needs the package `distributed` (`pip install excolor[cluster]`), which is imported only here and only then.
"""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager

import excolor
from excolor.errors import ExcolorError, shown

_ANSWERS_WITHIN = "10s"


@contextmanager
def connected(address: str) -> Generator[tuple[Executor, int]]:
    """The workers of the cluster whose scheduler is at an address such as "tcp://10.0.0.1:8786".

    Returns:
        an executor, and how many runs these workers have room for at a time. When one of them dies its runs
        begin again on another, and none is done twice.

    Raises:
        ExcolorError: `distributed` is not installed, nobody answers there, there is no worker, one of them has another
            version of excolor or none, or the cluster went away.
    """
    try:
        from distributed import Client, KilledWorker  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise ExcolorError("A scheduler needs the package distributed; pip install 'excolor[cluster]'.") from error
    try:
        client = Client(address, timeout=_ANSWERS_WITHIN, set_as_default=False)
    except (TimeoutError, OSError, ValueError, TypeError) as error:
        raise ExcolorError(
            f"At {shown(address)} no scheduler answers ({type(error).__name__}); it must be like tcp://10.0.0.1:8786."
        ) from error
    with client:
        try:
            yield client.get_executor(pure=False), _room(client)
        except KilledWorker as error:
            raise ExcolorError(
                "A run ended several workers, so it was given up; give the workers more memory."
            ) from error
        except (TimeoutError, CancelledError, OSError) as error:
            if client.status == "running" and not isinstance(error, CancelledError):
                raise
            raise ExcolorError("The cluster went away; the same command goes on where it stopped.") from error


def _room(client: object) -> int:
    room: dict[str, int] = client.nthreads()  # pyright: ignore[reportAttributeAccessIssue]
    if not room:
        raise ExcolorError("The cluster has no workers; start some first.")
    try:
        found: dict[str, str] = client.run(_version)  # pyright: ignore[reportAttributeAccessIssue]
    except ImportError as error:
        raise ExcolorError("A worker of the cluster has no excolor; install it there.") from error
    if other := set(found.values()) - {excolor.__version__}:
        raise ExcolorError(f"A worker has excolor {min(other)}; it must have {excolor.__version__}, as here.")
    return sum(room.values())


def _version() -> str:
    return excolor.__version__
