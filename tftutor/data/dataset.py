"""Dataset: the public class. Each method adds the node of one transformation."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from tftutor import errors
from tftutor.data import dataset_nodes as nodes
from tftutor.data import function_nodes as fnodes
from tftutor.data import nest, padding, random_seeds, structure
from tftutor.data.file_names import matching_files
from tftutor.data.generator import generator_dataset, generator_functions
from tftutor.data.options import Options
from tftutor.data.structured_function import StructuredFunction
from tftutor.framework import dtypes
from tftutor.framework.api import export_value, exported, tf_export
from tftutor.framework.constant_value import constant_value
from tftutor.framework.conversion import convert_to_tensor
from tftutor.framework.default_graph import get_default_graph
from tftutor.framework.late_notes import explained
from tftutor.framework.name_scope import name_scope
from tftutor.framework.operation import Tensor
from tftutor.framework.tensor_shape import Dimension
from tftutor.ops.constant import constant

AUTOTUNE = -1
export_value("data.experimental.AUTOTUNE", AUTOTUNE)
_MAX_INT64 = 2**63 - 1


def int64(value: Any, name: str) -> Tensor:
    """A scalar int64 tensor under a name."""
    return convert_to_tensor(value, dtype=dtypes.int64, name=name)


@tf_export("data.Dataset")
class Dataset:
    """A sequence of elements of one structure, and how they are made.

    Made by `from_tensors`, `from_tensor_slices`, `from_generator`, `range`, `zip`, `list_files` and
    the file datasets; changed by the other methods, each of which gives a new dataset. Elements
    come out of an iterator: `dataset.make_one_shot_iterator().get_next()`.

    Source: TF 1.15 docs, tf.data.Dataset.
    """

    _own_options: Options | None = None

    def __init__(self, variant_tensor: Tensor, element_spec: Any, inputs: Any = (),
                 function: StructuredFunction | None = None) -> None:
        self._variant_tensor = variant_tensor
        self._element_spec = element_spec
        self._inputs = tuple(inputs)
        self._function = function
        self._graph = get_default_graph()

    # -- what its elements are ----------------------------------------------------------------

    @property
    def element_spec(self) -> Any:
        """The structure of `tf.TensorSpec`s of its elements."""
        return self._element_spec

    @property
    def output_types(self) -> Any:
        """The structure of dtypes of its elements."""
        return structure.legacy_types(self._element_spec)

    @property
    def output_shapes(self) -> Any:
        """The structure of TensorShapes of its elements."""
        return structure.legacy_shapes(self._element_spec)

    @property
    def output_classes(self) -> Any:
        """The structure of classes of its elements."""
        return structure.legacy_classes(self._element_spec)

    def __repr__(self) -> str:
        shapes = str(nest.map_structure(str, self.output_shapes)).replace("'", "")
        types = str(nest.map_structure(repr, self.output_types)).replace("'", "")
        return f"<{type(self).__name__} shapes: {shapes}, types: {types}>"

    def __iter__(self) -> Any:
        raise RuntimeError("__iter__() is only supported inside of tf.function or when eager "
                           "execution is enabled.")

    def _same(self, node: Tensor) -> Dataset:
        """A dataset of the same structure behind another node."""
        return DatasetV1Adapter(node, self._element_spec, [self])

    @property
    def _attrs(self) -> dict[str, Any]:
        return structure.attrs_of(self._element_spec)

    # -- sources ------------------------------------------------------------------------------

    @staticmethod
    def from_tensors(tensors: Any) -> Dataset:
        """A dataset with one element. Source: TF 1.15 docs, tf.data.Dataset.from_tensors."""
        element = structure.normalize_element(tensors)
        spec = structure.spec_from_value(element)
        node = nodes.TensorDataset(structure.to_tensor_list(spec, element),
                                   output_shapes=structure.flat_shapes(spec))
        return DatasetV1Adapter(node, spec)

    @staticmethod
    def from_tensor_slices(tensors: Any) -> Dataset:
        """A dataset of the rows of tensors.

        Raises: ValueError for a scalar, and when numbers of rows differ.
        Source: TF 1.15 docs, tf.data.Dataset.from_tensor_slices.
        """
        element = structure.normalize_element(tensors)
        batched = structure.spec_from_value(element)
        flat = structure.to_batched_tensor_list(element)
        for tensor in flat:
            if tensor.shape.ndims == 0:
                raise explained(ValueError(f"Value {tensor} has insufficient rank for batching."))
        spec = nest.map_structure(lambda s: s.unbatch(), batched)
        rows = [Dimension(t._shape[0] if t._shape else None) for t in flat]
        for dimension in rows[1:]:
            rows[0].assert_is_compatible_with(dimension)
        node = nodes.TensorSliceDataset(flat, output_shapes=structure.flat_shapes(spec))
        return DatasetV1Adapter(node, spec)

    @staticmethod
    def from_generator(generator: Any, output_types: Any, output_shapes: Any = None,
                       args: Any = None) -> Dataset:
        """A dataset of what a Python generator yields, beginning anew in each epoch.

        Args:
          generator: a function that returns something iterable.
          output_types, output_shapes: structures of dtypes and shapes of what it yields.
          args: tensors whose values the function gets.

        Raises: TypeError when `generator` can't be called. What it yields is checked in the step.
        Source: TF 1.15 docs, tf.data.Dataset.from_generator.
        """
        functions = generator_functions(generator, output_types, output_shapes, args)

        def flat_map_fn(dummy_arg: Any) -> Dataset:
            return DatasetV1Adapter(*generator_dataset(dummy_arg, *functions))

        return Dataset.from_tensors(0).flat_map(flat_map_fn)

    @staticmethod
    def range(*args: Any) -> Dataset:
        """int64 numbers: `range(stop)`, `range(start, stop)`, `range(start, stop, step)`.

        Source: TF 1.15 docs, tf.data.Dataset.range.
        """
        if not 1 <= len(args) <= 3:
            raise ValueError(f"Invalid arguments to RangeDataset: {args}")
        start, stop, step = (0, args[0], 1) if len(args) == 1 else (*args, 1)[:3]
        spec = structure.TensorSpec([], dtypes.int64)
        node = nodes.RangeDataset(int64(start, "start"), int64(stop, "stop"), int64(step, "step"),
                                  **structure.attrs_of(spec))
        return DatasetV1Adapter(node, spec)

    @staticmethod
    def zip(datasets: Any) -> Dataset:
        """Datasets side by side; the shortest ends it. Source: TF 1.15, tf.data.Dataset.zip."""
        flat = nest.flatten(datasets)
        for each in flat:
            if not isinstance(each, Dataset):
                text = ("The argument to `Dataset.zip()` must be a nested structure of `Dataset` "
                        "objects.")
                if isinstance(each, list):
                    text += (" Nested structures do not support Python lists; please use a tuple "
                             "instead.")
                raise explained(TypeError(text))
        spec = nest.pack_sequence_as(datasets, [each.element_spec for each in flat])
        node = nodes.ZipDataset([each._variant_tensor for each in flat],
                                **structure.attrs_of(spec))
        return DatasetV1Adapter(node, spec, flat)

    @staticmethod
    def list_files(file_pattern: Any, shuffle: bool | None = None, seed: Any = None) -> Dataset:
        """The names of the files that match glob patterns, shuffled unless `shuffle` is False.

        Source: TF 1.15 docs, tf.data.Dataset.list_files.
        """
        with name_scope("list_files"):
            matching = matching_files(file_pattern)
            spec = structure.TensorSpec([], dtypes.string)
            node = nodes.TensorSliceDataset([matching], output_shapes=structure.flat_shapes(spec))
            dataset: Dataset = DatasetV1Adapter(node, spec)
            if shuffle is None or shuffle:
                count = exported("shape")(matching, out_type=dtypes.int64)[0]
                dataset = dataset.shuffle(exported("maximum")(count, np.int64(1)), seed=seed)
            return dataset

    # -- which elements, how often, in which order ----------------------------------------------

    def concatenate(self, dataset: Dataset) -> Dataset:
        """This dataset, then another one. Raises: TypeError when their types differ."""
        if self.output_types != dataset.output_types:
            raise explained(TypeError("Two datasets to concatenate have different types "
                                      f"{self.output_types} and {dataset.output_types}"))
        if self.output_classes != dataset.output_classes:
            raise explained(TypeError("Two datasets to concatenate have different classes "
                                      f"{self.output_classes} and {dataset.output_classes}"))
        shapes = nest.map_structure(lambda a, b: a.most_specific_compatible_shape(b),
                                    self.output_shapes, dataset.output_shapes)
        spec = structure.from_legacy(self.output_types, shapes, self.output_classes)
        node = nodes.ConcatenateDataset(self._variant_tensor, dataset._variant_tensor,
                                        **structure.attrs_of(spec))
        return DatasetV1Adapter(node, spec, [self, dataset])

    def repeat(self, count: Any = None) -> Dataset:
        """This dataset `count` times (None or -1: for ever)."""
        count = (constant(-1, dtype=dtypes.int64, name="count") if count is None
                 else int64(count, "count"))
        return self._same(nodes.RepeatDataset(self._variant_tensor, count, **self._attrs))

    def shuffle(self, buffer_size: Any, seed: Any = None,
                reshuffle_each_iteration: bool | None = None) -> Dataset:
        """The elements in random order: each is drawn from the next `buffer_size` ones.

        Source: TF 1.15 docs, tf.data.Dataset.shuffle. The order is TF's for equal seeds.
        """
        size = int64(buffer_size, "buffer_size")
        seed, seed2 = random_seeds.get_seed(seed)
        return self._same(nodes.ShuffleDataset(
            self._variant_tensor, size, seed, seed2, **self._attrs,
            reshuffle_each_iteration=(True if reshuffle_each_iteration is None
                                      else reshuffle_each_iteration)))

    def take(self, count: Any) -> Dataset:
        """The first `count` elements (-1: all)."""
        return self._same(nodes.TakeDataset(self._variant_tensor, int64(count, "count"),
                                            **self._attrs))

    def skip(self, count: Any) -> Dataset:
        """All but the first `count` elements (-1: none)."""
        return self._same(nodes.SkipDataset(self._variant_tensor, int64(count, "count"),
                                            **self._attrs))

    def shard(self, num_shards: Any, index: Any) -> Dataset:
        """Every `num_shards`-th element, beginning with number `index`: one worker's share."""
        return self._same(nodes.ShardDataset(
            self._variant_tensor, int64(num_shards, "num_shards"), int64(index, "index"),
            **self._attrs))

    def cache(self, filename: Any = "") -> Dataset:
        """The elements, remembered in memory after the first pass.

        Raises: tf.errors.UnimplementedError in the step when a file name is given.
        """
        name = convert_to_tensor(filename, dtype=dtypes.string, name="filename")
        return self._same(nodes.CacheDataset(self._variant_tensor, name, **self._attrs))

    def prefetch(self, buffer_size: Any) -> Dataset:
        """The same elements; tftutor makes them when they are asked for."""
        size = int64(-1 if buffer_size is None else buffer_size, "buffer_size")
        return self._same(nodes.PrefetchDataset(self._variant_tensor, size, **self._attrs))

    def enumerate(self, start: Any = 0) -> Dataset:
        """Pairs of a number and an element."""
        return Dataset.zip((Dataset.range(start, _MAX_INT64), self))

    # -- batches --------------------------------------------------------------------------------

    def batch(self, batch_size: Any, drop_remainder: Any = False) -> Dataset:
        """`batch_size` elements stacked along a new first axis.

        The last batch may be smaller, unless `drop_remainder`; only then is its size static.
        Source: TF 1.15 docs, tf.data.Dataset.batch.
        """
        size = int64(batch_size, "batch_size")
        drop = convert_to_tensor(drop_remainder, dtype=dtypes.bool, name="drop_remainder")
        spec = batched_spec(self.element_spec, size, drop)
        node = nodes.BatchDatasetV2(self._variant_tensor, size, drop, **structure.attrs_of(spec))
        return DatasetV1Adapter(node, spec, [self])

    def padded_batch(self, batch_size: Any, padded_shapes: Any, padding_values: Any = None,
                     drop_remainder: Any = False) -> Dataset:
        """Batches of elements of different sizes, filled up to `padded_shapes`.

        Args:
          padded_shapes: structure of shapes; an unknown size means the largest of the batch.
          padding_values: structure of scalars (default: zeros and empty strings).

        Source: TF 1.15 docs, tf.data.Dataset.padded_batch.
        """
        node, spec = padding.padded_batch(self, int64(batch_size, "batch_size"), padded_shapes,
                                          padding_values, drop_remainder)
        return DatasetV1Adapter(node, spec, [self])

    def window(self, size: Any, shift: Any = None, stride: Any = 1, drop_remainder: Any = False
               ) -> Dataset:
        """Datasets of `size` neighbouring elements. Source: TF 1.15, tf.data.Dataset.window."""
        inputs = (int64(size, "size"), int64(size if shift is None else shift, "shift"),
                  int64(stride, "stride"),
                  convert_to_tensor(drop_remainder, dtype=dtypes.bool, name="drop_remainder"))
        spec = nest.map_structure(structure.DatasetSpec, self.element_spec)
        node = nodes.WindowDataset(self._variant_tensor, *inputs, **structure.attrs_of(spec))
        return DatasetV1Adapter(node, spec, [self])

    def unbatch(self) -> Dataset:
        """The rows of the elements one by one. Raises: ValueError for scalar components."""
        specs = nest.flatten(self.element_spec)
        if any(isinstance(each, structure.SparseTensorSpec) for each in specs):
            raise errors.UnimplementedError(
                None, None, "tftutor doesn't unbatch sparse components: convert them with "
                "tf.sparse.to_dense first.")
        shapes = structure.flat_shapes(self.element_spec)
        if any(shape.ndims == 0 for shape in shapes):
            raise ValueError("Cannot unbatch an input with scalar components.")
        spec = nest.map_structure(lambda s: s.unbatch(), self.element_spec)
        same = self.map(lambda *element: element[0] if len(element) == 1 else element)
        node = nodes.UnbatchDataset(same._variant_tensor, **structure.attrs_of(spec))
        return DatasetV1Adapter(node, spec, [same])

    # -- user functions ---------------------------------------------------------------------------

    def map(self, map_func: Callable[..., Any], num_parallel_calls: Any = None) -> Dataset:
        """The function of each element; a tuple comes as several arguments.

        The function is traced once: it must be made of TensorFlow operations (or tf.py_func).
        Source: TF 1.15 docs, tf.data.Dataset.map.
        """
        function = StructuredFunction(map_func, "Dataset.map()", self.element_spec)
        captured = function.function.captured_inputs
        if num_parallel_calls is None:
            node = fnodes.MapDataset(self._variant_tensor, captured, f=function.function.name,
                                     **function.attrs)
        else:
            calls = convert_to_tensor(num_parallel_calls, dtype=dtypes.int32,
                                      name="num_parallel_calls")
            node = fnodes.ParallelMapDataset(self._variant_tensor, captured, calls,
                                             f=function.function.name, **function.attrs)
        return DatasetV1Adapter(node, function.output_spec, [self], function)

    map_with_legacy_function = map

    def flat_map(self, map_func: Callable[..., Any]) -> Dataset:
        """The elements of the datasets that the function makes, one dataset after the other.

        Raises: TypeError when it returns no dataset. Source: TF 1.15, tf.data.Dataset.flat_map.
        """
        function = StructuredFunction(map_func, "Dataset.flat_map()", self.element_spec)
        spec = function.dataset_spec()
        node = fnodes.FlatMapDataset(
            self._variant_tensor, function.function.captured_inputs, f=function.function.name,
            **structure.attrs_of(spec))
        return DatasetV1Adapter(node, spec, [self], function)

    def interleave(self, map_func: Callable[..., Any], cycle_length: Any = AUTOTUNE,
                   block_length: Any = 1, num_parallel_calls: Any = None) -> Dataset:
        """The elements of `cycle_length` datasets in turn, `block_length` from each.

        Raises: TypeError when the function returns no dataset.
        Source: TF 1.15 docs, tf.data.Dataset.interleave.
        """
        function = StructuredFunction(map_func, "Dataset.interleave()", self.element_spec)
        spec = function.dataset_spec()
        inputs = [self._variant_tensor, function.function.captured_inputs,
                  int64(cycle_length, "cycle_length"), int64(block_length, "block_length")]
        op_def = fnodes.InterleaveDataset
        if num_parallel_calls is not None:
            op_def = fnodes.ParallelInterleaveDatasetV2
            inputs.append(int64(num_parallel_calls, "num_parallel_calls"))
        node = op_def(*inputs, f=function.function.name, **structure.attrs_of(spec))
        return DatasetV1Adapter(node, spec, [self], function)

    def filter(self, predicate: Callable[..., Any]) -> Dataset:
        """The elements for which the function gives True.

        Raises: ValueError when it gives no bool scalar. Source: TF 1.15, tf.data.Dataset.filter.
        """
        function = StructuredFunction(predicate, "Dataset.filter()", self.element_spec)
        spec = function.output_spec
        if not (isinstance(spec, structure.TensorSpec)
                and spec.is_compatible_with(structure.TensorSpec([], dtypes.bool))):
            raise explained(ValueError(
                "`predicate` return type must be convertible to a scalar boolean "
                f"tensor. Was {spec}."))
        node = fnodes.FilterDataset(self._variant_tensor, function.function.captured_inputs,
                                    predicate=function.function.name, **self._attrs)
        return DatasetV1Adapter(node, self.element_spec, [self], function)

    filter_with_legacy_function = filter

    def reduce(self, initial_state: Any, reduce_func: Callable[..., Any]) -> Any:
        """All elements combined: `state = reduce_func(state, element)` for each of them.

        Returns: the last state, as tensors.
        Raises: TypeError when the function changes dtypes.
        Source: TF 1.15 docs, tf.data.Dataset.reduce.
        """
        from tftutor.data.reduction import reduce_dataset

        return reduce_dataset(self, initial_state, reduce_func)

    def apply(self, transformation_func: Callable[[Dataset], Dataset]) -> Dataset:
        """`transformation_func(self)`. Raises: TypeError when that is no dataset."""
        dataset = transformation_func(self)
        if not isinstance(dataset, Dataset):
            raise TypeError(f"`transformation_func` must return a Dataset. Got {dataset}.")
        return dataset

    def with_options(self, options: Any) -> Dataset:
        """This dataset: options concern how TF runs it, not what comes out.

        Raises: ValueError for options that contradict those it has.
        """
        if not isinstance(options, Options):
            raise TypeError(f"`options` must be a tf.data.Options, got {options!r}")
        result = self._same(self._variant_tensor)
        result._own_options = self.options().merge(options)
        return result

    def options(self) -> Options:
        """The options of this dataset and of those it is made of.

        Raises: ValueError when they contradict each other.
        """
        merged = Options()
        for dataset in self._inputs:
            merged = merged.merge(dataset.options())
        return merged if self._own_options is None else merged.merge(self._own_options)

    # -- iterators ----------------------------------------------------------------------------

    def make_one_shot_iterator(self) -> Any:
        """An iterator that needs no initializer and can't begin again.

        Raises: ValueError when the dataset depends on placeholders, variables or other state.
        Source: TF 1.15 docs, tf.data.Dataset.make_one_shot_iterator.
        """
        from tftutor.data.iterator import one_shot_iterator

        return one_shot_iterator(self)

    def make_initializable_iterator(self, shared_name: str | None = None) -> Any:
        """An iterator that begins (again) when `iterator.initializer` is run.

        Source: TF 1.15 docs, tf.data.Dataset.make_initializable_iterator.
        """
        from tftutor.data.iterator import initializable_iterator

        return initializable_iterator(self, shared_name)

    def _apply_options(self) -> Dataset:
        """The dataset behind the nodes that TF puts before an iterator."""
        dataset: Dataset = self
        optimizations = ["map_and_batch_fusion", "noop_elimination", "shuffle_and_repeat_fusion"]
        if self._has_captured_ref():
            warnings.warn(
                "tf.data static optimizations are not compatible with tf.Variable. The following "
                f"optimizations will be disabled: {', '.join(optimizations)}. To enable "
                "optimizations, use resource variables instead by calling "
                "`tf.enable_resource_variables()` at the start of the program.", stacklevel=4)
        else:
            names = convert_to_tensor(optimizations, dtype=dtypes.string, name="optimizations")
            dataset = self._same(nodes.OptimizeDataset(self._variant_tensor, names, **self._attrs))
        return self._same(nodes.ModelDataset(dataset._variant_tensor, **self._attrs))

    def _has_captured_ref(self) -> bool:
        seen: set[Tensor] = set()
        stack: list[Tensor] = []
        datasets = [self]
        while datasets:
            dataset = datasets.pop()
            datasets.extend(dataset._inputs)
            if dataset._function is not None:
                stack.extend(dataset._function.function.captured_inputs)
        while stack:
            tensor = stack.pop()
            if tensor.dtype._is_ref_dtype:
                return True
            if tensor not in seen:
                seen.add(tensor)
                stack.extend(tensor.op._inputs)
        return False


class DatasetV1Adapter(Dataset):
    """What the methods of a Dataset return; the name is what TF 1.15 prints."""


structure.register_dataset(DatasetV1Adapter, lambda value: isinstance(value, Dataset))


def batched_spec(spec: Any, size: Tensor, drop_remainder: Tensor) -> Any:
    """The structure of batches: their size is static only when no smaller one may come."""
    static = constant_value(size) if constant_value(drop_remainder) else None
    return nest.map_structure(lambda s: s.batch(None if static is None else int(static)), spec)


for _name, _property in (("types", "output_types"), ("shapes", "output_shapes"),
                         ("classes", "output_classes")):
    export_value(f"data.get_output_{_name}",
                 lambda dataset_or_iterator, p=_property: getattr(dataset_or_iterator, p))
export_value("data.experimental.get_structure",
             lambda dataset_or_iterator: dataset_or_iterator.element_spec)
export_value("data.make_one_shot_iterator", lambda dataset: dataset.make_one_shot_iterator())


@tf_export("data.make_initializable_iterator")
def make_initializable_iterator(dataset: Dataset, shared_name: str | None = None) -> Any:
    """`dataset.make_initializable_iterator(shared_name)`. Source: TF 1.15, tf.data."""
    return dataset.make_initializable_iterator(shared_name)
