import assert from "node:assert/strict";
import test from "node:test";

import "./fake_dom.mjs";
import * as ranks from "../../../tftutor/widgets/static/ranks.js";

const axis = (item, indices, result = 0) => ({item, indices, result});
const part = (from, to, step = 1) => ({kind: "part", index: 0, from, to, step});

test("controls write the slice that Python would", () => {
  assert.equal(ranks.itemText({kind: "all"}, 8), ":");
  assert.equal(ranks.itemText({kind: "one", index: 3}, 8), "3");
  assert.equal(ranks.itemText(part(2, 5), 8), "2:5");
  assert.equal(ranks.itemText(part(0, 5), 8), ":5");
  assert.equal(ranks.itemText(part(2, 8), 8), "2:");
  assert.equal(ranks.itemText(part(0, 8, 2), 8), "::2");
  assert.equal(ranks.itemText(part(7, -1, -1), 8), "::-1");
  assert.equal(ranks.itemText(part(5, 1, -2), 8), "5:1:-2");
  assert.equal(ranks.itemText(part(0, 5), null), ":5");
});

test("a slice that was typed moves the controls, and they write it again", () => {
  const cases = [["2:5", [2, 5, 1]], ["::-1", [7, -1, -1]], ["::2", [0, 8, 2]], [":", [0, 8, 1]]];
  for (const [item, indices] of cases) {
    assert.equal(ranks.itemText(ranks.controlsOf(axis(item, indices), 8), 8), item);
  }
  assert.equal(ranks.itemText(ranks.controlsOf(axis("-1", [7, 8, 1], null), 8), 8), "7");
  assert.equal(ranks.itemText(ranks.controlsOf(axis("3", null, null), null), null), "3");
  assert.equal(ranks.itemText(ranks.controlsOf(axis(":5", null), null), null), ":5");
  assert.equal(ranks.itemText(ranks.controlsOf(axis("2:", null), null), null), "2:");
});

test("axes at the end that are taken whole aren't written", () => {
  assert.equal(ranks.sliceText(["0", ":", "1:3"]), "0, :, 1:3");
  assert.equal(ranks.sliceText(["0", ":", ":"]), "0");
  assert.equal(ranks.sliceText([":", ":"]), "");
});

test("a first slice suits the shape", () => {
  assert.equal(ranks.proposedSlice([]), "");
  assert.equal(ranks.proposedSlice([5]), "1:3");
  assert.equal(ranks.proposedSlice([2, 3, 4]), "0, :, 1:3");
  assert.equal(ranks.proposedSlice([2, 1]), "0");
  assert.equal(ranks.proposedSlice([null, 784]), "0, 1:3");
});

test("the inside of an expression", () => {
  assert.equal(ranks.inside("x[0, 1:]"), "0, 1:");
  assert.equal(ranks.inside("x"), "");
});

test("elements start one after the other and all arrive", () => {
  assert.deepEqual(ranks.fractions(0, 3, 2), [0, 0, 0]);
  assert.deepEqual(ranks.fractions(1, 3, 2), [0.5, 0, 0]);
  assert.deepEqual(ranks.fractions(3, 3, 2), [1, 1, 0.5]);
  assert.deepEqual(ranks.fractions(4, 3, 2), [1, 1, 1]);
});

test("movement begins and ends gently and never goes back", () => {
  const places = Array.from({length: 101}, (_, n) => ranks.eased(n / 100));
  assert.equal(places[0], 0);
  assert.equal(places[100], 1);
  assert.ok(places.every((place, n) => n === 0 || place > places[n - 1]));
  assert.ok(places[1] < 0.01 && places[99] > 0.99);
});

test("while one request runs, only the newest of the later ones follows", async () => {
  const asked = [];
  const open = [];
  const work = ranks.newestOnly((value) => {
    asked.push(value);
    return new Promise((resolve) => open.push(resolve));
  });
  work("a");
  work("b");
  work("c");
  assert.deepEqual(asked, ["a"]);
  open.shift()();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(asked, ["a", "c"]);
  open.shift()();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(asked, ["a", "c"]);
  work("d");
  assert.deepEqual(asked, ["a", "c", "d"]);
});

test("a request that fails doesn't block the next ones", async () => {
  const asked = [];
  const work = ranks.newestOnly(async (value) => {
    asked.push(value);
    if (value === "bad") throw new Error("bad");
  });
  await assert.rejects(work("bad"), /bad/);
  await work("good");
  assert.deepEqual(asked, ["bad", "good"]);
});
