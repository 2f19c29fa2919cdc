import assert from "node:assert/strict";
import test from "node:test";

import "./fake_dom.mjs";
import {changesOf, clockText} from "../../../tftutor/widgets/static/clusters.js";

const task = (name, more = {}) => ({name, condition: "serving", state: "serving", pid: 1,
  variable_count: 0, ...more});
const reading = (tasks, more = {}) => ({tasks, links: [], stopped: false, ...more});

test("a first reading is no change, an equal one neither", () => {
  const one = reading([task("ps:0")]);
  assert.deepEqual(changesOf(null, one), []);
  assert.deepEqual(changesOf(one, reading([task("ps:0")])), []);
});

test("a death, a new start and new variables are told", () => {
  const before = reading([task("ps:0", {variable_count: 2}), task("worker:0"), task("worker:1")]);
  const now = reading([
    task("ps:0", {condition: "gone", state: "ended (SIGKILL)", pid: null, variable_count: 2}),
    task("worker:0", {pid: 7}), task("worker:1", {variable_count: 3})]);
  assert.deepEqual(changesOf(before, now), [
    "ps:0 is gone: ended (SIGKILL); 2 variables are lost", "worker:0 was started anew: pid 7",
    "worker:1 has 3 variables"]);
});

test("a task that falls silent, and a cluster that stops, are told once", () => {
  const before = reading([task("ps:0")]);
  const silent = reading([task("ps:0", {condition: "silent", state: "no answer"})]);
  assert.deepEqual(changesOf(before, silent), ["ps:0 is no answer"]);
  const stopped = reading([task("ps:0", {condition: "gone", state: "ended (exit code 0)"})],
    {stopped: true});
  assert.equal(changesOf(before, stopped).at(-1), "The cluster is stopped");
  assert.deepEqual(changesOf(stopped, stopped), []);
});

test("times of day have seconds", () => {
  assert.match(clockText(1700000000), /^\d\d:\d\d:\d\d$/);
});
