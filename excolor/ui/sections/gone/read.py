"""Can a machine read it? Probes at each place inside the network, with their floors, and what they believe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from excolor.charts import beliefs, ladder
from excolor.diagnosis import Cause
from excolor.lab.audit import Floor, State
from excolor.lab.probes import FIT, SCORE, WITHIN, Ladder, Site
from excolor.surgery import HUE
from excolor.ui import glossary, panels, state
from excolor.ui.laboratory import at_each_site, at_u, colors
from excolor.ui.sections.ending import listed
from excolor.ui.sections.gone import Found, Subject, ask_or_go_on, reveal
from excolor.ui.words import percent, score

SITES: dict[Site, str] = {
    "z": "z, before normalizing",
    "z_norm": "‖z‖, the length of z alone",
    "u": "u, after normalizing",
    "output": "the answer",
}
TIMES = {1: "where on the circle", 2: "the same, opposites alike", 3: "primary or secondary"}
TRACE = 0.1  # of R², above the floors: less than that is hardly more than luck
HALF = 0.4, 0.6  # R² from which and up to which about half of the circle is left


@dataclass(frozen=True)
class Read:
    """What probes read of a network, intact and with dims deleted, and their floors."""

    probes: Mapping[State, Mapping[Site, Ladder]]
    floors: Mapping[Floor, Ladder]

    def kernel(self, site: Site, times: int = 1) -> float:
        """R² of the kernel probe once dims are deleted, for a k."""
        return self.probes["deleted"][site].kernel.scores[times - 1]

    def beyond(self, site: Site) -> tuple[int, ...]:
        """For which k it reads more than its floors, by 0.05."""
        known = self.probes["deleted"][site].beyond(self.floors.values())
        return tuple(times for times, more in zip(TIMES, known, strict=True) if more)

    def highest(self, times: int) -> float:
        """The higher of the floors for a k."""
        return max(each.kernel.scores[times - 1] for each in self.floors.values())


def of(subject: Subject) -> Read:
    """What probes read of what is on screen."""
    _u, floors = at_u(subject.run, subject.dims)
    intact, deleted = at_each_site(subject.run, ()), at_each_site(subject.run, subject.dims)
    return Read({"intact": intact, "deleted": deleted}, floors)


def section(subject: Subject) -> None:
    """What a probe is, the question, the ladder, and the wheels."""
    st.markdown(
        f"A machine may see what an eye does not. {glossary.explain('probe')} Ours sees {FIT} colors with their hue, "
        f"and is asked about {SCORE} others. **A score that is not above its floors proves nothing**: it is luck, or "
        "brightness, which is no hue."
    )
    glossary.beside("affine probe", "kernel probe", "R²", "floor")
    ask_or_go_on(
        "read", subject, f"Without {subject.what}: where can a probe still read something of the hue?", SITES, "nowhere"
    )
    read = of(subject)
    reveal(
        "read",
        subject,
        SITES,
        found(read),
        "can be read",
        f"**Can it be read?** Yes, if the kernel probe scores above both floors by more than {WITHIN}, for any of the "
        "three questions below.",
    )
    times = _times()
    panels.chart(ladder.spec(), ladder.table(read.probes, read.floors, times), _in_words(read, times), "gone-ladder")
    st.caption(
        "○ intact, ■ deleted. On the gray band a score proves nothing; it ends "
        f"{WITHIN} above the higher floor: ❙ shuffled hues, × brightness alone."
    )
    st.markdown(said(read, subject))
    if subject.dims == HUE and (why := of_tints(read, subject)):
        st.markdown(why)
    st.markdown(
        "**What the kernel probe believes.** Each color stands where the probe reads its hue. Round the rim is the "
        "true wheel: a color that is read rightly lies beside its own. In the middle, the probe does not know."
    )
    _wheels(read, subject)


def _times() -> int:
    state.begin(state.GONE_TIMES, 1)
    picked = st.segmented_control(
        "What the probe is asked about the hue",
        list(TIMES),
        format_func=lambda times: f"{TIMES[times]} (k = {times})",
        required=True,
        key=state.GONE_TIMES,
        persist_state="session",
        help="It has to tell the cosine and the sine of k times the hue.",
    )
    return picked or 1


def found(read: Read) -> dict[str, Found]:
    """Of each place whether hue can be read there, with the score that shows it beside its floor."""
    return {site: Found(bool(read.beyond(site)), _best(read, site)) for site in SITES}


def _best(read: Read, site: Site) -> str:
    times = max(TIMES, key=lambda k: read.kernel(site, k) - read.highest(k))
    return f"R² {score(read.kernel(site, times))}, floor {score(read.highest(times))} (k = {times})"


def said(read: Read, subject: Subject) -> str:
    """What is left to be read after normalizing, and what before."""
    return f"{_after(read, subject)}\n\n{_before(read)}"


def _after(read: Read, subject: Subject) -> str:
    more, r2 = read.beyond("u"), read.kernel("u")
    if not more:
        text = f"**Without {subject.what}, u tells nothing of hue beyond the floors.** "
        tone = read.floors["brightness"].kernel.scores[2]
        if read.kernel("u", 3) > read.floors["shuffled"].kernel.scores[2] + WITHIN / 2 and tone > WITHIN:
            text += (
                f"A primary can be told from a secondary a little (k = 3, R² {score(read.kernel('u', 3))}), but "
                f"brightness alone gives {score(tone)}: primaries are darker. What is left is tone."
            )
        else:
            text += f"The kernel probe gets R² {score(r2)} at k = 1, where a floor is {score(read.highest(1))}."
        return text
    at = listed([f"{score(read.kernel('u', k))} at k = {k} (floor {score(read.highest(k))})" for k in more])
    if max(read.kernel("u", k) - read.highest(k) for k in more) < TRACE:
        return (
            f"**Without {subject.what}, u keeps a trace of hue at most**: R² {at}. That is little more than the "
            f"{WITHIN} by which scores differ when a probe is shown other colors."
        )
    text = f"**Without {subject.what}, u still tells something of hue**: R² {at}. "
    if HALF[0] <= r2 <= HALF[1]:
        text += (
            "About half of the circle is left. A place on a circle has two coordinates; one of them can be read, and "
            "the other cannot."
        )
    elif r2 > HALF[1]:
        text += "That is most of it: this deletion hardly hides the hue from a machine."
    return text


def _before(read: Read) -> str:
    more = [k for k in read.beyond("z") if read.kernel("z", k) > read.kernel("u", k) + WITHIN]
    k = more[0] if more else 1
    scores = f"R² {score(read.kernel('z', k))} at z and {score(read.kernel('u', k))} at u, for k = {k}"
    if not more:
        return f"Before normalizing no more can be read than after: {scores}."
    text = f"**Before normalizing more can be read than after**: {scores}. Normalizing throws the length of z away, "
    if k in read.beyond("z_norm"):
        return f"{text}and the length tells how much was taken away: alone it gives {score(read.kernel('z_norm', k))}."
    return (
        f"{text}and the length tells how much was taken away. Alone it does not suffice "
        f"({score(read.kernel('z_norm', k))}); together with the direction it does."
    )


def of_tints(read: Read, subject: Subject) -> str:
    """Of a run whose only fault is a tint, whether the tint carries information; empty of any other."""
    run = subject.measured
    if Cause.TINTED not in run.causes:
        return ""
    k = max(TIMES, key=lambda each: read.kernel("output", each) - read.highest(each))
    scores = f"R² {score(read.kernel('output', k))}, floor {score(read.highest(k))}, for k = {k}"
    text = f"**And the tint?** Without hue only {percent(run.metrics.hue.gray_share)} of this run’s answers are gray. "
    if read.beyond("output"):
        return f"{text}The probe reads more from the answers than its floors ({scores}): this tint carries information."
    return (
        f"{text}Yet the probe reads no more from the answers than its floors ({scores}). **It is a tint without "
        "information**: it depends on how bright a color is, and not on which hue it had."
    )


def _wheels(read: Read, subject: Subject) -> None:
    shown = {
        "intact, u": read.probes["intact"]["u"],
        f"without {subject.what}, z": read.probes["deleted"]["z"],
        f"without {subject.what}, u": read.probes["deleted"]["u"],
    }
    hue, rgb = colors().hue[-SCORE:], colors().rgb[-SCORE:]
    for i, (place, (title, found)) in enumerate(zip(st.columns(3, gap="medium"), shown.items(), strict=True)):
        with place:
            r2 = score(found.kernel.scores[0])
            st.markdown(f"**{title}**: R² {r2}")
            panels.chart(
                beliefs.spec(),
                beliefs.table(hue, rgb, found.kernel.believed[:, 0]),
                f"{title}: colors where the kernel probe reads their hue, inside the true color wheel. R² {r2}.",
                f"gone-beliefs-{i}",
            )


def _in_words(read: Read, times: int) -> str:
    parts = [
        f"{SITES[site]}: intact {score(read.probes['intact'][site].kernel.scores[times - 1])}, deleted "
        f"{score(read.kernel(site, times))}"
        for site in SITES
    ]
    floors = listed([f"{name} {score(each.kernel.scores[times - 1])}" for name, each in read.floors.items()])
    return f"R² of the probes at four places for k = {times}. Kernel probe: {'; '.join(parts)}. Floors: {floors}."
