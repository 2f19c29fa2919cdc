import assert from "node:assert/strict";
import test from "node:test";

import {press} from "./fake_dom.mjs";
import * as timeline from "../../../tftutor/widgets/static/timeline.js";

const span = (op, start, end, type = "MatMul") => [op, type, "", [], [["c", start, end]]];
const lane = (title, spans, more = {}) => ({title, spans, simulated: false, left: 0,
  still: [], times: {computes: 1, copies: 0, waits: 0}, memory: null, ...more});

test("times on the axis are round and inside the window", () => {
  assert.deepEqual(timeline.roundTimes(0, 1000), [0, 200, 400, 600, 800, 1000]);
  for (const [begin, end] of [[3, 3.5], [0, 7], [123.4, 456.7], [0, 0.02]]) {
    const times = timeline.roundTimes(begin, end);
    assert.ok(times.length >= 3 && times.length <= 10, `${times}`);
    assert.ok(times.every((time) => time >= begin - 1e-9 && time <= end + 1e-9));
  }
});

test("operations that overlap get rows of their own, up to a limit", () => {
  const spans = [span("a", 0, 10), span("b", 5, 12), span("c", 10, 20), span("d", 6, 7)];
  const names = timeline.rowsOf(spans, 2).map((row) => row.map(([op]) => op));
  assert.deepEqual(names, [["a", "c"], ["b", "d"]]);
});

test("what is too short to be seen is drawn together, and apart again after zooming", () => {
  const spans = Array.from({length: 1000}, (_, i) => span(`n${i}`, i, i + 1));
  const far = timeline.blocksOf(spans, 0, 1000, 100);
  assert.ok(far.length < 60 && far.every((block) => block.spans.length > 1));
  assert.equal(far.reduce((sum, block) => sum + block.spans.length, 0), 1000);
  const near = timeline.blocksOf(spans, 100, 110, 100);
  assert.ok(near.every((block) => block.spans.length === 1));
  assert.deepEqual(near.map((block) => block.spans[0][0]).slice(1, 3), ["n100", "n101"]);
});

test("a window stays inside the step", () => {
  assert.deepEqual(timeline.zoomed([0, 100], 100, 0.5, 0), [0, 50]);
  assert.deepEqual(timeline.zoomed([0, 100], 100, 0.5, 100), [50, 100]);
  assert.deepEqual(timeline.zoomed([40, 60], 100, 100), [0, 100]);
  assert.deepEqual(timeline.panned([0, 50], 100, 0.25), [12.5, 62.5]);
  assert.deepEqual(timeline.panned([0, 50], 100, -1), [0, 50]);
  assert.deepEqual(timeline.panned([0, 50], 100, 9), [50, 100]);
});

test("arrow keys go along a lane, and across lanes to the nearest in time", () => {
  const lanes = [lane("CPU:0", [span("a", 0, 1), span("b", 50, 51)]), lane("idle", []),
    lane("GPU:0", [span("c", 5, 6), span("d", 45, 46), span("e", 90, 91)])];
  assert.deepEqual(timeline.neighbour(lanes, null, "ArrowDown"), {lane: 0, index: 0});
  const b = {lane: 0, index: 1};
  assert.deepEqual(timeline.neighbour(lanes, b, "ArrowRight"), b);
  assert.deepEqual(timeline.neighbour(lanes, b, "ArrowLeft"), {lane: 0, index: 0});
  assert.deepEqual(timeline.neighbour(lanes, b, "ArrowDown"), {lane: 2, index: 1});
  assert.deepEqual(timeline.neighbour(lanes, b, "ArrowUp"), b);
  assert.deepEqual(timeline.neighbour(lanes, {lane: 2, index: 0}, "End"), {lane: 2, index: 2});
  assert.equal(timeline.neighbour([lane("idle", [])], null, "ArrowRight"), null);
});

test("a long name keeps its end", () => {
  assert.equal(timeline.shortened("tower_0/dense/MatMul", 63), "…se/MatMul");
  assert.equal(timeline.shortened("MatMul", 63), "MatMul");
  assert.equal(timeline.shortened("MatMul", 12), "");
});

test("the timeline draws lanes, is walked through by keyboard, and lights operations up", () => {
  const model = {length: 100, rows: [], transfers: [], lanes: [
    lane("CPU:0", [span("a", 0, 40), span("b", 40, 60)]),
    lane("GPU:0 (simulated)", [span("c", 60, 100)], {simulated: true,
      memory: {curve: [[60, 512], [100, 0]], peak: 512, time: 60, holders: [["c", 512]]}})]};
  const chosen = [];
  const drawn = new timeline.Timeline(model, {onChoose: ([op]) => chosen.push(op)});
  document.body.append(drawn.element);
  drawn.draw();
  const ops = (selector) => [...drawn.picture.querySelectorAll(selector)]
    .map((each) => each.getAttribute("data-op"));
  assert.deepEqual(ops(".tft-span"), ["a", "b", "c"]);
  press(drawn.picture, "ArrowRight");
  press(drawn.picture, "ArrowRight");
  press(drawn.picture, "ArrowDown");
  assert.deepEqual(chosen, ["a", "b", "c"]);
  assert.deepEqual(ops(".tft-chosen"), ["c"]);
  press(drawn.picture, "+");
  assert.deepEqual(drawn.view, [40, 90]);  // around what is chosen
  press(drawn.picture, "0");
  assert.deepEqual(drawn.view, [0, 100]);
  drawn.mark(["b"]);
  assert.deepEqual(ops(".tft-dim"), ["a", "c"]);
  assert.deepEqual(drawn.find("c"), {lane: 1, index: 0});
  assert.equal(drawn.find("nothing"), null);
});
