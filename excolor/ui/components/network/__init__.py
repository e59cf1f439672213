"""One color on its way through the network, drawn and computed in the browser.

A component of our own: it is handed the model's weights once, and from then on answers every movement of a slider by
itself. The server hears of a color when it is let go, and of the dims that are deleted, so that other pages know.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from excolor.charts import wheel
from excolor.color import GRAYS, HUES, PRIMARIES, SECONDARIES, named_colors, rgb_to_hex
from excolor.model import ColorAutoencoder, to_vector
from excolor.ui import state
from excolor.ui.components import declared

RED = "#ff0000"  # what goes in until a visitor picks a color


def layers(model: ColorAutoencoder) -> list[dict[str, Any]]:
    """The four linear layers in their order, each its weight `[out, in]` and bias `[out]` as plain numbers."""
    linear = model.encoder_in, model.encoder_out, model.decoder_in, model.decoder_out
    return [{"weight": each.weight.tolist(), "bias": each.bias.tolist()} for each in linear]


def not_finite(model: ColorAutoencoder) -> int:
    """How many of a model's parameters are not finite numbers: some, when a run has diverged."""
    return int((~np.isfinite(to_vector(model))).sum())


def deleted(bottleneck: int) -> list[int]:
    """The dims that this visitor has deleted on the page, as far as a model of this width has them."""
    return [dim for dim in state.DELETED.get() if dim < bottleneck]


def sound_dims(sent: object) -> list[int]:
    """The dims in what a browser has sent, ascending and each once; whatever else is in it is left out."""
    if not isinstance(sent, Sequence) or isinstance(sent, str):
        return []
    return sorted({dim for dim in sent if isinstance(dim, int) and not isinstance(dim, bool) and 0 <= dim < 100})


def _words() -> dict[str, Any]:
    return {
        "alt": "One color on its way through the network",
        "drawing": (
            "The network, layer by layer. Arrow keys move from node to node; Enter goes through the connections that "
            "lead to a node, Escape back to the node."
        ),
        "swatches": "Named colors",
        "channels": ["red, 0 to 255", "green, 0 to 255", "blue, 0 to 255"],
        "any": "Any color",
        "remove": "Delete dims",
        "removeHint": "Sets the weights that lead to a dim and from it to zero. A tick marks its intact value.",
        "dim": "Delete dim {n}",
        "lines": "Lines show",
        "carried": "what flows",
        "weights": "weights",
        "linesHint": "Thicker lines and fuller circles are stronger. Dashed is negative.",
        "follow": "Follow it",
        "pause": "Pause",
        "back": "One stage back",
        "forward": "One stage on",
        "all": "Show all",
        "stageOf": "stage {n} of {all}",
        "heads": ["RGB", "hidden", "z", "u", "hidden", "RGB"],
        "normalize": "normalize",
        "intact": "intact",
        "after": "after deletion",
        "dimHead": "dim",
        "lengthHead": "length",
        "left": "of the length ‖z‖ is left",
        "stretch": "stretched by",
        "table": "The latent numbers, intact and after deletion",
        "input": "input {n}",
        "encoderUnit": "encoder unit {n}",
        "zDim": "z{n}",
        "uDim": "u{n}",
        "decoderUnit": "decoder unit {n}",
        "output": "output {n}",
        "nodeAlt": "{name}: {value}",
        "patchIn": "goes in: {color}",
        "patchOut": "{title}: {color}, MSE {mse}",
        "wheel": "Dims {a} (to the right) and {b} (upwards): {color} lies at {x}, {y}.",
        "wheelCut": (
            "Dims {a} (to the right) and {b} (upwards): {color} lies at {x}, {y}, and after deletion at {x2}, {y2}."
        ),
        "wheelNote": "Ringed: your color. Dashed: what deleting takes. Arrow: what normalizing stretches.",
        "hint": "Point at a line or a circle, or tap it: its numbers are written here.",
        "readLink": "{from} → {to}: weight {weight}. It carries {a} × {weight} = {carried}.",
        "readCut": "{from} → {to}: deleted, the weight is 0. It carries nothing.",
        "readDivide": "{from} → {to}: {a} ÷ {length} = {value}. Normalizing has no weights of its own.",
        "readGone": "{name} is deleted: its weights and its bias are 0, and so is its value.",
        "readInput": "{name}: {value}, between 0 and 1.",
        "readUnit": "{name}: all that arrives and its bias {bias} add up to {sum}; GELU makes that {value}.",
        "readZ": "{name}: all that arrives and its bias {bias} add up to {value}.",
        "readU": "{name}: {value}. Squared and added up, all {n} make 1.",
        "readOutput": "{name}: all that arrives and its bias {bias} add up to {sum}; shown is {value}.",
        "saidIntact": "{color} goes in, {answer} comes out (MSE {mse}). Nothing is deleted yet.",
        "saidDeleted": (
            "{color} goes in. Without dims {dims}, {left} of its latent's length is left, stretched × {times}, and "
            "{answer} comes out (MSE {mse}; intact {mseIntact})."
        ),
        "saidAll": (
            "{color} goes in. Without any dim nothing is left to stretch, and {answer} comes out, as it does for every "
            "color (MSE {mse}; intact {mseIntact})."
        ),
        "notFinite": "The network's numbers run out of bounds for this color: it has no answer to show.",
        "stageInput": "{color} goes in as three numbers: {r}, {g}, {b}.",
        "stageEncoder": (
            "Each of {n} hidden units adds the three up with weights of its own. GELU lets through what is positive: "
            "{active} of {n} units are."
        ),
        "stageZ": "All that is now squeezed into {d} numbers, z: {z}. As an arrow, z is {length} long.",
        "stageZCut": (
            "All that is now squeezed into z: {z}. Dims {dims} are deleted; the arrow was {before} long, now {length}."
        ),
        "stageU": "Normalizing divides all {d} by the length {length}: u is {u}, a point on the sphere.",
        "stageUCut": (
            "Normalizing divides by the length {length}, so what is left is stretched × {times}, back to length 1: "
            "u is {u}."
        ),
        "stageUAll": "No length is left, so there is nothing to divide: u stays 0 in all {d} dims.",
        "stageDecoder": "On the way back, {n} other hidden units read only u; {activeBack} of them are positive.",
        "stageOutput": "They add up to three numbers again. The answer is {answer}, MSE {mse}.",
    }


def given(
    model_key: str, model: ColorAutoencoder, color: str = RED, turn: int = 0, dims: Sequence[int] = ()
) -> dict[str, Any]:
    """What the component needs of a model and of the visitor, as plain JSON values.

    Args:
        model_key: the same for the same weights.
        color: what goes in, `#rrggbb`.
        turn: how often a color was picked, here or elsewhere.
        dims: what is deleted.
    """
    named = named_colors()
    codes = dict(zip(named, rgb_to_hex(np.stack(list(named.values()))), strict=True))
    rim = (*sorted((*PRIMARIES, *SECONDARIES), key=HUES.__getitem__), "black", "white")
    return {
        "key": model_key,
        "layers": layers(model),
        "views": wheel.views(model.bottleneck),
        "wheel": wheel.FOR_BROWSER,
        "color": color,
        "turn": turn,
        "deleted": list(dims),
        "swatches": [{"name": name, "code": code} for name, code in codes.items()],
        "rim": [{"name": name, "code": codes[name]} for name in rim],
        "names": {"hues": list(HUES), "grays": list(GRAYS), "dark": "dark {name}", "pale": "pale {name}"},
        "words": _words(),
    }


_component = declared("network")


def network(model_key: str, model: ColorAutoencoder, key: str) -> None:
    """Draw a model with the visitor's color on its way through it; all its weights must be finite.

    Args:
        model_key: the same for the same weights.
    """

    def picked() -> None:
        state.pick(state.value(key).get("picked"))

    def cut() -> None:
        state.DELETED.set(sound_dims(state.value(key).get("deleted")))

    data = given(model_key, model, state.picked() or RED, state.turn(), deleted(model.bottleneck))
    _component(data=data, key=key, height="content", on_picked_change=picked, on_deleted_change=cut)
