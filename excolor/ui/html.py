"""Markup that pages draw themselves: the one table, and the one patch. Whatever is given as text is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Literal

from numpy.typing import ArrayLike

from excolor.color import rgb_to_hex


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


Cell = str | Html


def markup(cell: Cell) -> Html:
    """A cell as markup: text is escaped."""
    return cell if isinstance(cell, Html) else Html(escape(cell))


def joined(parts: Iterable[Cell]) -> Html:
    """Markup after markup."""
    return Html("".join(map(markup, parts)))


def table(
    heads: Sequence[Cell],
    rows: Mapping[Cell, Sequence[Cell]],
    label: str,
    *,
    groups: Sequence[str] = (),
    kind: Literal["numbers", "patches", "answers"] = "numbers",
) -> Html:
    """A table with a name for each row.

    Args:
        heads: of the columns.
        label: what it is, for who does not see it.
        groups: names above the heads, for as many equal parts of them.
        kind: of its cells, for the style sheet: numbers, small patches, or answers to a prediction.
    """
    top = joined(Html(f'<th scope="col">{markup(head)}</th>') for head in heads)
    above = ""
    if groups:
        span = len(heads) // len(groups)
        names = joined(Html(f'<th colspan="{span}" scope="colgroup">{escape(name)}</th>') for name in groups)
        above = f"<tr><td></td>{names}</tr>"
    body = joined(
        Html(f'<tr><th scope="row">{markup(name)}</th>{joined(map(_cell, cells))}</tr>') for name, cells in rows.items()
    )
    grouped = " xc-grouped" if groups else ""
    return Html(
        f'<div class="xc-scroll"><table class="xc-table xc-{kind}{grouped}" aria-label="{escape(label)}"><thead>{above}'
        f"<tr><td></td>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def scrolled(wide: Html) -> Html:
    """A table that is wider than a page, so that the keyboard can scroll it too."""
    return Html(wide.replace('<div class="xc-scroll">', '<div class="xc-scroll" tabindex="0">', 1))


def _cell(cell: Cell) -> Html:
    return Html(f"<td>{markup(cell)}</td>")


def patch(color: str, true: str = "", *, size: Literal["swatch", "small", "large"] = "small", label: str = "") -> Html:
    """A color, `#rrggbb`, on the ground that all colors lie on, with the true color as a square inside it.

    Args:
        label: what is to be seen, where no words beside it say so.
    """
    inside = f'<b style="background:{true}"></b>' if true else ""
    said = f' role="img" aria-label="{escape(label)}"' if label else ""
    return Html(f'<i class="xc-patch xc-{size}"{said}><i style="background:{color}">{inside}</i></i>')


def patches(outputs: ArrayLike, true: ArrayLike) -> list[Html]:
    """A small patch for each reconstructed color and its true color, both `[N, 3]`."""
    return [patch(*codes) for codes in zip(rgb_to_hex(outputs), rgb_to_hex(true), strict=True)]


def with_words(picture: Html, words: str) -> Html:
    """A small patch or a swatch, and what belongs to it in words beside it."""
    return Html(f"<span>{picture}<em>{escape(words)}</em></span>")


def definitions(values: Mapping[str, str], label: str) -> Html:
    """Named numbers under each other."""
    items = joined(Html(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>") for name, value in values.items())
    return Html(f'<dl class="xc-definitions" aria-label="{escape(label)}">{items}</dl>')


def checklist(lines: Sequence[tuple[bool, Cell, Cell]], label: str) -> Html:
    """What is kept and what is not, each with its name and the figure that shows it."""
    items = joined(
        Html(
            f'<li class="{"" if kept else "xc-missed"}"><b>{"✓" if kept else "×"}</b> {markup(name)} '
            f"<span>{markup(figure)}</span></li>"
        )
        for kept, name, figure in lines
    )
    return Html(f'<ul class="xc-checklist" aria-label="{escape(label)}">{items}</ul>')


def tiles(rgb: ArrayLike, label: str) -> Html:
    """Many colors, `[N, 3]`, on one ground, eight by eight in their order."""
    cells = joined(Html(f'<i style="background:{code}"></i>') for code in rgb_to_hex(rgb))
    return Html(f'<div class="xc-tiles" role="img" aria-label="{escape(label)}">{cells}</div>')
