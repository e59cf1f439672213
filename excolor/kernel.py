"""One training step in one compiled function: forward, the terms, backward and Adam, any widths.

It computes what the loop in `excolor.training` computes with autograd, some hundred times faster, and releases the
interpreter lock. Three things make it fast:

- Everything is laid out `[features, batch]`, so that every inner loop runs over the batch and vectorizes.
- GELU and its derivative come from one exponential: with Φ written as 1 − poly(t)·exp(−x²/2) (Abramowitz and Stegun
  7.1.26, error 1.5e-7) the density φ is the same exponential, and both are polynomials in plain loops.
- ((1 + c)/2)¹⁰⁰ is seven squarings and products.

Beside it stands what needs no gradient: latents of some colors, and one pass over a whole grid for the metrics.

Weights live in one flat vector, in the order of `ColorAutoencoder.parameters`. (docs/experiment.md, "Training")
"""

from __future__ import annotations

import hashlib
import math
import pickle
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
from numba import njit
from numba.core import types
from numba.core.caching import IndexDataCacheFile
from numpy.typing import NDArray

from excolor.data import BATCH, LABELS
from excolor.errors import ExcolorError
from excolor.losses import (
    AXIS,
    DESATURATED,
    PLANE,
    RED,
    SAME_COLOR,
    SHARPNESS,
    TERMS,
    VIBRANT,
    anchor,
    neutrality,
    planarity,
    separate,
    unitarity,
)

# Without "nnan" and "ninf": with them the compiler may assume that every number is finite. Nor may the kernel ask
# isfinite(), which is x − x == 0 in disguise: "reassoc" alone has made that true of everything. A comparison is safe.
_FAST = {"reassoc", "contract", "arcp", "afn", "nsz"}
_OPTIONS: dict[str, Any] = {"nogil": True, "fastmath": _FAST, "error_model": "numpy"}
# Inlined by force: a function left to itself would be compiled twice, alone and with its caller, and which of the two
# runs would depend on whether the kernel came from the disk. They round differently: another run, bit by bit.
_jit = njit(**_OPTIONS, forceinline=True)

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
# What is written out below, so that the compiler sees constants. `_check_unrolled` holds it against the list.
_UNROLLED = (
    ("unitarity", "unitarity", (), "z", None, unitarity),
    ("anchor", "anchor", (AXIS,), "u", RED, anchor),
    ("separate", "separate", (), "u", None, separate),
    ("planarity", "subspace", PLANE, "u", VIBRANT, planarity),
    ("neutrality", "anti-subspace", PLANE, "u", DESATURATED, neutrality),
)
_RED, _VIBRANT, _DESATURATED = 0, 1, 2  # places in `LABELS`
BLOCK = 256  # colors at a time beyond training: the scratch arrays stay in the first cache
LEVEL, LEVELS = 20, 2048  # of a float32: the bits from its twentieth on, and how many there are of a positive one
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
_SQRT_HALF = math.sqrt(0.5)
_INV_SQRT_TAU = 1 / math.sqrt(2 * math.pi)
_LARGEST = float(np.finfo(np.float32).max)
_FLAT = 5.374  # Φ is 0 or 1 beyond it, within 4e-8
_TINY = 1e-12  # the floor that F.normalize puts under ‖z‖


@_jit
def _offsets(d, h):
    w1 = 0
    b1 = w1 + 3 * h
    w2 = b1 + h
    b2 = w2 + d * h
    w3 = b2 + d
    b3 = w3 + h * d
    w4 = b3 + h
    b4 = w4 + 3 * h
    return w1, b1, w2, b2, w3, b3, w4, b4


@_jit
def _linear(params, w, b, x, y):
    """y[i] = bias[i] + Σ_j weight[i, j]·x[j], `[outputs, n]`."""
    inputs, n = x.shape
    for i in range(y.shape[0]):
        bias = params[b + i]
        for k in range(n):
            y[i, k] = bias
        for j in range(inputs):
            weight = params[w + i * inputs + j]
            for k in range(n):
                y[i, k] += weight * x[j, k]


@_jit
def _linear_backward(params, grad, w, b, x, dy, dx):
    """Gradients of `_linear`: weights and biases into `grad`, inputs into dx `[inputs, BATCH]`."""
    inputs = x.shape[0]
    for j in range(inputs):
        for k in range(BATCH):
            dx[j, k] = np.float32(0)
    for i in range(dy.shape[0]):
        total = np.float32(0)
        for k in range(BATCH):
            total += dy[i, k]
        grad[b + i] = total
        for j in range(inputs):
            weight = params[w + i * inputs + j]
            total = np.float32(0)
            for k in range(BATCH):
                total += dy[i, k] * x[j, k]
                dx[j, k] += weight * dy[i, k]
            grad[w + i * inputs + j] = total


@_jit
def _gelu(x, y, slope):
    """y = x·Φ(x) and slope = Φ(x) + x·φ(x), element by element."""
    for i in range(x.shape[0]):
        for k in range(x.shape[1]):
            a = x[i, k]
            size = abs(a)
            # exp(−a²/2): exp(s) − 1 by Taylor at a thirty-second of the exponent, then five squarings of 1 + q.
            s = max(-np.float32(0.5) * a * a, np.float32(-30)) * np.float32(1 / 32)
            q = np.float32(1 / 120) + s * np.float32(1 / 720)
            q = np.float32(1 / 24) + s * q
            q = np.float32(1 / 6) + s * q
            q = np.float32(1 / 2) + s * q
            q = s * (np.float32(1) + s * q)
            q = q * (q + np.float32(2))
            q = q * (q + np.float32(2))
            q = q * (q + np.float32(2))
            q = q * (q + np.float32(2))
            q = q * (q + np.float32(2))
            e = np.float32(1) + q
            t = np.float32(1) / (np.float32(1) + np.float32(0.3275911 * _SQRT_HALF) * size)
            p = np.float32(-1.453152027) + t * np.float32(1.061405429)
            p = np.float32(1.421413741) + t * p
            p = np.float32(-0.284496736) + t * p
            p = np.float32(0.254829592) + t * p
            tail = np.float32(0.5) * t * p * e  # Φ(−|a|)
            phi = tail if a < 0 else np.float32(1) - tail
            y[i, k] = a * phi
            slope[i, k] = phi + a * e * np.float32(_INV_SQRT_TAU)


@_jit
def _normalize(z, u, inverse):
    """u = z/‖z‖ and inverse = 1/‖z‖, per column."""
    d, n = z.shape
    for k in range(n):
        inverse[k] = np.float32(0)
    for i in range(d):
        for k in range(n):
            inverse[k] += z[i, k] * z[i, k]
    for k in range(n):
        inverse[k] = np.float32(1) / max(np.sqrt(inverse[k]), np.float32(_TINY))
    for i in range(d):
        for k in range(n):
            u[i, k] = z[i, k] * inverse[k]


@_jit
def _separate(u, weight, du, cosine):
    """Mean over the batch of Σ_{j≠i} ((1 + u_i·u_j)/2)¹⁰⁰; adds weight · gradient to du."""
    d = u.shape[0]
    total = np.float32(0)
    # Each pair counts for both of its ends, and its gradient reaches both: 2 · 100 · ½ · weight / batch.
    scale = np.float32(SHARPNESS) * weight / np.float32(BATCH)
    for i in range(BATCH):
        for j in range(BATCH):
            cosine[j] = np.float32(0)
        for k in range(d):
            own = u[k, i]
            for j in range(BATCH):
                cosine[j] += own * u[k, j]
        row = np.float32(0)
        for j in range(BATCH):
            c = cosine[j]
            s = np.float32(0.5) + np.float32(0.5) * c
            s2 = s * s
            s4 = s2 * s2
            s8 = s4 * s4
            s16 = s8 * s8
            s32 = s16 * s16
            s99 = s32 * s32 * s32 * s2 * s
            s99 = np.float32(0) if abs(c - np.float32(1)) <= np.float32(SAME_COLOR) else s99
            row += s99 * s
            cosine[j] = s99
        total += row
        if weight != 0:
            for k in range(d):
                pull = np.float32(0)
                for j in range(BATCH):
                    pull += cosine[j] * u[k, j]
                du[k, i] += scale * pull
    return total / np.float32(BATCH)


@_jit
def _labeled(u, label, weight, du, terms):
    """Anchor (terms = 0), planarity (1) or neutrality (2) over the labeled samples; adds weight · gradient to du.

    Returns not-a-number, a gap, when nobody carries the label.
    """
    d = u.shape[0]
    count = np.float32(0)
    for k in range(BATCH):
        count += label[k]
    if count == 0:
        return np.float32(np.nan)
    count += np.float32(1e-8)
    scale = np.float32(2) * weight / count
    total = np.float32(0)
    for i in range(2 if terms == 1 else 0, 2 if terms == 2 else d):
        target = np.float32(1) if terms == 0 and i == 0 else np.float32(0)
        for k in range(BATCH):
            off = u[i, k] - target
            total += label[k] * off * off
            du[i, k] += scale * label[k] * off
    return total / count


@_jit
def _adam(params, grad, mean, square, rate, step):
    """One Adam update in place; `step` counts from 0."""
    correction1 = 1.0 - BETA1 ** (step + 1)
    correction2 = 1.0 - BETA2 ** (step + 1)
    size = np.float32(rate / correction1)
    root = np.float32(1.0 / math.sqrt(correction2))
    for i in range(len(params)):
        g = grad[i]
        mean[i] = np.float32(BETA1) * mean[i] + np.float32(1 - BETA1) * g
        square[i] = np.float32(BETA2) * square[i] + np.float32(1 - BETA2) * g * g
        params[i] -= size * mean[i] / (np.sqrt(square[i]) * root + np.float32(EPSILON))


def _train_steps(first, last, d, h, params, mean, square, grad, rgb, labels, rate, weights, history):
    w1, b1, w2, b2, w3, b3, w4, b4 = _offsets(d, h)
    x = np.empty((3, BATCH), np.float32)
    a1, g1, s1 = np.empty((h, BATCH), np.float32), np.empty((h, BATCH), np.float32), np.empty((h, BATCH), np.float32)
    a2, g2, s2 = np.empty((h, BATCH), np.float32), np.empty((h, BATCH), np.float32), np.empty((h, BATCH), np.float32)
    z, u, dz, du = (
        np.empty((d, BATCH), np.float32),
        np.empty((d, BATCH), np.float32),
        np.empty((d, BATCH), np.float32),
        np.empty((d, BATCH), np.float32),
    )
    y, dx = np.empty((3, BATCH), np.float32), np.empty((3, BATCH), np.float32)
    inverse, scratch = np.empty(BATCH, np.float32), np.empty(BATCH, np.float32)

    for step in range(first, last):
        for k in range(BATCH):
            for c in range(3):
                x[c, k] = rgb[step, k, c]
        _linear(params, w1, b1, x, a1)
        _gelu(a1, g1, s1)
        _linear(params, w2, b2, g1, z)
        _normalize(z, u, inverse)
        _linear(params, w3, b3, u, a2)
        _gelu(a2, g2, s2)
        _linear(params, w4, b4, g2, y)

        error = np.float32(0)
        scale = np.float32(2 / (3 * BATCH))
        for c in range(3):
            for k in range(BATCH):
                off = y[c, k] - x[c, k]
                error += off * off
                y[c, k] = scale * off  # y is now the gradient
        error /= np.float32(3 * BATCH)

        _linear_backward(params, grad, w4, b4, g2, y, a2)
        for i in range(h):
            for k in range(BATCH):
                a2[i, k] *= s2[i, k]
        _linear_backward(params, grad, w3, b3, u, a2, du)

        lengths = np.float32(0)
        for k in range(BATCH):
            off = np.float32(1) / inverse[k] - np.float32(1)
            lengths += off * off
        lengths /= np.float32(BATCH)
        anchored = _labeled(u, labels[_RED, step], np.float32(weights[step, 1]), du, 0)
        separated = _separate(u, np.float32(weights[step, 2]), du, scratch)
        planar = _labeled(u, labels[_VIBRANT, step], np.float32(weights[step, 3]), du, 1)
        neutral = _labeled(u, labels[_DESATURATED, step], np.float32(weights[step, 4]), du, 2)
        history[step, 0] = lengths
        history[step, 1] = anchored
        history[step, 2] = separated
        history[step, 3] = planar
        history[step, 4] = neutral
        history[step, 5] = error
        if not (lengths <= _LARGEST and separated <= _LARGEST and error <= _LARGEST):
            return step

        # Through u = z/‖z‖: dz = (du − (du·u) u)/‖z‖; unitarity adds 2w/B · (1 − 1/‖z‖) · z.
        pull = np.float32(2) * np.float32(weights[step, 0]) / np.float32(BATCH)
        for k in range(BATCH):
            scratch[k] = np.float32(0)
        for i in range(d):
            for k in range(BATCH):
                scratch[k] += du[i, k] * u[i, k]
        for i in range(d):
            for k in range(BATCH):
                radial = pull * (np.float32(1) - inverse[k]) * z[i, k]
                dz[i, k] = (du[i, k] - scratch[k] * u[i, k]) * inverse[k] + radial
        _linear_backward(params, grad, w2, b2, g1, dz, a1)
        for i in range(h):
            for k in range(BATCH):
                a1[i, k] *= s1[i, k]
        _linear_backward(params, grad, w1, b1, x, a1, dx)
        _adam(params, grad, mean, square, rate[step], step)
    return last


@_jit
def _load(rgb, start, x):
    """Colors from `start` on as columns of x `[3, BLOCK]`; returns how many there were, the rest is black."""
    n = min(BLOCK, len(rgb) - start)
    for k in range(BLOCK):
        for c in range(3):
            x[c, k] = rgb[start + k, c] if k < n else np.float32(0)
    return n


def _encode(d, h, params, rgb, latents):
    w1, b1, w2, b2, _w3, _b3, _w4, _b4 = _offsets(d, h)
    x = np.empty((3, BLOCK), np.float32)
    a, g, slope = np.empty((h, BLOCK), np.float32), np.empty((h, BLOCK), np.float32), np.empty((h, BLOCK), np.float32)
    z, u, inverse = np.empty((d, BLOCK), np.float32), np.empty((d, BLOCK), np.float32), np.empty(BLOCK, np.float32)
    for start in range(0, len(rgb), BLOCK):
        n = _load(rgb, start, x)
        _linear(params, w1, b1, x, a)
        _gelu(a, g, slope)
        _linear(params, w2, b2, g, z)
        _normalize(z, u, inverse)
        for k in range(n):
            for i in range(d):
                latents[start + k, i] = u[i, k]


@_jit
def _linear_by_four(params, w, b, x, y):
    """`_linear` with four inputs at a time: a third faster, and rounded otherwise."""
    inputs, n = x.shape
    for i in range(y.shape[0]):
        row, bias = w + i * inputs, params[b + i]
        for k in range(n):
            y[i, k] = bias
        for j in range(0, inputs - 3, 4):
            p, q, r, s = params[row + j], params[row + j + 1], params[row + j + 2], params[row + j + 3]
            for k in range(n):
                y[i, k] += p * x[j, k] + q * x[j + 1, k] + r * x[j + 2, k] + s * x[j + 3, k]
        for j in range(inputs - inputs % 4, inputs):
            weight = params[row + j]
            for k in range(n):
                y[i, k] += weight * x[j, k]


@_jit
def _gelu_alone(x, y):
    """y = x·Φ(x) without its slope: Φ(x) − ½ is x times a quotient of polynomials in x², fitted by us (error 1e-8)."""
    for i in range(x.shape[0]):
        for k in range(x.shape[1]):
            a = x[i, k]
            c = min(max(a, np.float32(-_FLAT)), np.float32(_FLAT))
            s = c * c
            p = np.float32(6.363958643371804e-06) + s * np.float32(2.3556922589140163e-08)
            p = np.float32(1.6323701976088205e-04) + s * p
            p = np.float32(4.644577677356824e-03) + s * p
            p = np.float32(3.325463374144178e-02) + s * p
            p = np.float32(3.989422478171858e-01) + s * p
            q = np.float32(7.210935676924621e-05) + s * np.float32(1.2218077627137842e-06)
            q = np.float32(1.852870711627868e-03) + s * q
            q = np.float32(2.83137693035944e-02) + s * q
            q = np.float32(2.5002313332408554e-01) + s * q
            q = np.float32(1) + s * q
            y[i, k] = a * (np.float32(0.5) + c * p / q)


@_jit
def _clamped(value):
    value = np.float32(0) if value < 0 else value  # unlike min and max, this keeps what is not a number
    return np.float32(1) if value > 1 else value


@_jit
def _without(z, u, deleted, left, share):
    """What is left of z `[d, BLOCK]` without some dims, and the share of ‖u‖² that is in them, `[BLOCK]`."""
    for k in range(BLOCK):
        share[k] = np.float32(0)
    for i in range(len(deleted)):
        for k in range(BLOCK):
            left[i, k] = np.float32(0) if deleted[i] else z[i, k]
            share[k] += u[i, k] * u[i, k] if deleted[i] else np.float32(0)


def _survey(d, h, params, deleted, rgb, gray, even, first, last, bounds, mse, levels, tally):
    w1, b1, w2, b2, w3, b3, w4, b4 = _offsets(d, h)
    x, y = np.empty((3, BLOCK), np.float32), np.empty((3, BLOCK), np.float32)
    a, g = np.empty((h, BLOCK), np.float32), np.empty((h, BLOCK), np.float32)
    z, u, left = np.empty((d, BLOCK), np.float32), np.empty((d, BLOCK), np.float32), np.empty((d, BLOCK), np.float32)
    inverse, share, spread = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    bits = mse.view(np.int32)
    gray_within, target, bystander = np.float32(bounds[0]), np.float32(bounds[1]), np.float32(bounds[2])
    for start in range(first, last, BLOCK):
        n = min(last - start, _load(rgb, start, x))
        typical = max(0, min(n, even - start))
        _linear_by_four(params, w1, b1, x, a)
        _gelu_alone(a, g)
        _linear_by_four(params, w2, b2, g, z)
        _normalize(z, u, inverse)
        for v in range(len(deleted)):
            _without(z, u, deleted[v], left, share)
            _normalize(left, left, inverse)
            _linear_by_four(params, w3, b3, left, a)
            _gelu_alone(a, g)
            _linear_by_four(params, w4, b4, g, y)
            for k in range(n):
                red, green, blue = _clamped(y[0, k]), _clamped(y[1, k]), _clamped(y[2, k])
                spread[k] = max(max(red, green), blue) - min(min(red, green), blue)
                red, green, blue = red - x[0, k], green - x[1, k], blue - x[2, k]
                mse[v, start + k] = (red * red + green * green + blue * blue) * np.float32(1 / 3)
            largest, lost = np.float32(0), 0
            for k in range(n):
                error = mse[v, start + k]
                largest = max(largest, error)
                lost += 0 if error <= 1 else 1
            tally[v, 0] = max(tally[v, 0], np.float64(largest))
            tally[v, 1] += lost
            grays, looks, in_target, targets, in_bystander, bystanders = 0.0, 0, 0.0, 0, 0.0, 0
            for k in range(typical):
                error = np.float64(mse[v, start + k])
                grays += error if gray[start + k] else 0.0
                looks += 1 if spread[k] < gray_within else 0
                in_target += error if share[k] >= target else 0.0
                targets += 1 if share[k] >= target else 0
                in_bystander += error if share[k] <= bystander else 0.0
                bystanders += 1 if share[k] <= bystander else 0
            tally[v, 2] += grays
            tally[v, 3] += looks
            tally[v, 4] += in_target
            tally[v, 5] += targets
            tally[v, 6] += in_bystander
            tally[v, 7] += bystanders
            for k in range(typical):
                levels[v, (bits[v, start + k] >> LEVEL) & (LEVELS - 1)] += 1


_vector, _table, _cube = types.float32[::1], types.float32[:, ::1], types.float32[:, :, ::1]
_int, _scheduled, _weights = types.int64, types.float64[::1], types.float64[:, ::1]
_flag, _flags, _counts = types.boolean[::1], types.boolean[:, ::1], types.int64[:, ::1]
_SOURCES: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "train_steps": (
        _train_steps,
        (*(_int,) * 4, *(_vector,) * 4, _cube, _cube, _scheduled, _weights, _table),
    ),
    "encode": (_encode, (_int, _int, _vector, _table, _table)),
    "survey": (
        _survey,
        (_int, _int, _vector, _flags, _table, _flag, *(_int,) * 3, _scheduled, _table, _counts, _weights),
    ),
}
_compiled: dict[str, Callable[..., Any]] = {}
_compiling = threading.Lock()


def compile_kernels() -> None:
    """Compile the kernels, or take them from the disk: about 9 s the first time on a machine, then 0.3 s.

    Not needed before a call, which does it when nobody has.
    """
    with _compiling:
        for name, (function, signature) in _SOURCES.items():
            if name not in _compiled:
                _compiled[name] = _compile(function, signature)


def is_compiled() -> bool:
    """Whether a call would run at once."""
    return len(_compiled) == len(_SOURCES)


class _Checked(IndexDataCacheFile):
    """numba's cache of one function, in which what is damaged or stale is not there, and is written anew.

    Machine code that a disk has damaged would end the process. The digest is also of the processor (in the key) and of
    the source's time and size: of two who write at once, one's index can come to stand beside the other's code.
    """

    def _digest(self, key: Any, code: bytes) -> bytes:
        return hashlib.sha256(repr((key, self._source_stamp)).encode() + code).digest()

    def _load_index(self) -> dict[Any, str]:
        try:
            return super()._load_index()
        except Exception:  # whatever rubbish is taken for a pickle can raise whatever it likes
            return {}

    def load(self, key: Any) -> Any:
        with suppress(Exception):  # likewise; and there may be nothing
            found: Any = super().load(key)
            digest, code = found
            if digest == self._digest(key, code):
                return pickle.loads(code)
        return None

    def save(self, key: Any, data: Any) -> None:
        with suppress(OSError):  # a full disk, say
            code = self._dump(data)
            super().save(key, (self._digest(key, code), code))


def _compile(function: Callable[..., Any], signature: tuple[Any, ...]) -> Callable[..., Any]:
    try:
        cached: Any = njit(**_OPTIONS, cache=True)(function)
        cache = cached._cache
        cache._cache_file = _Checked(
            cache.cache_path, cache._impl.filename_base, cache._impl.locator.get_source_stamp()
        )
        cached.compile(signature)
    except Exception:  # no place for a cache, or whatever else it is: it only costs time
        fresh = njit(**_OPTIONS)(function)
        fresh.compile(signature)
        return fresh
    return cached


def train_steps(
    first: int,
    last: int,
    d: int,
    h: int,
    params: Floats,
    mean: Floats,
    square: Floats,
    grad: Floats,
    rgb: Floats,
    labels: Floats,
    rate: Doubles,
    weights: Doubles,
    history: Floats,
) -> int:
    """Train from step `first` up to, not including, step `last`; returns the first step not done.

    Args:
        d, h: bottleneck and hidden width.
        params, mean, square, grad: `[n]` float32, changed in place: weights, Adam's two moments, last gradient.
        rgb, labels: the whole run's batches, `[steps, 64, 3]` and `[L, steps, 64]` float32.
        rate: `[steps]` learning rate. weights: `[steps, T]`, in the order of `TERMS`.
        history: `[steps, T + 1]` float32, filled in the order of `TERMS`, the reconstruction last; a gap is not a
            number.

    A step whose loss is not finite is recorded but not taken: the return value is then that step.

    Raises:
        ExcolorError: the list of regularizers has one that the kernel has no branch for.
    """
    _check_unrolled()
    compile_kernels()
    return _compiled["train_steps"](first, last, d, h, params, mean, square, grad, rgb, labels, rate, weights, history)


def _check_unrolled() -> None:
    """The kernel computes just the terms of the list, with their dims, labels and constants."""
    listed = tuple((term.name, term.kind, term.dims, term.layer, term.label, term.loss) for term in TERMS)
    if listed != _UNROLLED:
        known = ", ".join(name for name, *_ in _UNROLLED)
        raise ExcolorError(f"The compiled kernel knows {known}; train other regularizers with the engine 'autograd'.")
    assert SHARPNESS == 100, "s99 below is seven squarings and products"
    assert (AXIS, PLANE) == (0, (0, 1)), "the loops over dims below begin or end at 0 and at 2"
    assert (LABELS[_RED], LABELS[_VIBRANT], LABELS[_DESATURATED]) == (RED, VIBRANT, DESATURATED)


def encode(d: int, h: int, params: Floats, rgb: Floats, u: Floats) -> None:
    """Fill u `[N, d]` with the latents of colors `[N, 3]`, all float32, under the weights `[n]` of a model.

    Args:
        d, h: bottleneck and hidden width.
    """
    compile_kernels()
    _compiled["encode"](d, h, params, rgb, u)


def survey(
    d: int,
    h: int,
    params: Floats,
    deleted: NDArray[np.bool_],
    rgb: Floats,
    gray: NDArray[np.bool_],
    even: int,
    first: int,
    last: int,
    bounds: Doubles,
    mse: Floats,
    levels: NDArray[np.int64],
    tally: Doubles,
) -> None:
    """Encode colors once, and decode them under each of V deletions, for the metrics of `excolor.metrics.survey`.

    A deleted dim is left out, which is the same for a model that is ablated and for one that is pruned.

    Args:
        d, h: bottleneck and hidden width.
        params: `[n]` float32.
        deleted: which dims, `[V, d]`.
        rgb, gray: the colors `[N, 3]` float32, and which of them are gray `[N]`. The first `even` are the typical ones.
        first, last: the part of the colors that this call looks at, so that several can share them.
        bounds: spread below which an answer looks gray, share from which a color is a target, share up to which it is a
            bystander.
        mse: `[V, N]` float32, filled in that part: mean squared error of each color, outputs clamped to [0, 1].
        levels: `[V, LEVELS]`, to which is added how many typical colors have an MSE with the same leading bits, which
            are those from bit `LEVEL` on.
        tally: `[V, 8]`: the largest MSE so far, and how many are not a number; then over the typical colors the sum for
            the grays, how many answers look gray, sum and number of the targets, sum and number of the bystanders.
    """
    compile_kernels()
    _compiled["survey"](d, h, params, deleted, rgb, gray, even, first, last, bounds, mse, levels, tally)
