"""`tf.app.run`: parse the flags, call the program's main function, exit with what it returns."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from tftutor.framework.api import tf_export


@tf_export("app.run")
def run(main: Callable[[list[str]], Any] | None = None, argv: list[str] | None = None) -> None:
    """Run `main(argv)` and exit; flags that nobody defined stay in main's `argv`.

    `main` is the calling script's `main` when not given. Never returns normally.
    Raises: SystemExit with main's return value; AttributeError when the script has no `main`.
    Source: TF 1.15 docs, tf.app.run.
    """
    from absl import app as absl_app

    from tftutor.platform.flags import FLAGS, program_arguments
    from tftutor.platform.tf_logging import get_logger

    get_logger()  # as in TF it is there before absl's: it writes lines of its own

    def parse_known_flags(args: list[str]) -> list[str]:
        return FLAGS(program_arguments(args), known_only=True)

    absl_app.run(
        main=main or sys.modules["__main__"].main,
        argv=argv,
        flags_parser=parse_known_flags,
    )
