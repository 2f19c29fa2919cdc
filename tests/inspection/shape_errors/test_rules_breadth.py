"""The malformed programs of tests/golden: each is explained or left alone, none trips us up."""

import runpy
from pathlib import Path

from tftutor.inspection.shape_errors import explain

GOLDEN = Path(__file__).parents[2] / "golden"
GROUPS, _, _ = runpy.run_path(str(GOLDEN / "answers.py"))["programs"]("error")
# What the shape functions refuse is explained, but for these: their words are about no shape.
UNEXPLAINED = {
    "matmul_transpose_and_adjoint", "add_n_empty", "add_n_not_a_list", "accumulate_n_empty",
    "clip_by_global_norm_of_tensor", "reduce_sum_both_axis_names", "reduce_sum_both_keep_dims",
    "argmax_axis_and_dimension", "range_wrong_delta", "expand_dims_no_axis", "pad_unknown_mode",
    "where_one_branch", "boolean_mask_scalar", "boolean_mask_rank", "zeros_negative",
    "sequence_mask_rank", "meshgrid_indexing", "shape_as_list_unknown", "index_by_float",
    "index_by_string", "conv2d_padding", "conv2d_data_format", "dropout_keep_prob_range",
    "dropout_rate_range", "dropout_none", "embedding_lookup_none", "embedding_lookup_empty",
    "bias_add_data_format", "max_pool_padding", "conv2d_lower_case_padding", "one_hot_dtypes",
    "softmax_xent_missing_labels", "conv2d_strides_length",
}


def test_no_malformed_program_trips_the_explanation(program):
    for group in GROUPS.keys() - {"gradients", "graph"}:  # these register things for good
        for name, source in GROUPS[group].items():
            error, _ = program(source.strip() + "\n")
            if error is None:
                continue
            found = explain(error)
            if found is not None:
                assert found.sentence, name
                assert not [u for u in found.unknown if "please report" in u], name
                assert found.message == str(error)


def test_what_shape_functions_refuse_is_explained(program):
    silent = set()
    for group in ("matmul", "elementwise", "arrays", "nn"):
        for name, source in GROUPS[group].items():
            error, _ = program(source.strip() + "\n")
            if explain(error) is None:
                silent.add(name)
    assert silent <= UNEXPLAINED
