"""No malformed program of the golden data breaks a page, whether it is explained or not."""

import json
import linecache
import runpy
import traceback
import warnings
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

import tftutor as tf
from tftutor.framework.late_notes import LateNotes
from tftutor.inspection.shape_errors import explain, page, picture, text
from tftutor.inspection.shape_errors.axis_words import axis_words

GOLDEN = Path(__file__).parents[2] / "golden"
GROUPS, _, _ = runpy.run_path(str(GOLDEN / "answers.py"))["programs"]("error")
# What a program registers stays for the whole process.
PROGRAMS = {name: source for group in GROUPS.values() for name, source in group.items()
            if "Register" not in source}


def error_of(name):
    """The program's error; its source can be read as a cell's can."""
    file = f"<{name}>"
    linecache.cache[file] = (1, None, PROGRAMS[name].splitlines(keepends=True), file)
    with tf.Graph().as_default(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(Exception) as raised:
            exec(compile(PROGRAMS[name], file, "exec"), {"tf": tf, "np": np})
    return raised.value


@pytest.mark.parametrize("name", PROGRAMS)
def test_malformed_program_has_whole_pages_or_none(name):
    error = error_of(name)
    explanation = explain(error)
    if explanation is None:
        return
    assert explanation.message == str(error) and explanation.sentence
    assert " ".join(explanation.sentence.split()) in " ".join(text.page(explanation).split())
    assert page.html(explanation).count("<details>") == 1
    svg = picture.svg(explanation)
    if svg:
        ElementTree.fromstring(svg)
    json.dumps(explanation.to_dict())
    for index, operand in enumerate(explanation.operands):
        for axis in range(len(operand.shape or ())):
            assert axis_words(explanation, index, axis)


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_explained_has_a_note_in_plain_python(name):
    error = error_of(name)
    innermost = traceback.extract_tb(error.__traceback__)[-1]
    if explain(error) is None or innermost.filename == f"<{name}>":  # raised by Python itself
        return
    assert isinstance(getattr(error, "__notes__", None), LateNotes), innermost
    assert " ".join(explain(error).sentence.split()) in " ".join(error.__notes__[-1].split())


def test_many_of_them_are_explained():
    assert sum(explain(error_of(name)) is not None for name in PROGRAMS) >= 200
