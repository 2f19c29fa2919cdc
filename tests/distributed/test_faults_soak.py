"""Minutes of training while tasks are killed and frozen at random: TFTUTOR_SOAK_MINUTES, or one."""

from __future__ import annotations

import os

from tests.distributed.leaks import Usage, leftovers
from tests.distributed.soak import Report, Soak

MINUTES = float(os.environ.get("TFTUTOR_SOAK_MINUTES", "1"))


def test_minutes_of_random_faults_neither_stop_the_training_nor_leak() -> None:
    said: list[str] = []
    report = Soak(MINUTES, workers=2, seed=3, say=said.append).run()
    assert report.problems() == [], "\n".join([*said, *report.lines()])
    assert sum(report.events.values()) == len(said) >= 4
    assert sum(steps for steps, _ in report.curve.values()) > 1000
    assert len(report.growth) >= 4  # the launcher, the ps and the workers were measured


def test_the_report_of_a_soak_tells_leaks_and_a_loss_that_does_not_fall() -> None:
    first, last = Usage(40, 10, 60), Usage(99, 10, 60)
    report = Report({t: (100, 0.5) for t in range(20)}, {"kill ps": 1}, [("ps:0", first, last)],
                    ["worker 1: ValueError()"], ["x.sock is left"])
    assert report.problems() == [
        "worker 1: ValueError()", "x.sock is left",
        "the loss hasn't fallen: 0.5000 at first, 0.5000 at last",
        f"ps:0 has grown from {first} to {last}"]
    assert len(list(report.lines())) > 20 and leftovers([]) == []
