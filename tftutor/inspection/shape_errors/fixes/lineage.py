"""What kind of tensor one is, told from the nodes it was made by."""

from __future__ import annotations

from tftutor.framework.operation import Tensor
from tftutor.inspection.shape_errors.values import VARIABLES, ancestors

_LOOP_OUTPUTS = {"TensorArrayGatherV3", "Exit", "TensorArrayGatherV2", "TensorArrayStackV3"}
_SHAPELESS = {"Identity", "Transpose", "Cast", "ConcatV2", "Relu", "Tanh", "StopGradient", "Mul",
              "RealDiv", "Add", "AddV2", "Reshape", "ReverseV2", "ReverseSequence"}


def comes_from_rnn(tensor: Tensor) -> bool:
    """True for the outputs of a recurrent network, possibly transposed or joined."""
    for _ in range(8):
        kind = tensor.op.type
        if kind in _LOOP_OUTPUTS:
            return True
        if kind not in _SHAPELESS or not tensor.op._inputs:
            return False
        tensor = tensor.op._inputs[0]
    return False


def hangs_on_variables(tensor: Tensor) -> bool:
    """True when a variable is among the tensor's ancestors: a model's output, not data."""
    return any(each.op.type in VARIABLES for each in ancestors(tensor))
