"""A cluster as a picture: a box for each process, a row for each job, arrows for what was sent.

A task that is gone has a dashed, crossed box and says so; one that is silent a dotted one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from tftutor.inspection.clusters.model import (
    GONE,
    PROGRAMS,
    SERVING,
    SILENT,
    ClusterModel,
    Link,
    Task,
)
from tftutor.inspection.clusters.text import (
    devices_text,
    heartbeat_text,
    held_text,
    shape_text,
    steps_text,
)
from tftutor.inspection.quantities import bytes_text
from tftutor.inspection.svg_parts import (
    FAINT,
    FILLS,
    INK,
    SECOND,
    WARNING,
    cut,
    element,
    label,
    picture,
    tip,
)

_MARGIN, _TOP = 14.0, 34.0
_WIDTH, _HEIGHT = 206.0, 92.0
_ACROSS, _DOWN = 120.0, 66.0
_IN_A_ROW = 5
_MOST_ARROWS = 30
_PROGRAMS = 40.0  # height of their box
_DASHES = {GONE: "7 4", SILENT: "2 3"}


def cluster_svg(model: ClusterModel) -> str:
    """The picture. It is the same for the same model."""
    rows = _rows(model)
    widest = max((len(row) for row in rows), default=1)
    width = 2 * _MARGIN + widest * (_WIDTH + _ACROSS) - _ACROSS
    places: dict[str, tuple[float, float]] = {}
    for number, row in enumerate(rows):
        left = (width - len(row) * (_WIDTH + _ACROSS) + _ACROSS) / 2
        for index, name in enumerate(row):
            places[name] = (left + index * (_WIDTH + _ACROSS), _TOP + number * (_HEIGHT + _DOWN))
    last = _PROGRAMS if rows and rows[-1] == [PROGRAMS] else _HEIGHT
    height = _TOP + (len(rows) - 1) * (_HEIGHT + _DOWN) + last + 14
    tasks = {task.name: task for task in model.tasks}
    parts = [label(_MARGIN, 18, model.headline, font_weight="bold", font_size=12,
                   class_="tut-heading")]
    parts += _arrows(model, places)
    parts += [_programs(*place) if name == PROGRAMS else _task(tasks[name], *place)
              for name, place in places.items()]
    return picture(max(width, 420.0), height, model.headline, _description(model), parts)


def _rows(model: ClusterModel) -> list[list[str]]:
    """Names by row: parameter servers first, then the other jobs, the programs last."""
    jobs = sorted({task.job for task in model.tasks}, key=lambda job: (job != "ps", job))
    rows: list[list[str]] = []
    for job in jobs:
        names = [task.name for task in model.tasks if task.job == job]
        rows += [names[i:i + _IN_A_ROW] for i in range(0, len(names), _IN_A_ROW)]
    if any(PROGRAMS in (link.source, link.target) for link in model.links):
        rows.append([PROGRAMS])
    return rows


def _description(model: ClusterModel) -> str:
    tasks = "; ".join(f"{task.name} is {task.condition}, holds variables: {held_text(task)}"
                      for task in model.tasks)
    links = "; ".join(f"{link.source} to {link.target} {bytes_text(link.nbytes)}"
                      for link in model.links if link.nbytes)
    return f"{tasks}. Sent: {links or 'nothing'}."


def _task(task: Task, x: float, y: float) -> str:
    is_gone = task.condition == GONE
    frame = element("rect", x=x, y=y, width=_WIDTH, height=_HEIGHT, rx=6,
                    fill="url(#tut-simulated)" if task.simulated else "none",
                    stroke=WARNING if task.condition != SERVING else FILLS["computes"],
                    stroke_width=2, stroke_dasharray=_DASHES.get(task.condition))
    head = element("rect", x=x, y=y, width=_WIDTH, height=20, rx=6,
                   fill=WARNING if is_gone else SECOND)
    state = task.state.replace("ended", "GONE") if is_gone else task.state
    lines = [f"pid {task.pid}   {heartbeat_text(task)}" if task.pid else
             f"no process   heard {heartbeat_text(task)}",
             f"steps {steps_text(task)}   {devices_text(task)}",
             f"variables: {held_text(task)}"]
    biggest = task.variables[:1]
    lines += [f"  {each.name} {shape_text(each)}" for each in biggest]
    texts = [label(x + 8, y + 35 + 15 * i, cut(line, _WIDTH - 10)) for i, line in enumerate(lines)]
    title = label(x + 8, y + 14, f"{task.mark} {task.name}: {state}", fill="#fff",
                  font_weight="bold")
    return element("g", tip(_told(task)) + frame + head + title + "".join(texts),
                   data_task=task.name)


def _told(task: Task) -> str:
    rows = [f"{task.name} at {task.address}: {task.state}"]
    rows += [f"{each.name} {each.dtype} {shape_text(each)} {bytes_text(each.nbytes)}"
             for each in task.variables[:10]]
    return "\n".join(rows)


def _programs(x: float, y: float) -> str:
    frame = element("rect", x=x + 20, y=y, width=_WIDTH - 40, height=_PROGRAMS, rx=20, fill="none",
                    stroke=INK, stroke_width=1.5)
    return element("g", tip("Programs whose sessions ask the tasks for steps") + frame
                   + label(x + _WIDTH / 2, y + 18, "programs", text_anchor="middle",
                           font_weight="bold")
                   + label(x + _WIDTH / 2, y + 32, "feeds and fetches", text_anchor="middle",
                           font_size=10))


def _arrows(model: ClusterModel, places: dict[str, tuple[float, float]]) -> Iterator[str]:
    used = sorted((link for link in model.links if link.nbytes
                   and link.source in places and link.target in places),
                  key=lambda link: (-link.nbytes, link.source, link.target))[:_MOST_ARROWS]
    most = max((link.nbytes for link in used), default=1)
    for link in sorted(used):
        yield _arrow(link, places, most)


def _arrow(link: Link, places: dict[str, tuple[float, float]], most: int) -> str:
    """An arrow beside the one of the other direction; the thicker, the more went over it."""
    (x1, y1), (x2, y2) = places[link.source], places[link.target]
    is_first = (link.source, link.target) < (link.target, link.source)
    side = 14 if is_first else -14
    height = {True: _PROGRAMS, False: _HEIGHT}
    if y1 == y2:
        start = (x1 + (_WIDTH if x2 > x1 else 0), y1 + _HEIGHT / 2 + side)
        end = (x2 + (0 if x2 > x1 else _WIDTH), y2 + _HEIGHT / 2 + side)
    else:
        down = y2 > y1
        start = (x1 + _WIDTH / 2 + side + (x2 - x1) * 0.18,
                 y1 + (height[link.source == PROGRAMS] if down else 0))
        end = (x2 + _WIDTH / 2 + side - (x2 - x1) * 0.18,
               y2 + (0 if down else height[link.target == PROGRAMS]))
    width = 1 + 3 * math.log1p(link.nbytes) / math.log1p(most)
    line = element("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], stroke=FILLS["copies"],
                   stroke_width=width, stroke_opacity=0.75, marker_end="url(#tut-head)",
                   stroke_dasharray="6 3" if PROGRAMS in (link.source, link.target) else None)
    text = bytes_text(link.nbytes)
    if link.byte_rate:
        text += f", {bytes_text(link.byte_rate)}/s"
    share = 0.5 if y1 == y2 else 0.32  # nearer to the sender: two directions, two signs
    x = start[0] + share * (end[0] - start[0])
    y = start[1] + share * (end[1] - start[1])
    room = 5.6 * len(text) + 8
    sign = (element("rect", x=x - room / 2, y=y - 7, width=room, height=13, rx=3, fill="#8a4a12",
                    stroke=FAINT)
            + label(x, y + 3, text, fill="#fff", font_size=9, text_anchor="middle"))
    told = (f"{link.source} to {link.target}: {bytes_text(link.nbytes)} in {link.messages:,} "
            "messages")
    return element("g", tip(told) + line + sign)
