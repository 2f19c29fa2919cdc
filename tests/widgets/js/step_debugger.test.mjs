import assert from "node:assert/strict";
import test from "node:test";

import {FakeModel} from "./fake_dom.mjs";
import {svg} from "../../../tftutor/widgets/static/common.js";
import debuggerModule, {canvasMarks, foldedLists, nearby, readStep, tookText
} from "../../../tftutor/widgets/static/step_debugger.js";
import {heatColour, numberText, valueView
} from "../../../tftutor/widgets/static/step_values.js";

globalThis.DOMParser = class {
  parseFromString(text) {
    return {documentElement: svg("svg", {}, JSON.parse(text).map((id) =>
      svg("g", {"data-node": id}, svg("title", {}), svg("rect", {}))))};
  }
};

const NAMES = ["x", "c", "Log", "Sum"];
const ROWS = [[1, 0, "Placeholder", "fed", "ok", 0, "", 0], [2, 1, "Const", "constant", "ok", 0, "", 1],
  [3, 2, "Log", "computed", "inf", 2.5, "", 0], [4, 3, "Sum", "computed", "inf", 9, "", 0]];

function makeModel() {
  const scene = {svg: JSON.stringify(NAMES), size: [100, 200], clusters: [], outline: [], refused: "",
    nodes: NAMES.map((id, index) => ({id, label: id, says: id, group: false,
      box: [0, index * 40, 60, 20]})), where: NAMES, idle: []};
  return new FakeModel({data: {scene, names: NAMES, steps: [...ROWS, ...Array.from({length: 30},
    (_, index) => [index + 5, 3, "Sum", "computed", "ok", 1, ` (iteration ${index + 1})`, 0])],
  start: 1, left: 0, bad: [3, "Log made it"], error: null, simulated: [], skipped: [["off", "Log", "not taken"]],
  variables: [["w", "float32 2", "3", "2"]], counts: {skipped: 1, variables: 1}}});
}

const tick = () => new Promise((resolve) => setTimeout(resolve, 5));
const step = () => ({name: "Log", type: "Log", kind: "computed", device: "/device:CPU:0", sentence: "why", inputs: [{tensor: "x:0", step: 1,
    brief: "float32 [2]", health: "ok", table: null}], outputs: []});

test("numbers are short, and what isn't one stays what it is", () => {
  assert.deepEqual([0.123456, 3, -1.5e-7, 123456789, "nan", true].map(numberText),
    ["0.1235", "3", "-1.5e-7", "123500000", "nan", "true"]);
});

test("heat goes from blue over grey to orange, and NaN has no colour", () => {
  assert.equal(heatColour(0, 4), "rgb(245,245,245)");
  assert.equal(heatColour(4, 4), "rgb(200,105,28)");
  assert.equal(heatColour(-4, 4), "rgb(43,104,184)");
  assert.equal(heatColour("nan", 4), null);
});

test("a value shows its shape, its health, its facts and its numbers", () => {
  const node = valueView({brief: "float32 [2]", health: "nan", trouble: "1 NaN", nbytes: 8,
    statistics: {min: 1, mean: 1, max: 1, std: 0, zeros: 0, histogram: []},
    table: {rows: [[1, "nan"]], where: "", isNumbers: true},
    heat: {rows: [[1, -2], [0, "nan"]], where: "[0, :, :, 0]"}}, "y:0");
  assert.match(node.textContent, /y:0 float32 \[2\] ! 1 NaN/);
  assert.equal(node.querySelectorAll("td").length, 2);
  assert.equal(node.querySelector(".tft-notanumber").textContent, "nan");
  assert.match(node.querySelector("canvas").getAttribute("aria-label"), /2 by 2 numbers up to 2/);
});

test("what has run is marked up to the present step, also what isn't listed", () => {
  const steps = ROWS.map(readStep);
  const marks = canvasMarks(steps, steps[2], NAMES);
  assert.deepEqual(marks, {done: {x: true, c: true, Log: true}, bad: {Log: "inf"}, current: "Log"});
  assert.deepEqual(canvasMarks(steps, steps[0], [null, null, null, null]),
    {done: {}, bad: {}, current: null});
  assert.deepEqual([tookText(steps[0]), tookText(steps[2])], ["fed", "2.5 us"]);
});

test("the rows around a step are as many at both ends of the list", () => {
  const steps = Array.from({length: 50}, (_, number) => number);
  for (const at of [0, 25, 49]) {
    const rows = nearby(steps, at, 4);
    assert.equal(rows.length, 9);
    assert.ok(rows.some(([index]) => index === at));
  }
  assert.equal(nearby([1, 2], 0, 4).length, 2);
});

test("walking asks for each step, forwards and backwards, and jumps to the first NaN", async () => {
  const model = makeModel();
  const container = document.createElement("div");
  const dispose = debuggerModule.render({model, el: container});
  await tick();
  const asked = () => model.sent.at(-1).with.number;
  const find = (text) => [...container.querySelectorAll("button")]
    .find((node) => node.textContent === text);
  assert.equal(asked(), 1);
  find("▶").click();
  assert.equal(asked(), 3, "the constant isn't listed");
  find("◀").click();
  assert.equal(asked(), 1);
  assert.match(container.querySelector(".tft-below").textContent,
    /1 variable changed.*w.*3.*2.*1 operation did not run.*off.*not taken/);
  find("All steps").click();
  find("▶").click();
  assert.equal(asked(), 2);
  find("First NaN").click();
  assert.equal(asked(), 3);
  assert.equal(container.querySelector('[data-node="Log"]').classList.contains("tft-current"), true);
  dispose();
});

test("an answer that comes late doesn't replace that of a later step", async () => {
  const model = makeModel();
  const container = document.createElement("div");
  const dispose = debuggerModule.render({model, el: container});
  await tick();
  [...container.querySelectorAll("button")].find((node) => node.textContent === "▶").click();
  const [first, second] = model.sent;
  model.emit("msg:custom", {id: second.id, value: step()});
  await tick();
  model.emit("msg:custom", {id: first.id, value: {...step(), name: "x"}});
  await tick();
  assert.match(container.querySelector(".tft-step").textContent, /^Log/);
  assert.match(container.querySelector(".tft-step").textContent, /why/);
  dispose();
});

test("an input leads to the step that made it", async () => {
  const model = makeModel();
  const container = document.createElement("div");
  const dispose = debuggerModule.render({model, el: container});
  await tick();
  [...container.querySelectorAll("button")].find((node) => node.textContent === "▶").click();
  model.emit("msg:custom", {id: model.sent.at(-1).id, value: step()});
  await tick();
  [...container.querySelectorAll("button")].find((node) => node.textContent === "x:0").click();
  assert.equal(model.sent.at(-1).with.number, 1);
  dispose();
});

test("clicking an operation goes to the next time it runs, and round again", async () => {
  const model = makeModel();
  const container = document.createElement("div");
  const dispose = debuggerModule.render({model, el: container});
  await tick();
  const sum = container.querySelector('[data-node="Sum"]');
  const asked = () => model.sent.at(-1).with.number;
  sum.click();
  assert.equal(asked(), 4);
  sum.click();
  assert.equal(asked(), 5);
  container.querySelector('[data-node="Log"]').click();
  assert.equal(asked(), 3);
  dispose();
});

test("what isn't listed is counted", () => {
  const lists = foldedLists({skipped: [["off", "Log", "not taken"]], variables: [],
    counts: {skipped: 2500, variables: 0}, left: 1200});
  assert.match(lists[0].textContent, /^1,200 more steps: record\.step\(n\)/);
  assert.match(lists[1].textContent, /^2,500 operations did not run/);
});
