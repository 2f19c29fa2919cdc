"""Merged bundles: one checkpoint of several, and what can't be merged."""

from __future__ import annotations

import pathlib

import numpy as np
import pytest

from tftutor import errors
from tftutor.formats.bundle_merge import merge_bundles
from tftutor.formats.tensor_bundle import BundleReader, write_bundle


def test_tensors_of_all_parts_are_in_the_whole(tmp_path: pathlib.Path) -> None:
    parts = [str(tmp_path / name) for name in ("one", "two")]
    write_bundle(parts[0], {"a": np.arange(3), "text": np.array(b"x\0", object)})
    write_bundle(parts[1], {"b": np.ones([2, 2], np.float32)})
    merge_bundles(parts, str(tmp_path / "new" / "whole"))
    reader = BundleReader(str(tmp_path / "new" / "whole"))
    assert reader.names() == ["a", "b", "text"] and reader.shards == 2
    np.testing.assert_array_equal(reader.read("a"), np.arange(3))
    np.testing.assert_array_equal(reader.read("b"), np.ones([2, 2]))
    assert reader.read("text")[()] == b"x\0"
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_merging_into_one_of_the_parts_keeps_it(tmp_path: pathlib.Path) -> None:
    write_bundle(str(tmp_path / "m"), {"a": np.arange(3)})
    merge_bundles([str(tmp_path / "m")], str(tmp_path / "m"))
    np.testing.assert_array_equal(BundleReader(str(tmp_path / "m")).read("a"), np.arange(3))


def test_a_damaged_part_is_noticed_before_anything_is_moved(tmp_path: pathlib.Path) -> None:
    parts = [str(tmp_path / name) for name in ("one", "two")]
    for part in parts:
        write_bundle(part, {pathlib.Path(part).name: np.arange(3)})
    (tmp_path / "two.index").write_bytes(b"nothing")
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(errors.DataLossError, match="Unable to open table file .*two.index"):
        merge_bundles(parts, str(tmp_path / "whole"))
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_slices_of_different_tensors_are_refused(tmp_path: pathlib.Path) -> None:
    parts = [str(tmp_path / name) for name in ("one", "two")]
    write_bundle(parts[0], {}, [("v", "4 0,2", np.arange(2))])
    write_bundle(parts[1], {}, [("v", "4 2,2", np.arange(2.0))])
    with pytest.raises(errors.InvalidArgumentError, match="different dtypes or shapes"):
        merge_bundles(parts, str(tmp_path / "whole"))
