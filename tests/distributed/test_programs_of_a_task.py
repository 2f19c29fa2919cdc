"""Which programs of the cluster use a task, and which are done."""

from __future__ import annotations

from tftutor.distributed.programs import Programs

CLUSTER = {"ps": {0: "a:1"}, "worker": {0: "b:1", 1: "c:1"}}


def test_who_closes_its_sessions_and_goes_is_done():
    programs = Programs(CLUSTER)
    programs.open("worker:0", "s", "line")
    programs.open("worker:0", "t", "line")
    programs.close("s")
    programs.lose("line")
    assert programs.ended() == []  # it has crashed: a session is still open
    programs.open("worker:0", "u", "another line")  # and is back, as a new process
    programs.close("u")
    assert programs.ended() == []
    programs.lose("another line")
    assert programs.ended() == ["worker:0"] and not programs.have_ended()
    programs.open("worker:1", "v", "third")
    programs.close("v")
    programs.lose("third")
    assert programs.have_ended()


def test_a_parameter_server_that_had_a_session_is_still_waited_for():
    programs = Programs(CLUSTER)
    programs.open("ps:0", "s", "line")
    programs.close("s")
    programs.lose("line")
    assert programs.ended() == []
