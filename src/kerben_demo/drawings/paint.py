"""Colours and the few SVG primitives every drawing is composed of.

A drawing lives on a 480 x 480 canvas and stands on the ground line GROUND. Colours come as a `Paint`: the
goods' own colour with its lighter and darker neighbours, so that each drawing is shaded the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

GROUND = 392
INK = "#2B2621"
PAPER_WHITE = "#FBF8F3"
FELT = "#A8322A"
APRICOT = "#E2972F"
ISSYK = "#1B6784"
JUNIPER = "#2B7353"
CLAY = "#8A7B6C"
WOOD = "#B98652"
STEEL = "#B9BDBB"

COLOURS: dict[str, str] = {
    "красный": "#B53A30",
    "бордовый": "#7E2A33",
    "розовый": "#D98E93",
    "коралловый": "#DB7358",
    "оранжевый": "#DC7F33",
    "жёлтый": "#E0B240",
    "горчичный": "#BF8F2E",
    "зелёный": "#3F7F56",
    "оливковый": "#7C7B42",
    "хаки": "#6E6A4A",
    "мятный": "#9CC3AC",
    "бирюзовый": "#3C8F92",
    "голубой": "#86B2C8",
    "синий": "#2C5F8A",
    "тёмно-синий": "#263F5F",
    "фиолетовый": "#6C4F7F",
    "сиреневый": "#A991B5",
    "белый": "#F8F4EB",
    "молочный": "#F1E7D3",
    "бежевый": "#D6BE9B",
    "песочный": "#CBA976",
    "коричневый": "#7A5236",
    "серый": "#8D8A86",
    "графитовый": "#4A4947",
    "чёрный": "#34302C",
    "золотистый": "#C9A04A",
    "серебристый": "#B8BAB9",
}
"""Russian colour names used in attributes and the ripe, slightly muted tone each is drawn in."""


def mix(colour: str, other: str, share: float) -> str:
    """Return `colour` moved towards `other` by `share` (0 keeps it, 1 is the other); both are #RRGGBB."""
    pairs = ((int(colour[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


@dataclass(frozen=True, slots=True)
class Paint:
    """The goods' colour and the tones drawings shade with."""

    base: str
    light: str
    dark: str
    deep: str
    accent: str

    @classmethod
    def of(cls, colour: str, accent: str = APRICOT) -> Paint:
        """Derive the neighbouring tones of a #RRGGBB colour; shadows lean to warm ink, lights to paper."""
        return cls(
            base=colour,
            light=mix(colour, "#FFF6E6", 0.34),
            dark=mix(colour, INK, 0.22),
            deep=mix(colour, INK, 0.45),
            accent=accent,
        )


Drawing = Callable[[Paint, Random], str]


def _attributes(fill: str, opacity: float) -> str:
    return f'fill="{fill}"' + (f' opacity="{opacity:g}"' if opacity < 1 else "")


def path(d: str, fill: str, opacity: float = 1) -> str:
    """A filled shape."""
    return f'<path d="{d}" {_attributes(fill, opacity)}/>'


def line(d: str, colour: str, width: float = 4, opacity: float = 1, dash: str = "") -> str:
    """A stroke with round ends."""
    more = (f' opacity="{opacity:g}"' if opacity < 1 else "") + (f' stroke-dasharray="{dash}"' if dash else "")
    return (
        f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width:g}"'
        f' stroke-linecap="round" stroke-linejoin="round"{more}/>'
    )


def ellipse(x: float, y: float, rx: float, ry: float, fill: str, opacity: float = 1) -> str:
    """An ellipse by its centre and radii."""
    return f'<ellipse cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}" {_attributes(fill, opacity)}/>'


def circle(x: float, y: float, r: float, fill: str, opacity: float = 1) -> str:
    """A circle by its centre and radius."""
    return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" {_attributes(fill, opacity)}/>'


def box(x: float, y: float, width: float, height: float, r: float, fill: str, opacity: float = 1) -> str:
    """A rectangle with rounded corners."""
    size = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{r:g}"'
    return f"<rect {size} {_attributes(fill, opacity)}/>"


def turned(body: str, angle: float, x: float = 240, y: float = 240) -> str:
    """Turn a group about a point, in degrees."""
    return f'<g transform="rotate({angle:g} {x:g} {y:g})">{body}</g>'


def moved(body: str, x: float, y: float, scale: float = 1) -> str:
    """Move (and scale) a group."""
    more = f" scale({scale:g})" if scale != 1 else ""
    return f'<g transform="translate({x:g} {y:g}){more}">{body}</g>'


def horn(x: float, y: float, size: float, fill: str, *, flip: bool = False) -> str:
    """The kochkor muiuz, the ram's horn of Kyrgyz felt carpets, centred at a point."""
    k = size / 20
    sign = -1 if flip else 1
    d = (
        "M0 18 C-3 6 -20 8 -20 -6 C-20 -16 -8 -18 -6 -9 C-5 -4 -11 -3 -12 -7 C-14 0 -2 0 0 -14"
        " C2 0 14 0 12 -7 C11 -3 5 -4 6 -9 C8 -18 20 -16 20 -6 C20 8 3 6 0 18Z"
    )
    return f'<path transform="translate({x:g} {y:g}) scale({k:g} {k * sign:g})" d="{d}" fill="{fill}"/>'


_BACKDROPS = (("#F4EADB", "#F9DFB9"), ("#F1EADC", "#CFE0E2"), ("#F2EBDD", "#D3E3D5"), ("#F5EADD", "#F3D3C6"))


def frame(body: str, seed: int, *, shadow: float = 132) -> str:
    """Put a drawing on warm paper: a tinted disc behind it, a soft shadow of half width `shadow` under it."""
    paper, disc = _BACKDROPS[seed % len(_BACKDROPS)]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 480">'
        '<radialGradient id="s"><stop offset="0" stop-color="#3A2C1C" stop-opacity=".34"/>'
        '<stop offset="1" stop-color="#3A2C1C" stop-opacity="0"/></radialGradient>'
        f'<path d="M0 0H480V480H0Z" fill="{paper}"/>'
        f'<circle cx="240" cy="236" r="186" fill="{disc}" opacity=".75"/>'
        f'<ellipse cx="240" cy="{GROUND + 4}" rx="{shadow * 1.25:g}" ry="24" fill="url(#s)"/>'
        f"{body}</svg>"
    )
