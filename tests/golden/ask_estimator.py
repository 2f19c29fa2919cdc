"""Ask TF 1.15 what the programs in estimator_programs.py log, return and raise.

Run with a Python 3.7 that has tensorflow==1.15.5: `python tests/golden/ask_estimator.py`.
Writes estimator.json.gz and the folder estimator_checkpoint beside this file.
"""

import gzip
import json
import os
import shutil
import sys
import tempfile
import warnings

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
warnings.simplefilter("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import tensorflow as tf  # noqa: E402
from estimator_answers import PROGRAMS, answer  # noqa: E402
from estimator_programs_columns import checkpointed_model, checkpointed_rows  # noqa: E402


def write_checkpoint():
    """A small model trained by TF, and what it finds in its data."""
    kept = os.path.join(HERE, "estimator_checkpoint")
    folder = tempfile.mkdtemp()
    model = checkpointed_model(tf, folder)
    model.train(checkpointed_rows(tf), steps=5)
    found = model.evaluate(checkpointed_rows(tf), steps=3)
    shutil.rmtree(kept, ignore_errors=True)
    os.mkdir(kept)
    for name in os.listdir(folder):
        if name == "checkpoint" or name.startswith("model.ckpt-5") and "meta" not in name:
            shutil.copy(os.path.join(folder, name), kept)
    with open(os.path.join(kept, "results.json"), "w") as file:
        json.dump({key: float(found[key]) for key in sorted(found)}, file, indent=0)
        file.write("\n")


def main():
    write_checkpoint()
    answers = {name: answer(tf, name) for name in PROGRAMS}
    text = json.dumps(answers, indent=0, sort_keys=True) + "\n"
    with open(os.path.join(HERE, "estimator.json.gz"), "wb") as raw:
        with gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed:
            packed.write(text.encode("utf-8"))


if __name__ == "__main__":
    main()
