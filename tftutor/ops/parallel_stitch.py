"""ParallelDynamicStitch: DynamicStitch for indices that don't repeat, as embedding_lookup has."""

from __future__ import annotations

from tftutor.framework.op_def import OpDef
from tftutor.ops.partition import (
    dynamic_stitch_gradient,
    dynamic_stitch_kernel,
    dynamic_stitch_numpy_kernel,
    dynamic_stitch_shape,
)

ParallelDynamicStitch = OpDef(
    "ParallelDynamicStitch", inputs=("indices: N * int32", "data: N * T"), outputs=("merged: T",),
    attrs=("N: int >= 1", "T: type"),
    doc="Merges lists by index; TF gives no order to items with the same index.")

ParallelDynamicStitch.shape(dynamic_stitch_shape)
ParallelDynamicStitch.gradient(dynamic_stitch_gradient)
ParallelDynamicStitch.kernel()(dynamic_stitch_kernel)
ParallelDynamicStitch.kernel("numpy")(dynamic_stitch_numpy_kernel)
