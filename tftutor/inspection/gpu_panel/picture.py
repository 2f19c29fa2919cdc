"""Gauges as SVG: one line a GPU, bars with their numbers; simulated GPUs are hatched and labelled.

The colours are readable on white and on black pages: the picture can't know which it stands on.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from tftutor.inspection.gpu_model import SIMULATED, Gpu
from tftutor.inspection.gpu_panel.gauges import Gauge

WIDTH = 720
_ROW, _BAR_WIDTH, _BAR_HEIGHT, _GAP = 58, 150, 12, 24
_LEFT = 12
_INK, _BAR, _SIMULATED = "#70757c", "#3b7dd8", "#c8691c"
_HATCH = (f'<pattern id="simulated" width="7" height="7" patternUnits="userSpaceOnUse" '
          f'patternTransform="rotate(-45)"><rect width="7" height="7" fill="{_SIMULATED}" '
          f'fill-opacity="0.25"/><rect width="3" height="7" fill="{_SIMULATED}"/></pattern>')


def picture(rows: Sequence[tuple[Gpu, Sequence[Gauge]]]) -> str:
    """The gauges of these GPUs."""
    height = _ROW * len(rows) + 8
    simulated = any(gpu.simulated for gpu, _ in rows)
    title = f"{len(rows)} {'simulated ' if simulated else ''}GPU{'s' if len(rows) != 1 else ''}"
    description = " ".join(_sentence(gpu, found) for gpu, found in rows)
    body = "".join(_row(gpu, found, 4 + number * _ROW) for number, (gpu, found) in enumerate(rows))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{WIDTH}" '
            f'height="{height}" viewBox="0 0 {WIDTH} {height}" '
            f'font-family="system-ui, sans-serif" font-size="12">'
            f"<title>{escape(title)}</title><desc>{escape(description)}</desc>"
            f"<defs>{_HATCH}</defs>{body}</svg>")


def _sentence(gpu: Gpu, found: Sequence[Gauge]) -> str:
    parts = ", ".join(f"{gauge.label} {gauge.text}" for gauge in found)
    return f"GPU {gpu.index}, {gpu.name}: {parts}."


def _row(gpu: Gpu, found: Sequence[Gauge], top: int) -> str:
    name = gpu.name.removeprefix(f"{SIMULATED} ") if gpu.simulated else gpu.name
    label = f"GPU {gpu.index}   {name}" if not gpu.simulated else f"{name}   {SIMULATED}"
    bars = "".join(_bar(gauge, gpu.simulated, _LEFT + number * (_BAR_WIDTH + _GAP), top + 22)
                   for number, gauge in enumerate(found))
    return (f'<text x="{_LEFT}" y="{top + 13}" font-weight="600" fill="{_INK}" '
            f'xml:space="preserve">{escape(label)}</text>{bars}')


def _bar(gauge: Gauge, simulated: bool, left: int, top: int) -> str:
    """A bar with its text below; what isn't measured is a dashed frame."""
    share = gauge.share
    dashed = ' stroke-dasharray="3 3"' if share is None else ""
    frame = (f'<rect x="{left}.5" y="{top}.5" width="{_BAR_WIDTH}" height="{_BAR_HEIGHT}" rx="2" '
             f'fill="none" stroke="{_INK}"{dashed}/>')
    fill = "url(#simulated)" if simulated else _BAR
    bar = "" if not share else (
        f'<rect x="{left + 1}" y="{top + 1}" width="{max(share * (_BAR_WIDTH - 1), 1):.1f}" '
        f'height="{_BAR_HEIGHT - 1}" fill="{fill}"/>')
    text = (f'<text x="{left}" y="{top + _BAR_HEIGHT + 14}" fill="{_INK}">'
            f"{escape(gauge.label)}: {escape(gauge.text)}</text>")
    return frame + bar + text
