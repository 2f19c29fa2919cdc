"""`import tensorflow` in a process that a program under `tftutor run` has started.

Many programs start their own parameter servers and workers, with multiprocessing or as
`python worker.py`. Nothing of ours runs there before this module is found on the path; it installs
the alias, which takes its place.
"""

import importlib
import os
import sys

try:
    importlib.import_module("tftutor")
except ModuleNotFoundError:  # it is used from a checkout, by who stands in it
    sys.path.append(os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 3)))

importlib.import_module("tftutor.compat.importer").install(force=True)
importlib.import_module("tensorflow")
