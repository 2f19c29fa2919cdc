"""docs/faults.md names tests that there are, and every test of a fault."""

from __future__ import annotations

import pathlib
import re

HERE = pathlib.Path(__file__).parent
PAGE = (HERE.parents[1] / "docs" / "faults.md").read_text()


def _tests_in(path: pathlib.Path) -> set[str]:
    return set(re.findall(r"^def (test_\w+)", path.read_text(), re.MULTILINE))


def test_the_page_names_tests_that_there_are_in_the_files_it_says() -> None:
    named = re.findall(r"(test_\w+\.py): ((?:test_\w+(?:, )?)+)", PAGE)
    assert len(named) > 35
    for file, tests in named:
        assert set(tests.split(", ")) <= _tests_in(HERE / file), file


def test_the_page_names_every_test_of_a_fault() -> None:
    for path in HERE.glob("test_faults_*.py"):
        if path.name in (pathlib.Path(__file__).name, "test_faults_soak.py"):
            continue
        assert not [test for test in _tests_in(path) if test not in PAGE], path.name
