"""Scattered updates of variables on torch, which adds, sets and reduces rows in place."""

from __future__ import annotations

from typing import Any

import torch

from tftutor.framework.op_def import OpDef
from tftutor.ops import resource_scatter, state_scatter
from tftutor.ops.row_updates import changed_rows
from tftutor.ops.state_scatter import (
    add_library_kernel,
    scatter_elements_of_library,
    scatter_rows_of_library,
)

_REDUCTIONS = {"Mul": "prod", "Min": "amin", "Max": "amax"}


def torch_changed_rows(table: torch.Tensor, places: torch.Tensor, updates: torch.Tensor, kind: str,
                       xp: Any) -> torch.Tensor:
    """`row_updates.changed_rows` by torch's own scatters."""
    if kind == "Div":
        return changed_rows(table, places, updates, kind, xp)
    out = torch.cat([table, table.new_zeros((1, *table.shape[1:]))])
    if kind == "Update":
        out.index_copy_(0, places, updates[_winners(places, out.shape[0])])
    elif kind in _REDUCTIONS:
        wide = places.reshape(-1, *(1,) * (updates.ndim - 1)).expand_as(updates)
        out.scatter_reduce_(0, wide, updates, _REDUCTIONS[kind], include_self=True)
    else:
        out.index_add_(0, places, updates, alpha=-1 if kind == "Sub" else 1)
    return out[:-1]


def _winners(places: torch.Tensor, count: int) -> torch.Tensor:
    """For each position, the last one with an equal place: whichever is written last, it wins."""
    positions = torch.arange(places.shape[0], device=places.device)
    last = torch.zeros(count, dtype=positions.dtype, device=places.device)
    return last.scatter_reduce_(0, places, positions, "amax", include_self=True)[places]


def _kind(op: OpDef) -> str:
    return op.name.removeprefix("Resource").removeprefix("Scatter").removeprefix("Nd")


for _op in (*state_scatter.ROW_OPS, *resource_scatter.ROW_OPS):
    add_library_kernel(_op, "torch", scatter_rows_of_library, _kind(_op), torch_changed_rows)
for _op in (*state_scatter.ELEMENT_OPS, *resource_scatter.ELEMENT_OPS):
    add_library_kernel(_op, "torch", scatter_elements_of_library, _kind(_op), torch_changed_rows)
