"""Main effects: for each regularizer the runs with it against those without, and what the sixteen say together."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from excolor.losses import EXPERIMENT
from excolor.needed import EVERY, FIFTH, Needed, Tally, can_be_left_out, fewest, spoiled, together
from excolor.rows import wilson
from excolor.ui import html
from excolor.ui.sections.ending import listed
from excolor.ui.sections.needed import ORDER, WAYS, named
from excolor.ui.sections.needed.cells import bar
from excolor.ui.words import counted, percents


def draw(found: Needed) -> None:
    """The picture with its numbers, and the sentences; only of combinations that are all there."""
    ways = [way for way in found.ways if found.complete(way)]
    if not ways:
        st.markdown("This comes when each of the sixteen combinations has a run.")
        return
    st.markdown(
        "Each regularizer is on in eight of the sixteen and off in the other eight. So its two bars differ in it "
        "alone, *whatever the other three do*. In parentheses stands the 95 % interval of the share that is sound, as "
        "if all runs had been drawn by themselves."
    )
    if len(ways) > 1:
        without, with_it = (found.tally(way) for way in ways)
        st.markdown(f"**Neutrality**, over all sixteen: with it {_of(with_it)}, without it {_of(without)}.")
    for place, way in zip(st.columns(len(ways), gap="large"), ways, strict=True):
        with place:
            if len(ways) > 1:
                st.subheader(WAYS[way].capitalize())
            st.html(_table(found, way))
            st.markdown("\n\n".join([needed_here(found, way), one_by_one(found, way), all_together(found, way)]))


def _table(found: Needed, way: bool) -> html.Html:
    rows: dict[html.Cell, list[html.Cell]] = {
        name: [_share(found.tally(way, [name])), _share(found.tally(way, off=[name]))] for name in ORDER
    }
    return html.table(["on", "off"], rows, f"Runs with each regularizer on and off, {WAYS[way]}", kind="answers")


def _share(tally: Tally) -> html.Html:
    low, high = wilson(tally.sound, tally.runs)
    words = f"{tally.sound} of {tally.runs:,} sound ({percents(low)} to {percents(high)}), {tally.tinted} only a tint"
    return html.joined([bar(tally), words])


def _of(tally: Tally) -> str:
    return f"{tally.sound} of {tally.runs:,} are sound"


def needed_here(found: Needed, way: bool) -> str:
    """Which regularizers all sound runs have."""
    sound = found.tally(way).sound
    if not sound:
        return f"**None of these {found.tally(way).runs:,} runs is sound**, so they do not show what a sound one needs."
    lacking = {name: found.tally(way, off=[name]) for name in ORDER}
    must = [name for name, without in lacking.items() if not without.sound]
    spared = {name: without.sound for name, without in lacking.items() if without.sound}
    if not must:
        return f"**None of the four is in all {sound:,} sound runs.** {_without(spared, sound)}"
    these = "The one sound run has" if sound == 1 else f"Every one of the {sound:,} sound runs has"
    first, *more = (f"without {name} 0 of {lacking[name].runs:,}" for name in must)
    none = "".join([f"W{first[1:]} are sound", *(f", {each}" for each in more)])
    reach = wilson(0, min(lacking[name].runs for name in must))[1]
    text = f"**{these} {listed(must)}.** {none}; the 95 % interval reaches to {percents(reach)}."
    return f"{text} {_without(spared, sound)}" if spared else text


def _without(spared: Mapping[str, int], sound: int) -> str:
    """How many of the sound runs do without one that is not in all of them."""
    if sound == 1:
        return f"It has no {' and no '.join(spared)}."
    return f"Of them {listed([f'{n:,} {_has(n)} no {name}' for name, n in spared.items()])}."


def _has(n: int) -> str:
    return "has" if n == 1 else "have"


def one_by_one(found: Needed, way: bool) -> str:
    """What leaving out one at a time says."""
    whole = found.cells[frozenset(EXPERIMENT), way].tally
    if not whole.mostly_right:
        return (
            f"**One by one:** even with all four on, {whole.right} of {whole.runs:,} go right, so leaving out one says "
            "little."
        )
    left = sorted(can_be_left_out(found, way).items(), key=lambda each: ORDER.index(each[0]))
    said = {
        right: [f"{name} ({tally.right} of {tally.runs:,})" for name, tally in left if tally.mostly_right == right]
        for right in (True, False)
    }
    text = f"**One by one:** with all four on, {whole.right} of {whole.runs:,} go right. "
    if said[True]:
        text += f"Most still do without {listed(said[True])}"
        text += f", but not without {listed(said[False])}." if said[False] else "."
        return text
    return f"{text}Most do not without {listed(said[False])}."


def all_together(found: Needed, way: bool) -> str:
    """What the sixteen say that leaving out one by one does not."""
    least = fewest(found, way)
    if not least:
        return "**All sixteen:** with none of the combinations do most runs go right."
    if not least[0]:
        text = "**All sixteen:** even with all four off most runs go right"
        none = found.cells[frozenset(), way].tally
        text += f" ({none.right} of {none.runs:,})."
    else:
        said = [f"{named(on)} ({_right(found.cells[on, way].tally)})" for on in least]
        text = f"**All sixteen:** the fewest with which most runs go right are {'; or '.join(said)}. "
        size = min(map(len, least))
        smaller = [found.cells[on, way].tally for on in EVERY if len(on) < size]
        right = sum(each.right for each in smaller)
        text += (
            f"Of the {counted(sum(each.runs for each in smaller), 'run')} with fewer than {size} on, "
            f"{right or 'none'} {'goes' if right in (0, 1) else 'go'} right."
        )
    for names in together(found, way):
        tally = found.cells[frozenset(EXPERIMENT) - names, way].tally
        each = listed([name for name in ORDER if name in names])
        these = "both" if len(names) == 2 else "them all"
        text += f" Each of {each} can be left out alone; without {these}, {tally.right} of {tally.runs:,} go right."
    if worse := next(spoiled(found, way), None):
        less, more = worse
        (added,) = more - less
        one, other = (found.cells[each, way].tally for each in worse)
        text += (
            f" And more can be less: with {named(less)} {_right(one)} go right, with {added} besides {_right(other)}."
        )
    return text


def _right(tally: Tally) -> str:
    return f"{tally.right} of {tally.runs:,}"


def ending_of(found: Needed) -> tuple[str, str]:
    """What the page showed, and what it does not show."""
    way = found.ways[0]
    least = fewest(found, way)
    total = found.tally(way)
    showed = (
        f"Of {total.runs:,} runs of the sixteen combinations, {total.sound:,} {'is' if total.sound == 1 else 'are'} "
        f"sound and {total.tinted:,} {'keeps' if total.tinted == 1 else 'keep'} only a tint. "
    )
    showed += (
        f"The fewest regularizers with which most runs go right are {'; or '.join(map(named, least))}."
        if least
        else "With none of the combinations do most runs go right."
    )
    limits = (
        "What is needed here, with this schedule and these weights, may not be needed with others: choose another "
        "schedule. And other seeds may come out otherwise."
    )
    if len(found.ways) > 1:
        showed = f"Without {FIFTH}: {showed[0].lower()}{showed[1:]}"
    return showed, limits
