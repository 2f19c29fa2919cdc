"""Reader nodes and the `tf.TextLineReader` classes around them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tftutor.framework.api import tf_export
from tftutor.framework.op_def import OpDef
from tftutor.framework.operation import Operation, Tensor
from tftutor.framework.shape_inference import no_outputs, scalar_shape
from tftutor.ops import reader_state
from tftutor.ops.tf_record import TFRecordOptions

_READER = "reader_handle: resource"
_QUEUE = "queue_handle: resource"
_SHARING = ("container: string = ''", "shared_name: string = ''")

WholeFileReaderV2 = OpDef("WholeFileReaderV2", outputs=(_READER,), attrs=_SHARING, stateful=True,
                          doc="A reader that gives whole files.")
TextLineReaderV2 = OpDef("TextLineReaderV2", outputs=(_READER,), stateful=True,
                         attrs=("skip_header_lines: int = 0", *_SHARING),
                         doc="A reader that gives the lines of text files.")
FixedLengthRecordReaderV2 = OpDef(
    "FixedLengthRecordReaderV2", outputs=(_READER,), stateful=True,
    attrs=("header_bytes: int = 0", "record_bytes: int", "footer_bytes: int = 0",
           "hop_bytes: int = 0", *_SHARING, "encoding: string = ''"),
    doc="A reader that gives records of equal length.")
TFRecordReaderV2 = OpDef("TFRecordReaderV2", outputs=(_READER,), stateful=True,
                         attrs=(*_SHARING, "compression_type: string = ''"),
                         doc="A reader that gives the records of TFRecord files.")
IdentityReaderV2 = OpDef("IdentityReaderV2", outputs=(_READER,), attrs=_SHARING, stateful=True,
                         doc="A reader that gives the names it gets.")
ReaderReadV2 = OpDef("ReaderReadV2", inputs=(_READER, _QUEUE),
                     outputs=("key: string", "value: string"), stateful=True,
                     doc="The next record of a reader.")
ReaderReadUpToV2 = OpDef("ReaderReadUpToV2", inputs=(_READER, _QUEUE, "num_records: int64"),
                         outputs=("keys: string", "values: string"), stateful=True,
                         doc="The next records of a reader.")
ReaderNumRecordsProducedV2 = OpDef("ReaderNumRecordsProducedV2", inputs=(_READER,),
                                   outputs=("records_produced: int64",), stateful=True,
                                   doc="How many records a reader has given.")
ReaderNumWorkUnitsCompletedV2 = OpDef("ReaderNumWorkUnitsCompletedV2", inputs=(_READER,),
                                      outputs=("units_completed: int64",), stateful=True,
                                      doc="How many files a reader has finished.")
ReaderSerializeStateV2 = OpDef("ReaderSerializeStateV2", inputs=(_READER,),
                               outputs=("state: string",), stateful=True,
                               doc="The state of a reader as a string.")
ReaderRestoreStateV2 = OpDef("ReaderRestoreStateV2", inputs=(_READER, "state: string"),
                             stateful=True, doc="Sets a reader to a state.")
ReaderResetV2 = OpDef("ReaderResetV2", inputs=(_READER,), stateful=True,
                      doc="Lets a reader start afresh.")

_READERS = (WholeFileReaderV2, TextLineReaderV2, FixedLengthRecordReaderV2, TFRecordReaderV2,
            IdentityReaderV2)
for _op_def in (*_READERS, ReaderReadV2, ReaderNumRecordsProducedV2, ReaderNumWorkUnitsCompletedV2,
                ReaderSerializeStateV2):
    _op_def.shape(scalar_shape)
ReaderResetV2.shape(no_outputs)


@ReaderReadUpToV2.shape
def reader_read_up_to_shape(c: Any) -> None:
    c.with_rank(c.input(2), 0)
    c.set_outputs((None,), (None,))


@ReaderRestoreStateV2.shape
def reader_restore_state_shape(c: Any) -> None:
    c.with_rank(c.input(1), 0)


for _op_def in (*_READERS, ReaderReadV2, ReaderReadUpToV2, ReaderNumRecordsProducedV2,
                ReaderNumWorkUnitsCompletedV2, ReaderSerializeStateV2, ReaderRestoreStateV2,
                ReaderResetV2):
    _op_def.not_differentiable("files have no derivative")


# -- kernels ------------------------------------------------------------------------------------

def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _shared(ctx: Any, kind: Any, *settings: Any) -> Any:
    return ctx.resource("reader", lambda container, name: kind(*settings))


@WholeFileReaderV2.kernel()
def whole_file_reader_kernel(*, ctx):
    return _shared(ctx, reader_state.WholeFileReader)


@IdentityReaderV2.kernel()
def identity_reader_kernel(*, ctx):
    return _shared(ctx, reader_state.IdentityReader)


@TextLineReaderV2.kernel()
def text_line_reader_kernel(*, ctx, skip_header_lines):
    return _shared(ctx, reader_state.TextLineReader, skip_header_lines)


@FixedLengthRecordReaderV2.kernel()
def fixed_length_record_reader_kernel(*, ctx, header_bytes, record_bytes, footer_bytes, hop_bytes,
                                      encoding):
    return _shared(ctx, reader_state.FixedLengthRecordReader, header_bytes, record_bytes,
                   footer_bytes, hop_bytes, _text(encoding))


@TFRecordReaderV2.kernel()
def tf_record_reader_kernel(*, ctx, compression_type):
    return _shared(ctx, reader_state.TFRecordReader, _text(compression_type))


@ReaderReadV2.kernel()
def reader_read_kernel(reader_handle, queue_handle, *, step):
    return reader_handle.read(queue_handle, step)


@ReaderReadUpToV2.kernel()
def reader_read_up_to_kernel(reader_handle, queue_handle, num_records, *, step):
    return reader_state.columns(reader_handle.read_up_to(queue_handle, int(num_records), step))


@ReaderNumRecordsProducedV2.kernel()
def reader_num_records_produced_kernel(reader_handle):
    return np.int64(reader_handle.records_produced)


@ReaderNumWorkUnitsCompletedV2.kernel()
def reader_num_work_units_completed_kernel(reader_handle):
    return np.int64(reader_handle.work_finished)


@ReaderSerializeStateV2.kernel()
def reader_serialize_state_kernel(reader_handle):
    return reader_handle.serialize()


@ReaderRestoreStateV2.kernel()
def reader_restore_state_kernel(reader_handle, state):
    reader_handle.restore(state)


@ReaderResetV2.kernel()
def reader_reset_kernel(reader_handle):
    reader_handle.reset()


# -- classes ------------------------------------------------------------------------------------

@tf_export("ReaderBase")
class ReaderBase:
    """What all readers can do: turn names from a queue into records.

    Source: TF 1.15 docs, tf.ReaderBase.
    """

    def __init__(self, reader_ref: Tensor, supports_serialize: bool = False) -> None:
        self._reader_ref = reader_ref
        self._supports_serialize = supports_serialize

    @property
    def reader_ref(self) -> Tensor:
        """The tensor that stands for the reader in the graph."""
        return self._reader_ref

    @property
    def supports_serialize(self) -> bool:
        """Can the reader's state be saved?"""
        return self._supports_serialize

    @staticmethod
    def _queue_ref(queue: Any) -> Tensor:
        return queue if isinstance(queue, Tensor) else queue.queue_ref

    def read(self, queue: Any, name: str | None = None) -> Any:
        """The next record, a pair (key, value) of scalar strings.

        Args:
          queue: a queue of file names, or its tensor.

        In the step: OutOfRangeError when the queue is closed and all files have been read.
        Source: TF 1.15 docs, tf.ReaderBase.read.
        """
        return ReaderReadV2(self._reader_ref, self._queue_ref(queue), name=name)

    def read_up_to(self, queue: Any, num_records: Any, name: str | None = None) -> Any:
        """Up to `num_records` records, as vectors of keys and values.

        Source: TF 1.15 docs, tf.ReaderBase.read_up_to.
        """
        return ReaderReadUpToV2(self._reader_ref, self._queue_ref(queue), num_records, name=name)

    def num_records_produced(self, name: str | None = None) -> Tensor:
        """Scalar int64: how many records have been read."""
        return ReaderNumRecordsProducedV2(self._reader_ref, name=name)

    def num_work_units_completed(self, name: str | None = None) -> Tensor:
        """Scalar int64: how many files have been read to their end."""
        return ReaderNumWorkUnitsCompletedV2(self._reader_ref, name=name)

    def serialize_state(self, name: str | None = None) -> Tensor:
        """Scalar string: the reader's state. In the step: UnimplementedError for most kinds."""
        return ReaderSerializeStateV2(self._reader_ref, name=name)

    def restore_state(self, state: Any, name: str | None = None) -> Operation:
        """Set the reader to a state of `serialize_state`."""
        return ReaderRestoreStateV2(self._reader_ref, state, name=name)

    def reset(self, name: str | None = None) -> Operation:
        """Let the reader start afresh."""
        return ReaderResetV2(self._reader_ref, name=name)


@tf_export("WholeFileReader")
class WholeFileReader(ReaderBase):
    """Gives each file as one record. Source: TF 1.15 docs, tf.WholeFileReader."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(WholeFileReaderV2(name=name), supports_serialize=True)


@tf_export("TextLineReader")
class TextLineReader(ReaderBase):
    """Gives the lines of text files, without those at the begin that are to be skipped.

    Source: TF 1.15 docs, tf.TextLineReader.
    """

    def __init__(self, skip_header_lines: int | None = None, name: str | None = None) -> None:
        super().__init__(TextLineReaderV2(skip_header_lines=skip_header_lines or 0, name=name))


@tf_export("FixedLengthRecordReader")
class FixedLengthRecordReader(ReaderBase):
    """Gives records of `record_bytes` bytes that lie between a header and a footer.

    Args:
      hop_bytes: from the begin of one record to that of the next; by default record_bytes.
      encoding: "", "ZLIB" or "GZIP".

    Source: TF 1.15 docs, tf.FixedLengthRecordReader.
    """

    def __init__(self, record_bytes: int, header_bytes: int | None = None,
                 footer_bytes: int | None = None, hop_bytes: int | None = None,
                 name: str | None = None, encoding: str | None = None) -> None:
        super().__init__(FixedLengthRecordReaderV2(
            record_bytes=record_bytes, header_bytes=header_bytes or 0,
            footer_bytes=footer_bytes or 0, hop_bytes=hop_bytes or 0, encoding=encoding or "",
            name=name))


@tf_export("TFRecordReader")
class TFRecordReader(ReaderBase):
    """Gives the records of TFRecord files. Source: TF 1.15 docs, tf.TFRecordReader."""

    def __init__(self, name: str | None = None, options: Any = None) -> None:
        compression = TFRecordOptions.get_compression_type_string(options)
        super().__init__(TFRecordReaderV2(name=name, compression_type=compression))


@tf_export("IdentityReader")
class IdentityReader(ReaderBase):
    """Gives the names themselves, as key and value. Source: TF 1.15 docs, tf.IdentityReader."""

    def __init__(self, name: str | None = None) -> None:
        super().__init__(IdentityReaderV2(name=name), supports_serialize=True)
