import assert from "node:assert/strict";
import test from "node:test";

import {FakeModel, observers, press} from "./fake_dom.mjs";
import * as common from "../../../tftutor/widgets/static/common.js";

const {el} = common;

test("el sets attributes, listeners and children, and leaves out what is false or null", () => {
  let clicks = 0;
  const node = el("button", {class: "a", disabled: false, title: null, onclick: () => clicks++,
    style: {"--x": "1px"}}, "one", null, ["two", [el("b", {}, "!")]]);
  node.click();
  assert.equal(node.textContent, "onetwo!");
  assert.equal(clicks, 1);
  assert.equal(node.disabled, false);
  assert.equal(node.hasAttribute("title"), false);
  assert.equal(node.properties.get("--x"), "1px");
});

test("a request is resolved by the reply with its id and no other", async () => {
  const model = new FakeModel();
  const line = common.requestLine(model);
  const first = line.ask("expand", {scope: "dense"});
  const second = line.ask("expand", {scope: "conv"});
  assert.deepEqual(model.sent.map((message) => [message.ask, message.with.scope]),
    [["expand", "dense"], ["expand", "conv"]]);
  model.emit("msg:custom", {id: model.sent[1].id, value: 2});
  model.emit("msg:custom", {id: "someone else's", value: 3});
  assert.equal(await second, 2);
  model.emit("msg:custom", {id: model.sent[0].id, error: "There is no scope 'dense'."});
  await assert.rejects(first, /There is no scope 'dense'/);
  line.dispose();
});

test("a kernel that is silent for two seconds is mentioned, and forgotten when it answers",
  async (context) => {
    context.mock.timers.enable({apis: ["setTimeout"]});
    const said = [];
    const model = new FakeModel();
    const line = common.requestLine(model, (text) => said.push(text));
    const reply = line.ask("slow");
    context.mock.timers.tick(2100);
    assert.match(said.at(-1), /Waiting for the kernel/);
    model.emit("msg:custom", {id: model.sent[0].id, value: "done"});
    assert.equal(await reply, "done");
    assert.equal(said.at(-1), "");
    line.dispose();
  });

test("when the kernel has ended, the status says so and nothing is raised", async () => {
  const said = [];
  const model = new FakeModel();
  model.send = () => { throw new Error("Cannot send"); };
  const line = common.requestLine(model, (text) => said.push(text));
  let settled = false;
  line.ask("expand").finally(() => { settled = true; });
  assert.equal(line.tell("pause"), false);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(settled, false);
  assert.match(said.at(-1), /The kernel has ended: run the cell again/);
  line.dispose();
});

test("pushed messages reach the listeners of their kind", () => {
  const model = new FakeModel();
  const line = common.requestLine(model);
  const seen = [];
  line.onPush("reading", (value) => seen.push(value));
  model.emit("msg:custom", {push: "reading", value: 5});
  model.emit("msg:custom", {push: "other", value: 6});
  assert.deepEqual(seen, [5]);
  line.dispose();
  assert.deepEqual(model.listeners["msg:custom"], []);
});

test("arrow keys move the one tab stop of a list around its enabled items", () => {
  const items = ["a", "b", "c"].map((name) => el("button", {disabled: name === "b"}, name));
  const list = el("div", {}, items);
  document.body.append(list);
  const chosen = [];
  common.roving(list, "button", {onActivate: (item) => chosen.push(item.textContent)});
  assert.equal(items[0].getAttribute("tabindex"), "0");
  items[0].focus();
  press(items[0], "ArrowDown");
  assert.equal(document.activeElement, items[2]);
  assert.deepEqual(items.map((item) => item.getAttribute("tabindex")), ["-1", null, "0"]);
  press(items[2], "ArrowDown");
  assert.equal(document.activeElement, items[0]);
  press(items[0], "End");
  press(items[2], "Enter");
  assert.deepEqual(chosen, ["c"]);
});

test("in a toolbar Left and Right move, Up and Down don't", () => {
  const bar = common.toolbar([common.button("one"), common.button("two")]);
  const [one, two] = bar.querySelectorAll("button");
  one.focus();
  assert.equal(press(one, "ArrowDown").defaultPrevented, false);
  press(one, "ArrowRight");
  assert.equal(document.activeElement, two);
});

test("a tree opens with Right, goes to its first child, and back and shut with Left", () => {
  const item = (level, expanded) => el("div", {role: "treeitem", "aria-level": level,
    "aria-expanded": expanded});
  const [root, child] = [item(1, "false"), item(2)];
  const tree = el("div", {role: "tree"}, root, child);
  const toggled = [];
  common.treeKeys(tree, {onToggle: (node, open) => {
    node.setAttribute("aria-expanded", String(open));
    toggled.push(open);
  }});
  root.focus();
  press(root, "ArrowRight");
  press(root, "ArrowRight");
  assert.equal(document.activeElement, child);
  press(child, "ArrowLeft");
  assert.equal(document.activeElement, root);
  press(root, "ArrowLeft");
  assert.deepEqual(toggled, [true, false]);
});

test("an element is visible when it is in sight and its tab is", () => {
  const told = [];
  const stop = common.whenVisible(el("div"), (visible) => told.push(visible));
  const observer = observers.at(-1);
  observer.show(true);
  document.visibilityState = "hidden";
  document.dispatchEvent({type: "visibilitychange"});
  document.visibilityState = "visible";
  document.dispatchEvent({type: "visibilitychange"});
  observer.show(true);
  observer.show(false);
  assert.deepEqual(told, [true, false, true, false]);
  stop();
});

test("a panel hides its static drawing while it lives, and its Text button shows the twin",
  async () => {
    const drawing = el("div", {"data-tftutor-panel": "panel-7"});
    const child = el("div", {class: "jp-OutputArea-child"}, drawing);
    const container = el("div");
    document.body.append(el("div", {class: "jp-OutputArea"}, child, container));
    const model = new FakeModel({panel_id: "panel-7", title: "Ranks", text_twin: "a cube"});
    const frame = common.panelFrame(model, container);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(child.classList.contains("tft-replaced"), true);
    const text = [...container.querySelectorAll("button")].at(-1);
    text.click();
    assert.equal(container.querySelector(".tft-twin").textContent, "a cube");
    assert.equal(text.getAttribute("aria-pressed"), "true");
    model.set("text_twin", "two cubes");
    assert.equal(container.querySelector(".tft-twin").textContent, "two cubes");
    frame.dispose();
    assert.equal(child.classList.contains("tft-replaced"), false);
    assert.equal(container.children.length, 0);
  });

test("a panel that nobody answers leaves its drawing in sight until somebody does",
  async (context) => {
    context.mock.timers.enable({apis: ["setTimeout"]});
    const drawing = el("div", {"data-tftutor-panel": "panel-8"});
    const container = el("div");
    document.body.append(el("div", {class: "jp-OutputArea"}, drawing, container));
    const model = new FakeModel({panel_id: "panel-8"});
    const frame = common.panelFrame(model, container);
    const isHidden = () => drawing.classList.contains("tft-replaced");
    context.mock.timers.tick(10);
    assert.equal(isHidden(), true);
    context.mock.timers.tick(5000);
    assert.equal(isHidden(), false);
    model.emit("msg:custom", {id: model.probes[0].id, value: true});
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(isHidden(), true);
    frame.dispose();
    assert.equal(isHidden(), false);
  });

test("numbers read well", () => {
  assert.deepEqual([0, 1023, 1536, 23 << 20, null].map(common.formatBytes),
    ["0 B", "1023 B", "1.5 KiB", "23.00 MiB", "N/A"]);
  assert.deepEqual([7, 1234567].map(common.formatCount), ["7", "1,234,567"]);
  assert.deepEqual([0.25, 12.34, 4560, 1.2e6].map(common.formatMicros),
    ["250 ns", "12.3 us", "4.56 ms", "1.20 s"]);
});

test("plain keys stay in a panel, shortcuts with Ctrl leave it", () => {
  const container = el("div", {});
  const outside = [];
  container.addEventListener("keydown", (event) => outside.push(event.key));
  const frame = common.panelFrame(new FakeModel({title: "t"}), container);
  const slider = el("input", {type: "range"});
  frame.body.append(slider);
  press(slider, "ArrowRight");
  press(slider, "s", {ctrlKey: true});
  assert.deepEqual(outside, ["s"]);
  frame.dispose();
});

test("a history keeps the newest values of each series", () => {
  const history = common.makeHistory(2);
  [1, null, 3].forEach((value) => history.add("a", value));
  assert.deepEqual(history.of("a"), [null, 3]);
  assert.deepEqual(history.of("b"), []);
});

test("a sparkline ends at the right edge and lifts its pen over a gap", () => {
  const path = common.sparkPath([0, null, 1, 0.5], {width: 30, height: 12}, 4);
  assert.equal(path, "M0.0,11.0M20.0,1.0L30.0,6.0");
});

test("an old reading is called so only while somebody waits for the next one", () => {
  const busy = "Kernel busy or not running: last reading 9 s ago.";
  assert.equal(common.ageText(9000, {waited: 4000}), busy);
  assert.equal(common.ageText(9000, {waited: 500}), "");
  assert.equal(common.ageText(500, {waited: 4000}), "");
  assert.equal(common.ageText(9000, {paused: true}), "Paused: last reading 9 s ago.");
  assert.equal(common.ageText(9000, {isOver: true, waited: 9000}), "");
});

test("a table has its rows with their attributes, or says that it is empty", () => {
  const rows = [{"data-name": "a", cells: ["a", 1]}, ["b", 2]];
  const table = common.dataTable(["Name", "Size"], rows, {numbers: [1]});
  assert.deepEqual(table.querySelectorAll("td").map((cell) => cell.textContent),
    ["a", "1", "b", "2"]);
  assert.equal(table.querySelectorAll(".tft-number").length, 3);
  assert.equal(table.querySelectorAll("[data-name]").length, 1);
  assert.equal(common.dataTable(["Name"], [], {empty: "none"}).querySelector("td").textContent,
    "none");
});

test("readings rest when they are paused, out of sight or over, and one may be taken by hand",
  async (context) => {
    context.mock.timers.enable({apis: ["setTimeout", "setInterval", "Date"]});
    const model = new FakeModel({title: "t"});
    let rests = 0;
    let isOver = false;
    const shown = [];
    const readings = new common.Readings({live: true, interval: 1, isOver: () => isOver,
      ask: () => frame.ask("read", {once: !readings.isRunning}, {quiet: true}),
      show: (reading) => { shown.push(reading); }, onRest: () => { rests += 1; }});
    const frame = common.panelFrame(model, el("div"), {tools: readings.tools});
    readings.follow(frame);
    const sight = observers.at(-1);
    const [pause, now] = [readings.tools[0], readings.tools[2]];
    sight.show(true);
    context.mock.timers.tick(1);
    assert.equal((await model.answer(1)).with.once, false);
    pause.click();
    assert.equal(rests, 1);
    now.click();
    assert.equal((await model.answer(2)).with.once, true);
    pause.click();
    sight.show(false);
    assert.equal(rests, 2);
    sight.show(true);
    context.mock.timers.tick(1);
    isOver = true;
    await model.answer(3);
    assert.equal(rests, 3);
    frame.dispose();
    assert.deepEqual([shown, rests, model.sent.length], [[1, 2, 3], 3, 0]);
  });
