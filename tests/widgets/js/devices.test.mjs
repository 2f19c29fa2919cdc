import assert from "node:assert/strict";
import test from "node:test";

import "./fake_dom.mjs";
import {factsOf, matching} from "../../../tftutor/widgets/static/devices.js";

const ROWS = [
  ["x", "Placeholder", "", "/device:GPU:0", "default: best device", false],
  ["lost", "AsString", "/device:GPU:5", "/device:CPU:0", "soft placement: isn't there", true],
  ["tower_1/mul", "MatMul", "/device:GPU:1", "/device:GPU:1", "asked for", false],
];
const LANE = {title: "GPU:1 (simulated)", still: ["c"], spans: []};
const MODEL = {length: 100, rows: ROWS, lanes: [LANE],
  transfers: [{tensor: "x", kind: "HtoD", bytes: 2048, target: "GPU:1"}]};

test("rows are found by any of their words, and moved ones alone", () => {
  const names = (filter) => matching(ROWS, {movedOnly: false, words: "", ...filter})
    .map(([op]) => op);
  assert.deepEqual(names({}), ["x", "lost", "tower_1/mul"]);
  assert.deepEqual(names({movedOnly: true}), ["lost"]);
  assert.deepEqual(names({words: "GPU matmul"}), ["tower_1/mul"]);
  assert.deepEqual(names({words: "gpu:5"}), ["lost"]);
  assert.deepEqual(names({words: "matmul", movedOnly: true}), []);
});

test("facts of an operation come from its span, its row and its transfers", () => {
  const span = ["tower_1/mul", "MatMul", "[2] 8 B", ["a", "b"],
    [["w", 0, 10], ["o", 10, 15], ["c", 15, 40]]];
  const facts = new Map(factsOf("tower_1/mul", MODEL, span, LANE));
  assert.equal(facts.get("On"), "GPU:1 (simulated)");
  assert.equal(facts.get("From"), "0 ns to 40.0 us");
  assert.equal(facts.get("Time"), "waits 10.0 us, copies 5.0 us, computes 25.0 us");
  assert.equal(facts.get("Asked for"), "/device:GPU:1");
  assert.equal(new Map(factsOf("x", MODEL, null, null)).get("Sent"), "HtoD 2.0 KiB to GPU:1");
});

test("an operation without time is told from one that didn't run, a moved one says so", () => {
  assert.match(new Map(factsOf("c", MODEL, null, null)).get("Time"), /^none in this step/);
  const lost = new Map(factsOf("lost", MODEL, null, null));
  assert.equal(lost.get("Time"), "it didn't run in this step");
  assert.equal(lost.get("Why"), "moved: soft placement: isn't there");
  assert.equal(lost.get("Type"), "AsString");
});
