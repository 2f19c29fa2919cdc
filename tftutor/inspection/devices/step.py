"""The model of a traced step: its lanes, transfers and memory, read from RunMetadata."""

from __future__ import annotations

from typing import Any

from tftutor.client.step_readings import memory_over_step, transfers
from tftutor.inspection.devices import model, trace
from tftutor.inspection.devices.memory import memory_of_lanes
from tftutor.inspection.quantities import bytes_text, shape_text


def step_model(run_metadata: Any) -> model.DevicesModel:
    """What each device did in a step.

    Args:
      run_metadata: a RunMetadata, or its StepStats.

    Raises: ValueError when there is nothing in the trace.
    """
    stats = getattr(run_metadata, "step_stats", run_metadata)
    read = trace.read_trace(stats)
    memory = memory_of_lanes(stats, memory_over_step(stats))
    lanes = tuple(
        model.Lane(lane.device, lane.title, lane.is_simulated,
                   len(lane.still) + len({entry.op for entry in lane.entries}),
                   tuple(_span(entry) for entry in lane.entries), lane.still,
                   memory.get(lane.device))
        for lane in read.lanes)
    moves = tuple(
        row._replace(name=trace.tensor_of(row.name, read.tensors), start=round(row.start, 3),
                     duration=round(row.duration, 3))
        for row in transfers(stats))
    return model.DevicesModel(lanes, read.length / 1000, moves)


def _span(entry: trace.Entry) -> model.Span:
    made = ", ".join(f"{shape_text(shape)} {bytes_text(nbytes)}"
                     for shape, nbytes in entry.outputs)
    return model.Span(entry.op, entry.type,
                      tuple(model.Stretch(s.what, s.start / 1000, s.end / 1000)
                            for s in entry.stretches), entry.inputs, made)
