import assert from "node:assert/strict";
import test from "node:test";

import {FakeModel, fire, press} from "./fake_dom.mjs";
import {firstWindow, graphCanvas, nearest} from "../../../tftutor/widgets/static/graph_canvas.js";
import explorer, {SHADES, paintOf} from "../../../tftutor/widgets/static/graph_explorer.js";
import {svg} from "../../../tftutor/widgets/static/common.js";

// A scene's picture is made from its boxes: the fake document can't read SVG.
globalThis.DOMParser = class {
  parseFromString(text) {
    const {nodes, clusters} = JSON.parse(text);
    return {documentElement: svg("svg", {},
      clusters.map((id) => svg("g", {"data-cluster": id}, svg("title", {}), svg("rect", {}))),
      nodes.map((id) => svg("g", {"data-node": id}, svg("title", {}), svg("rect", {}))))};
  }
};

function makeScene(boxes, clusters = {}) {
  const nodes = Object.entries(boxes).map(([id, [x, y, group = false]]) => ({id, group,
    box: [x, y, 60, 20], label: id, says: `${id}: an operation`}));
  const open = Object.entries(clusters).map(([id, box]) => ({id, box, label: id,
    says: `${id}: open`}));
  return {svg: JSON.stringify({nodes: Object.keys(boxes), clusters: Object.keys(clusters)}),
    size: [400, 300], nodes, clusters: open, outline: [["a", "a", 1, ""], ["g", "g", 1, "closed"]],
    refused: "", colours: {scale: "palette", paints: {}, legend: [], note: ""}, lit: null,
    litText: "", found: {}};
}

const tick = () => new Promise((resolve) => setTimeout(resolve, 5));

test("the neighbour in a direction is the near one that lies that way", () => {
  const at = (id, x, y) => ({id, box: [x, y, 10, 10]});
  const [here, right, farRight, below] = [at("here", 0, 0), at("r", 40, 5), at("far", 90, 0),
    at("b", 4, 50)];
  const others = [here, farRight, right, below];
  assert.equal(nearest(here, "ArrowRight", others).id, "r");
  assert.equal(nearest(here, "ArrowDown", others).id, "b");
  assert.equal(nearest(here, "ArrowLeft", others), null);
  assert.equal(nearest(farRight, "ArrowLeft", others).id, "r");
});

test("the first window shows a small page whole and the top of a long one readably", () => {
  const [x, y, width, height] = firstWindow([100, 100], [600, 300]);
  assert.ok(x <= 0 && y <= 0 && x + width >= 100 && y + height >= 100);
  const long = firstWindow([300, 4000], [600, 300]);
  assert.equal(long[1], 0);
  assert.ok(600 / long[2] >= 0.6, "text stays readable");
});

test("a click opens a group, selects an operation, and a drag does neither", async () => {
  const opened = [];
  const selected = [];
  const canvas = graphCanvas({onOpen: (id) => opened.push(id), onSelect: (id) => selected.push(id)});
  canvas.show(makeScene({a: [0, 0], g: [0, 60, true]}));
  const [a, g] = ["a", "g"].map((id) => canvas.root.querySelector(`[data-node="${id}"]`));
  a.click();
  g.click();
  assert.deepEqual([opened, selected], [["g"], ["a", "g"]]);
  fire(canvas.root, "pointerdown", {button: 0, clientX: 0, clientY: 0});
  fire(canvas.root, "pointermove", {clientX: 50, clientY: 0, pointerId: 1});
  const [left] = canvas.frame();
  assert.ok(left < 0 || left !== 0);
  a.click();
  assert.deepEqual(selected, ["a", "g"]);
  fire(canvas.root, "pointerup");
  await tick();
  a.click();
  assert.deepEqual(selected, ["a", "g", "a"]);
});

test("arrow keys walk, Enter opens, and one node at a time is a stop of the Tab key", () => {
  const opened = [];
  const canvas = graphCanvas({onOpen: (id) => opened.push(id), onSelect: () => {}});
  canvas.show(makeScene({a: [0, 0], g: [0, 60, true]}));
  const a = canvas.root.querySelector('[data-node="a"]');
  a.focus();
  press(a, "ArrowDown");
  assert.equal(document.activeElement.getAttribute("data-node"), "g");
  press(document.activeElement, "Enter");
  assert.deepEqual(opened, ["g"]);
  assert.equal(canvas.root.querySelectorAll('[data-node][tabindex="0"]').length, 1);
  assert.equal(document.activeElement.getAttribute("aria-expanded"), "false");
});

test("zooming keeps the middle, and fit shows all", () => {
  const canvas = graphCanvas({onOpen: () => {}, onSelect: () => {}});
  canvas.show(makeScene({a: [0, 0]}));
  const before = canvas.frame();
  press(canvas.root, "+");
  const after = canvas.frame();
  assert.ok(after[2] < before[2]);
  assert.ok(Math.abs(before[0] + before[2] / 2 - after[0] - after[2] / 2) < 1e-6);
  press(canvas.root, "0");
  const [x, y, width, height] = canvas.frame();
  assert.ok(x <= 0 && y <= 0 && x + width >= 400 && y + height >= 300);
});

test("marks dim what isn't lit, count what is found, and are gone without", () => {
  const canvas = graphCanvas({onOpen: () => {}, onSelect: () => {}});
  canvas.show(makeScene({a: [0, 0], g: [0, 60, true]}));
  canvas.mark({lit: {g: [2, 9]}, found: {g: [3, 9]}});
  const [a, g] = ["a", "g"].map((id) => canvas.root.querySelector(`[data-node="${id}"]`));
  assert.ok(a.classList.contains("tft-dim") && !g.classList.contains("tft-dim"));
  assert.equal(g.querySelector(".tft-chip").textContent, "2 of 9, 3 found");
  canvas.mark({});
  assert.ok(!a.classList.contains("tft-dim") && !canvas.root.querySelector(".tft-chip"));
});

test("what was acted on keeps its place in the window", () => {
  const canvas = graphCanvas({onOpen: () => {}, onSelect: () => {}});
  canvas.show(makeScene({a: [50, 40], g: [50, 100, true]}));
  const [left, top] = canvas.frame();
  const next = makeScene({a: [80, 40]}, {g: [90, 130, 60, 60]});
  canvas.show(next, "g");
  const [newLeft, newTop] = canvas.frame();
  assert.deepEqual([newLeft - left, newTop - top], [40, 30]);
});

test("colours: shades for costs, palette otherwise, and grey for what has none", () => {
  const costs = {scale: "shades", paints: {a: [4, "1 ms"]}, legend: [[0, "little"]]};
  assert.deepEqual(paintOf(costs, "a"), {fill: SHADES[4], mark: "1 ms"});
  assert.equal(paintOf(costs, "b").mark, null);
  assert.equal(paintOf({scale: "palette", paints: {}, legend: []}, "a"), null);
  assert.match(paintOf({scale: "palette", paints: {a: [1, "B"]}, legend: []}, "a").fill, /#c8691c/);
});

test("opening a group asks Python and shows the answer; an error is said", async () => {
  const model = new FakeModel({data: {scene: makeScene({a: [0, 0], g: [0, 60, true]}),
    colour: "role"}});
  const container = document.createElement("div");
  const dispose = explorer.render({model, el: container});
  await tick();
  container.querySelector('[data-node="g"]').click();
  const asked = model.sent.map((message) => message.ask);
  assert.deepEqual(asked.sort(), ["page", "toggle"]);
  model.sent = model.sent.filter((message) => message.ask === "toggle");
  await model.answer({scene: makeScene({a: [0, 0], "g/x": [0, 80]}, {g: [0, 60, 80, 60]}),
    focus: "g"});
  assert.ok(container.querySelector('[data-cluster="g"]'));
  container.querySelector('[data-cluster="g"]').click();
  const request = model.sent.find((message) => message.ask === "toggle");
  model.emit("msg:custom", {id: request.id, error: "The graph has no 'g'."});
  await tick();
  assert.equal(container.querySelector(".tft-status").textContent, "The graph has no 'g'.");
  dispose();
});

test("the outline opens with the right arrow and closes with the left one", async () => {
  const model = new FakeModel({data: {scene: makeScene({a: [0, 0], g: [0, 60, true]}),
    colour: "role"}});
  const container = document.createElement("div");
  const dispose = explorer.render({model, el: container});
  await tick();
  const row = container.querySelector('[data-row="g"]');
  assert.equal(row.getAttribute("aria-expanded"), "false");
  row.focus();
  press(row, "ArrowRight");
  assert.deepEqual(model.sent.map((message) => [message.ask, message.with]),
    [["toggle", {id: "g", open: true}]]);
  dispose();
});
