"""Ask TF 1.15 what the programs in estimator_programs.py log, return and raise.

Run with a Python 3.7 that has tensorflow==1.15.5: `python tests/golden/ask_estimator.py`.
Writes estimator.json.gz beside this file.
"""

import gzip
import json
import os
import sys
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.simplefilter("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import tensorflow as tf  # noqa: E402
from estimator_answers import PROGRAMS, answer  # noqa: E402


def main():
    answers = {name: answer(tf, name) for name in PROGRAMS}
    text = json.dumps(answers, indent=0, sort_keys=True) + "\n"
    with open(os.path.join(HERE, "estimator.json.gz"), "wb") as raw:
        with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed:
            packed.write(text.encode("utf-8"))


if __name__ == "__main__":
    main()
