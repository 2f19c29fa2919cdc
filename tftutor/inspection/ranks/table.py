"""The lecture's table of ranks: rank, math entity, example - each example drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from tftutor.inspection.ranks.drawing import TensorDrawing, subject_canvas
from tftutor.inspection.ranks.subject import Subject, subject
from tftutor.inspection.ranks.svg import Canvas

_IMAGE = ("height", "width", "color_channels")
_BATCH = ("batch_size", "height", "width", "channels")


class Row(NamedTuple):
    """One line of the table; `code` makes the example, `why` says what to see in it."""

    rank: str
    entity: str
    example: str
    code: str
    why: str
    subject: Subject


TITLE = "Rank of a tensor"
NOTE = "The rank is the number of axes: of indices that lead to one number. The shape says how " \
       "long each axis is."


def rows() -> tuple[Row, ...]:
    """The lines of the table, rank 0 first; the last one stands for any rank."""
    return (
        Row("0", "Scalar", "x = 42", "x = tf.constant(42)",
            "A single number. Its shape is [], its value needs no brackets.",
            subject(42, name="x")),
        Row("1", "Vector", "z = [10, 15, 20]", "z = tf.constant([10, 15, 20])",
            "One pair of brackets, one index: z[1] is 15.", subject([10, 15, 20], name="z")),
        Row("2", "Matrix", "a = [[1, 0, 2, 3], [2, 1, 0, 4], [0, 2, 1, 1]]",
            "a = tf.constant([[1, 0, 2, 3], [2, 1, 0, 4], [0, 2, 1, 1]])",
            "Brackets in brackets, two indices: a[0, 2] is 2, row 0 and column 2.",
            subject([[1, 0, 2, 3], [2, 1, 0, 4], [0, 2, 1, 1]], name="a")),
        Row("3", "3-Tensor (a cube of numbers)",
            "A single image of shape [height, width, color_channels], e.g. [1080, 1920, 3]",
            "image = tf.placeholder(tf.uint8, [1080, 1920, 3])",
            "Three numbers - red, green and blue - for each pixel: three indices.",
            subject(Subject((1080, 1920, 3), "uint8"), _IMAGE, "image")),
        Row("4", "4-Tensor (a set of cubes)",
            "A batch of n images with shape [batch_size, height, width, channels], "
            "e.g. [10, 1080, 1920, 3]",
            "images = tf.placeholder(tf.uint8, [10, 1080, 1920, 3])",
            "Ten images in one tensor: the first index says which one.",
            subject(Subject((10, 1080, 1920, 3), "uint8"), _BATCH, "images")),
        Row("n", "n-dimensional Tensor", "You get the idea ...",
            "clips = tf.placeholder(tf.uint8, [2, 10, 1080, 1920, 3])",
            "Each further axis is one more index in front: here 2 clips of 10 images each.",
            subject(Subject((2, 10, 1080, 1920, 3), "uint8"), ("clip", "frame", *_IMAGE), "clips")),
    )


@dataclass(frozen=True)
class RankTable:
    """The table with its drawings."""

    rows: tuple[Row, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data, with text and SVG of each example."""
        return {"title": TITLE, "note": NOTE, "rows": [
            {"rank": row.rank, "entity": row.entity, "example": row.example, "code": row.code,
             "why": row.why, "subject": row.subject.to_dict(),
             "text": TensorDrawing(row.subject).text(), "svg": TensorDrawing(row.subject).svg()}
            for row in self.rows]}

    def text(self) -> str:
        """The table, and below it each example's drawing."""
        lines = [TITLE, NOTE, ""]
        table = [("Rank", "Math entity", "Example"),
                 *((row.rank, row.entity, row.example) for row in self.rows)]
        widths = [max(len(line[column]) for line in table) for column in (0, 1)]
        for number, (rank, entity, example) in enumerate(table):
            lines.append(f"{rank:<{widths[0]}}  {entity:<{widths[1]}}  {example}")
            if number == 0:
                lines.append("-" * widths[0] + "  " + "-" * widths[1] + "  " + "-" * 40)
        for row in self.rows:
            lines += ["", f"--- Rank {row.rank}: {row.entity} ---", row.code, row.why, "",
                      TensorDrawing(row.subject).text()]
        return "\n".join(lines)

    def svg(self) -> str:
        """All examples below each other."""
        canvas = Canvas()
        canvas.text(0, 0, f"{TITLE}.", size=14, class_="rk-headline", font_weight="bold")
        canvas.paragraph(0, 20, NOTE)
        for row in self.rows:
            top = canvas.bottom + 26
            canvas.text(0, top, f"Rank {row.rank}: {row.entity}", size=13, font_weight="bold",
                        class_="rk-headline")
            canvas.paragraph(0, top + 18, row.why)
            canvas.place(subject_canvas(row.subject), 24, canvas.bottom + 10)
        return canvas.svg(TITLE, " ".join(f"Rank {row.rank}: {row.entity}, {row.example}."
                                          for row in self.rows))

    def __str__(self) -> str:
        return self.text()


def rank_table() -> RankTable:
    """The lecture's table."""
    return RankTable(rows())
