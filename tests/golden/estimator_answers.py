"""Runs a program of estimator_programs.py and gives its lines; for both libraries."""

import re

from estimator_programs import PROGRAMS
from monitored_answers import answer as lines_of

_OBJECT = re.compile(r"<(?:tensorflow|tftutor)[\w.]*\.(\w+)( object)?>")
# How long something took, or whether a thread was quicker than another.
_VARIES = (re.compile(r"(Waiting )\d+\.\d+( secs)"),)
_ASIDE = re.compile("It seems that global step")


def answer(tf, name):
    lines = []
    for line in lines_of(tf, name, PROGRAMS):
        if _ASIDE.search(line):
            continue
        line = _OBJECT.sub(r"<\1\2>", line)
        for pattern in _VARIES:
            line = pattern.sub(r"\1#\2", line)
        lines.append(line)
    return lines
