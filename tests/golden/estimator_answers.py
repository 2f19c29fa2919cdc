"""Runs a program of estimator_programs*.py and gives its lines; for both libraries."""

import re

import estimator_programs_columns  # noqa: F401 - fills PROGRAMS
from estimator_programs import PROGRAMS
from monitored_answers import answer as lines_of

_OBJECT = re.compile(r"<(?:tensorflow|tftutor)[\w.]*\.(\w+)( object)?>")
# How long something took, or whether a thread was quicker than another.
_VARIES = (re.compile(r"(Waiting )\d+\.\d+( secs)"),)
# The last digits depend on the order of sums.
_LONG_NUMBER = re.compile(r"\b\d+\.\d{4,}(e-\d+)?")
_ASIDE = re.compile("It seems that global step")


def answer(tf, name):
    lines = []
    for line in lines_of(tf, name, PROGRAMS):
        if _ASIDE.search(line):
            continue
        line = _OBJECT.sub(r"<\1\2>", line)
        line = _LONG_NUMBER.sub(lambda found: "%.4g" % float(found.group()), line)
        for pattern in _VARIES:
            line = pattern.sub(r"\1#\2", line)
        lines.append(line)
    return lines
