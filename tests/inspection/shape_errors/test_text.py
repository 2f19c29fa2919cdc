"""The text page: what is on it, in which order, and how lines and blocks are drawn."""

import dataclasses

import pytest

from tftutor.inspection.shape_errors import text
from tftutor.inspection.shape_errors.block_text import columns, draw_block, draw_operands, rows
from tftutor.inspection.shape_errors.explanation import Join, Operand, Span, UserFrame
from tftutor.inspection.shape_errors.source_lines import code_lines, draw_lines, fix_code

PAGE = """\

`tf.matmul` multiplies two matrices; `features` has 3 dimensions.

Your line
  lecture.py, line 8
    scores = tf.matmul(features, weights)
             ~~~~~~~~~~^^^^^^^^~~^^^^^^^~
                       │         └ [512, 2] float32
                       └ [10, 512, 1] float32

The rule
        [m, k] x   [k, n] -> [m, n]
  [10, 512, 1] x [512, 2]
  Two matrices.

The blocks
  features [10, 512, 1]              weights [512, 2]
                                         ┌─────┐
                                         │     │
      ┌─────────────────────┐            │     │
     ┌┴────────────────────┐│ 1      512 │     │
     │                     ││            │     │
  10 │                     ││            │     │
     │                     ├┘            │     │
     └─────────────────────┘             └─────┘
               512                          2
  axis 0 (m): 10                     axis 0 (k): 512  <- matches
  axis 1 (k): 512  <- matches        axis 1 (n): 2
  axis 2: 1  <- surplus
  features axis 1 (512) and weights axis 0 (512) must match: they do

Where the shapes come from
  features [10, 512, 1]
  -> line 5:  features = tf.placeholder(tf.float32, [10, 512, 1], name="features")
       It was given three axes.

What would fit (each was tried; you choose)
  1. tf.matmul(tf.squeeze(features, 2), weights)
     gives [10, 2] float32 - same data, relabelled. Drops axis 2, of size 1.
  2. line 5: [10, 512]
     gives [10, 2] float32 - changes meaning.

Not known until the graph runs
  Dimension 0 of `features` is `?`."""


def test_page_of_the_lectures_error(lecture):
    assert text.page(lecture) == PAGE


def test_page_leaves_out_what_nothing_is_known_of(lecture):
    bare = dataclasses.replace(lecture, rule=None, joins=(), origin=(), fixes=(), frame=None,
                               unknown=(), operands=())
    assert text.page(bare) == f"\n{lecture.sentence}"


def test_page_of_a_dtype_error_has_no_blocks(lecture):
    page = text.page(dataclasses.replace(lecture, kind="dtype"))
    assert "The blocks" not in page
    assert "Where the types come from\n  features float32\n  -> line 5:" in page


def test_each_operand_has_a_way_back_of_its_own(lecture):
    steps = [dataclasses.replace(lecture.origin[0], operand=operand, file=file, is_origin=False)
             for operand, file in ((1, None), (0, "/models/nets.py"), (1, None))]
    page = text.page(dataclasses.replace(lecture, origin=tuple(steps)))
    way = page[page.index("Where the shapes"):page.index("What would fit")].split("\n")
    assert [row.split(":  ")[0].strip() for row in way if "axes" not in row][1:-1] == [
        "weights [512, 2]", "Placeholder features", "Placeholder features",
        "features [10, 512, 1]", "nets.py, line 5", ""]


def test_headline_is_the_errors_own_text_without_tensorflows_frames(lecture):
    assert text.headline(lecture) == f"ValueError: {lecture.message}"
    long = dataclasses.replace(lecture, message="Bad: [4] vs. [3]\n\t [[node sub]]\n\n"
                                                "Original stack trace for 'sub':\n  File ...")
    assert text.headline(long) == "ValueError: Bad: [4] vs. [3]\n\t [[node sub]]"


def test_operand_that_stands_nowhere_in_the_line_is_listed(lecture):
    bias = Operand("the bias", (3,), "float32", "bias", value="[1, 2, 3]")
    page = text.page(dataclasses.replace(lecture, operands=(*lecture.operands, bias)))
    assert "\n    the bias = [1, 2, 3]: [3] float32  (bias)\n" in page


@pytest.mark.parametrize(("fits", "words"), [
    (True, "x axis 1 (3) and y axis 0 (?) must match: they do"),
    (False, "x axis 1 (3) and y axis 0 (?) must match: they differ"),
    (None, "x axis 1 (3) and y axis 0 (?) must match: not known until run")])
def test_join_says_whether_its_axes_match(fits, words):
    operands = Operand("x", (2, 3), "float32"), Operand("y", (None,), "float32")
    assert text.join_text(Join((0, 1), (1, 0), fits), operands) == words


def test_join_with_an_axis_that_is_not_there():
    operands = Operand("x", (2, 3), "float32"), Operand("y", None, "float32")
    assert text.join_text(Join((0, 1), (1, 0), None), operands) == (
        "x axis 1 (3) and y axis 0 (?) must match: not known until run")


# -- the student's line --------------------------------------------------------------------------


def framed(lecture, source, call, column, operands, line=8):
    lines = call.split("\n")
    end = (line + len(lines) - 1, len(lines[-1]) if len(lines) > 1 else column + len(call))
    span = Span("f.py", line, column, *end)
    return dataclasses.replace(lecture, operands=tuple(operands), frame=UserFrame(
        "f.py", line, "<module>", source, call, span))


def operand(name, line, column, end, shape=(2,), end_line=None):
    return Operand(name, shape, "int32", span=Span("f.py", line, column, end_line or line, end))


def test_indented_line_is_drawn_from_its_first_letter(lecture):
    told = framed(lecture, "y = f(a)", "f(a)", 12, [operand("a", 8, 14, 15)])
    assert draw_lines(code_lines(told)) == ["y = f(a)", "    ~~^~", "      └ [2] int32"]


def test_call_over_several_lines_is_drawn_whole(lecture):
    call = "f(first,\n        second)"
    told = framed(lecture, "y = f(first,", call, 8, [
        operand("first", 8, 10, 15), operand("second", 9, 8, 14, shape=(None, 3))])
    assert draw_lines(code_lines(told)) == [
        "y = f(first,", "    ~~^^^^^~", "      └ [2] int32",
        "    second)", "    ^^^^^^~", "    └ [?, 3] int32"]


def test_operand_within_another_keeps_its_label_alone(lecture):
    told = framed(lecture, "f(g(a))", "f(g(a))", 0, [
        operand("g(a)", 8, 2, 6), operand("a", 8, 4, 5, shape=())])
    assert draw_lines(code_lines(told)) == ["f(g(a))", "~~~~^~~", "    └ [] int32"]


def test_line_without_a_known_call_is_underlined_whole(lecture):
    frame = UserFrame("f.py", 8, "<module>", "y = f(a)")
    assert draw_lines(code_lines(dataclasses.replace(lecture, frame=frame))) == [
        "y = f(a)", "^^^^^^^^"]


def test_fix_of_another_line_shows_the_whole_new_line(lecture, tmp_path):
    path = tmp_path / "model.py"
    path.write_text("def f():\n    w = tf.ones([3, 2])\n")
    piece = dataclasses.replace(lecture.fixes[1], code="[4, 2]",
                                where=Span(str(path), 2, 16, 2, 22))
    assert fix_code(piece, lecture) == "w = tf.ones([4, 2])"
    assert text.fix_place(piece, lecture) == "model.py, line 2"


def test_fix_of_a_file_that_has_gone_shows_its_code(lecture):
    assert fix_code(lecture.fixes[1], lecture) == "[10, 512]"


# -- blocks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [columns, rows])
def test_larger_axes_are_never_drawn_shorter(length):
    drawn = [length(size) for size in (0, 1, 2, 3, 4, 5, 10, 28, 100, 512, 784, 10_000, 10**9)]
    assert drawn == sorted(drawn) and drawn[0] >= 1 and drawn[-1] <= 24


def test_equal_sizes_are_equally_long_in_all_blocks():
    tops = [next(line for line in draw_block(shape) if "┌─" in line).count("─")
            for shape in ((7,), (3, 7), (3, 7), (9, 4, 7, 2))]
    assert len(set(tops)) == 1


@pytest.mark.parametrize(("shape", "words"), [
    ((), ["a single number"]), (None, ["rank unknown"]), ((None, 3), ["?", "3"]),
    ((8, None, 28, 28, 3), ["8 x ? of these:", "28", "3"])])
def test_block_names_every_size(shape, words):
    drawn = "\n".join(draw_block(shape))
    assert all(word in drawn for word in words)


def test_operands_that_do_not_fit_side_by_side_go_below():
    operands = [Operand(name, (100, 100), "float32") for name in "abc"]
    lines = draw_operands(operands, width=50)
    assert max(map(len, lines)) <= 50
    assert [line for line in lines if line.startswith("c ")]
    assert "a [100, 100]" in lines[0] and "b [100, 100]" in lines[0]
