"""What every test has in common."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from excolor.config import RunConfig
    from excolor.measured import Measured
    from excolor.model import ColorAutoencoder
    from excolor.training import Run

# Two workers share two cores; torch in each would otherwise start a thread for every one of them. Read when
# torch is imported, which is after this.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# No deadline, because the first call of a compiled function includes compiling it; and on CI the same examples
# every time, so that a red run can be repeated.
settings.register_profile("excolor", deadline=None, derandomize="CI" in os.environ, print_blob=True)
# `pytest tests/unit/test_fuzz.py --hypothesis-profile=long`
settings.register_profile("long", settings.get_profile("excolor"), max_examples=10_000)
settings.load_profile("excolor")


BROWSER = Path(__file__).parent / "browser"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's tests first: they take longest, and a worker ends its server and its browser with the last."""
    items.sort(key=lambda item: not item.path.is_relative_to(BROWSER))


@pytest.fixture(scope="session")
def random_model() -> Callable[..., ColorAutoencoder]:
    """Makes a model as a run begins; a `gain` above 1 spreads its latents over the sphere."""
    import numpy as np

    from excolor.model import ColorAutoencoder, from_vector, to_vector

    def make(bottleneck: int = 4, hidden: int = 16, seed: int = 0, gain: float = 1.0) -> ColorAutoencoder:
        drawn = ColorAutoencoder(bottleneck, hidden, np.random.default_rng(seed))
        return from_vector(to_vector(drawn) * np.float32(gain), bottleneck, hidden)

    return make


@pytest.fixture(scope="session")
def run_of() -> Callable[..., Run]:
    """Makes a run that ended with a model, of which nothing else was recorded."""
    from excolor.config import RunConfig
    from excolor.model import to_vector
    from excolor.training import Run, no_history, no_snapshots

    def make(model: ColorAutoencoder, config: RunConfig | None = None) -> Run:
        config = config or RunConfig(bottleneck=model.bottleneck, hidden=model.hidden)
        return Run(config, to_vector(model), no_history(), no_snapshots(model.bottleneck))

    return make


@pytest.fixture(scope="session")
def published_trials() -> list[Measured]:
    """Seeds 0 to 19 of the published schedule, with their figures on the full grid."""
    from excolor.config import RunConfig
    from excolor.sweeps import sweep, with_seeds

    return sweep(with_seeds(RunConfig(schedule="ex-2.7"), range(20)))
