"""The programs that are timed: each takes a `tf` module and sizes, and returns a Case.

They use only what TensorFlow 1.15, TensorFlow 2.15 (`tensorflow.compat.v1`) and tftutor share.
"""

from benchmarks.programs.distributed import (
    compute_from_variable,
    pull_variable,
    push_variable,
    raw_transfer,
    run_nothing,
    train_asynchronously,
)
from benchmarks.programs.graphs import build_gradients, build_graph
from benchmarks.programs.models import cnn, linear_regression, logistic_regression, lstm, mlp
from benchmarks.programs.steps import (
    chain_overhead,
    chained_ops,
    count_in_while_loop,
    multiply_scalar,
)

PROGRAMS = {function.__name__: function for function in (
    build_gradients, build_graph, chain_overhead, chained_ops, cnn, compute_from_variable,
    count_in_while_loop, linear_regression, logistic_regression, lstm, mlp, multiply_scalar,
    pull_variable, push_variable, raw_transfer, run_nothing, train_asynchronously)}
