"""One color on its way through the network, drawn and computed in the browser.

A component of our own: it is handed the model's weights once, and from then on answers every movement of a slider by
itself. The server hears of a color when it is let go, and of the dims that are deleted, so that other pages know.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from excolor.charts import wheel
from excolor.color import GRAYS, HUES, PRIMARIES, SECONDARIES, named_codes
from excolor.model import ColorAutoencoder
from excolor.ui import state
from excolor.ui.components import declared
from excolor.ui.components.network.words import WORDS

_CODES = {name: code for code, name in named_codes().items()}
FIRST = _CODES["red"]  # what goes in until a visitor picks a color


def layers(model: ColorAutoencoder) -> list[dict[str, Any]]:
    """The four linear layers in their order, each its weight `[out, in]` and bias `[out]` as plain numbers."""
    linear = model.encoder_in, model.encoder_out, model.decoder_in, model.decoder_out
    return [{"weight": each.weight.tolist(), "bias": each.bias.tolist()} for each in linear]


def deleted(bottleneck: int) -> list[int]:
    """The dims that this visitor has deleted on the page, as far as a model of this width has them."""
    return [dim for dim in state.DELETED.get() if dim < bottleneck]


def sound_dims(sent: object) -> list[int]:
    """The dims in what a browser has sent, ascending and each once; whatever else is in it is left out."""
    if not isinstance(sent, Sequence) or isinstance(sent, str):
        return []
    return sorted({dim for dim in sent if isinstance(dim, int) and not isinstance(dim, bool) and 0 <= dim < 100})


def given(
    model_key: str, model: ColorAutoencoder, color: str = FIRST, turn: int = 0, dims: Sequence[int] = ()
) -> dict[str, Any]:
    """What the component needs of a model and of the visitor, as plain JSON values.

    Args:
        model_key: the same for the same weights.
        color: what goes in, `#rrggbb`.
        turn: how often a color was picked, here or elsewhere.
        dims: what is deleted.
    """
    rim = (*sorted((*PRIMARIES, *SECONDARIES), key=HUES.__getitem__), "black", "white")
    return {
        "key": model_key,
        "layers": layers(model),
        "views": wheel.views(model.bottleneck),
        "wheel": wheel.FOR_BROWSER,
        "color": color,
        "turn": turn,
        "deleted": list(dims),
        "swatches": [{"name": name, "code": code} for name, code in _CODES.items()],
        "rim": [{"name": name, "code": _CODES[name]} for name in rim],
        "names": {"hues": list(HUES), "grays": list(GRAYS), "dark": "dark {name}", "pale": "pale {name}"},
        "words": WORDS,
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

    data = given(model_key, model, state.picked() or FIRST, state.turn(), deleted(model.bottleneck))
    _component(data=data, key=key, height="content", on_picked_change=picked, on_deleted_change=cut)
