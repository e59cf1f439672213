"""What the network component says; the browser fills in what stands in braces."""

from __future__ import annotations

WORDS: dict[str, str | list[str]] = {
    "alt": "One color on its way through the network",
    "drawing": (
        "The network, layer by layer. Arrow keys move from node to node; Enter goes through the connections that "
        "lead to a node, Escape back to the node."
    ),
    "swatches": "Named colors",
    "channels": ["red, 0 to 255", "green, 0 to 255", "blue, 0 to 255"],
    "any": "Any color",
    "remove": "Delete dims",
    "removeHint": "Sets to zero the parameters that lead to a dim and from it. A tick marks its intact value.",
    "dim": "Delete dim {n}",
    "lines": "Lines show",
    "carried": "what flows",
    "weights": "parameters",
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
    "wheelNote": (
        "A point is a color, painted as it is. Ringed: your color. Dashed: what deleting takes. Arrow: what "
        "normalizing stretches."
    ),
    "hint": "Point at a line or a circle, or tap it: its numbers are written here.",
    "readLink": "{from} → {to}: parameter {weight}. It carries {a} × {weight} = {carried}.",
    "readCut": "{from} → {to}: deleted, the parameter is 0. It carries nothing.",
    "readDivide": "{from} → {to}: {a} ÷ {length} = {value}. Normalizing has no parameters of its own.",
    "readGone": "{name} is deleted: its parameters are 0, and so is its value.",
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
        "Each of {n} hidden units adds the three up with parameters of its own. GELU lets through what is positive: "
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
