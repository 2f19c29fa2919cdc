import assert from "node:assert/strict";
import test from "node:test";

import {FakeModel, observers} from "./fake_dom.mjs";
import * as monitor from "../../../tftutor/widgets/static/gpu_monitor.js";

const gauge = (name, value, full) => ({name, label: name, value, full, text: `${value}`,
  share: value === null ? null : value / full});
const reading = (value, extra = {}) => ({problem: "", explanation: "All are visible.", hidden: 0,
  processes: [], gpus: [{index: 0, name: "Tesla M40", simulated: false,
    gauges: [gauge("utilization", value, 100), gauge("power", null, null)]}], ...extra});
const content = (value, extra) => ({reading: reading(value, extra), table: `${value} %`});

function open(traits = {}) {
  const model = new FakeModel({data: {live: true, interval: 1,
    layouts: ["classic", "current"], layout: "classic", ...content(10), ...traits}});
  const container = document.createElement("div");
  document.body.append(container);
  const dispose = monitor.default.render({model, el: container});
  return {model, container, dispose, sight: observers.at(-1)};
}

test("what isn't reported has no meter but says so", () => {
  const {container, dispose} = open();
  const meters = container.querySelectorAll('[role="meter"]');
  assert.equal(meters.length, 1);
  assert.equal(meters[0].getAttribute("aria-valuenow"), "10");
  assert.equal(container.querySelectorAll(".tft-gpu-none")[0].getAttribute("aria-label"),
    "power: not reported");
  dispose();
});

test("simulated GPUs are labelled and hatched", () => {
  const gpus = [{index: 1, name: "SIMULATED GPU 1", simulated: true,
    gauges: [gauge("memory", 256, 1024)]}];
  const {container, dispose} = open(content(0, {gpus}));
  assert.match(container.textContent, /GPU 1 simulated/);
  assert.match(container.textContent, /no hardware is behind them/);
  assert.equal(container.querySelectorAll(".tft-gpu-hatched").length, 1);
  dispose();
});

test("without a driver there is a sentence and no gauge", () => {
  const {container, dispose} = open(content(0, {problem: "No driver answers.\nSimulate two.",
    gpus: []}));
  assert.equal(container.querySelector(".tft-gpu-problem").textContent, "No driver answers.");
  assert.match(container.textContent, /Simulate two\./);
  assert.equal(container.querySelector(".tft-gpu-card"), null);
  dispose();
});

test("it asks only in sight, and again only after the answer", async (context) => {
  context.mock.timers.enable({apis: ["setTimeout", "setInterval", "Date"]});
  const {model, container, dispose, sight} = open();
  context.mock.timers.tick(5000);
  assert.equal(model.sent.length, 0);
  sight.show(true);
  context.mock.timers.tick(1000);
  assert.deepEqual(model.sent.map((message) => message.ask), ["read"]);
  context.mock.timers.tick(5000);
  assert.equal(model.sent.length, 1);
  assert.match(container.querySelector(".tft-status").textContent,
    /Kernel busy or not running: last reading 1\d s ago\./);
  await model.answer(content(77));
  assert.equal(container.querySelector('[role="meter"]').getAttribute("aria-valuenow"), "77");
  assert.equal(container.querySelector(".tft-status").textContent, "");
  context.mock.timers.tick(1000);
  assert.equal(model.sent.length, 1);
  sight.show(false);
  await model.answer(content(78));
  context.mock.timers.tick(5000);
  assert.equal(model.sent.length, 0);
  sight.show(true);
  dispose();
  context.mock.timers.tick(5000);
  assert.equal(model.sent.length, 0);
});

test("Pause stops the readings and goes on when it is pressed again", async (context) => {
  context.mock.timers.enable({apis: ["setTimeout", "setInterval", "Date"]});
  const {model, container, dispose, sight} = open();
  sight.show(true);
  const pause = container.querySelector("button");
  pause.click();
  context.mock.timers.tick(3000);
  assert.equal(model.sent.length, 0);
  assert.equal(pause.getAttribute("aria-pressed"), "true");
  pause.click();
  context.mock.timers.tick(1000);
  assert.equal(model.sent.length, 1);
  dispose();
});

test("a state that was read before asks for nothing and has no Pause", (context) => {
  context.mock.timers.enable({apis: ["setTimeout", "setInterval", "Date"]});
  const {model, container, dispose, sight} = open({live: false});
  sight.show(true);
  context.mock.timers.tick(5000);
  assert.equal(model.sent.length, 0);
  assert.equal(container.querySelectorAll("button").length, 1);
  dispose();
});

test("another layout of the table is asked for at once, even while it is paused", async () => {
  const {model, container, dispose} = open();
  const layouts = container.querySelectorAll("select").at(-1);
  layouts.value = "current";
  layouts.dispatchEvent({type: "change", target: layouts});
  const request = await model.answer(content(5));
  assert.equal(request.with.layout, "current");
  assert.equal(container.querySelector(".tft-gpu-table").textContent, "5 %");
  dispose();
});

test("a cell that was run again has the new reading and settings", () => {
  const {model, container, dispose} = open();
  model.set("data", {live: false, interval: 3, layouts: ["classic"], layout: "classic",
    ...content(42)});
  assert.equal(container.children.length, 1);
  assert.equal(container.querySelector('[role="meter"]').getAttribute("aria-valuenow"), "42");
  assert.equal(container.querySelectorAll("button").length, 1);
  dispose();
  assert.equal(container.children.length, 0);
});

test("a reading that fails is said and asked for again", async (context) => {
  context.mock.timers.enable({apis: ["setTimeout", "setInterval", "Date"]});
  const {model, container, dispose, sight} = open();
  sight.show(true);
  context.mock.timers.tick(10);
  model.emit("msg:custom", {id: model.sent.shift().id, error: "There is no layout 'wide'."});
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(container.querySelector(".tft-status").textContent, "There is no layout 'wide'.");
  context.mock.timers.tick(3000);
  assert.equal(model.sent.length, 1);
  dispose();
});

test("the interval that was asked for is among those to choose from", () => {
  const {container, dispose} = open({interval: 3});
  const seconds = container.querySelectorAll("option").map((option) => option.textContent);
  assert.deepEqual(seconds.slice(0, 6), ["0.5 s", "1 s", "2 s", "3 s", "5 s", "10 s"]);
  dispose();
});
