import assert from "node:assert/strict";
import test from "node:test";

import {FakeModel} from "./fake_dom.mjs";
import * as errors from "../../../tftutor/widgets/static/shape_errors.js";

const axis = (number, partners = []) => ({label: `axis ${number}`, size: "3", mark: "must match",
  kind: "tied", words: `Axis ${number} of \`x\`.`, partners});
const data = (extra = {}) => ({
  message: "ValueError: no", sentence: "`x` has 2 dimensions.", place: "f.py, line 3",
  lines: [[{text: "y = ", call: false, operand: null}, {text: "f(", call: true, operand: null},
    {text: "x", call: true, operand: 0}, {text: ")", call: true, operand: null}]],
  rule: ["[n]", "[2, 3]"], rule_words: "", picture: "", origin_title: "Where from", unknown: [],
  operands: [
    {name: "x", label: "[2, 3] float32", role: "", axes: [axis(0), axis(1, [[1, 0]])]},
    {name: "w", label: "[3] float32", role: "", axes: [axis(0, [[0, 1]])]}],
  origin: [{headline: "x [2, 3]", steps: [{place: "line 1", source: "x = 1", text: "It is `x`.",
    is_origin: true, operand: 0, axis: 1}]}],
  fixes_title: "What would fit", fixes: [{place: "line 1", code: "f(tf.squeeze(x))", words: "Gives [3]."}],
  ...extra});

function open(content = data()) {
  const model = new FakeModel({data: content});
  const container = document.createElement("div");
  document.body.append(container);
  return {model, container, dispose: errors.default.render({model, el: container})};
}

const chips = (container) => [...container.querySelectorAll("[data-key]")];

test("names in backquotes become code", () => {
  const parts = errors.rich("a `b` c");
  assert.equal(parts[0], "a ");
  assert.equal(parts[1].textContent, "b");
  assert.equal(parts[2], " c");
});

test("the panel shows message, line, rule, way back and repairs", () => {
  const {container, dispose} = open();
  for (const words of ["ValueError: no", "y = f(x)", "[2, 3]", "It is x.", "f(tf.squeeze(x))",
    "What would fit"]) {
    assert.ok(container.textContent.includes(words), words);
  }
  dispose();
});

test("picking an axis presses it, lights its partner and says what it is", () => {
  const {container, dispose} = open();
  const [, second, partner] = chips(container);
  second.click();
  assert.equal(second.getAttribute("aria-pressed"), "true");
  assert.equal(partner.getAttribute("aria-pressed"), "false");
  assert.ok(partner.classList.contains("tft-lit"));
  assert.ok(container.textContent.includes("Axis 1 of x."));
  dispose();
});

test("picking the same axis again lets it go", () => {
  const {container, dispose} = open();
  const [first] = chips(container);
  first.click();
  first.click();
  assert.deepEqual(chips(container).filter((chip) => chip.classList.contains("tft-lit")), []);
  assert.equal(first.getAttribute("aria-pressed"), "false");
  dispose();
});

test("new data replaces the old", () => {
  const {model, container, dispose} = open();
  model.set("data", data({message: "TypeError: other", origin: [], fixes: [], rule: []}));
  assert.ok(container.textContent.includes("TypeError: other"));
  assert.ok(!container.textContent.includes("ValueError: no"));
  assert.ok(!container.textContent.includes("What would fit"));
  dispose();
});

test("copying says what was copied, and helps where the browser refuses", async () => {
  const said = [];
  const copied = [];
  await errors.copy("f(x)", (text) => said.push(text), {writeText: async (text) => copied.push(text)});
  await errors.copy("f(x)", (text) => said.push(text), undefined);
  assert.deepEqual(copied, ["f(x)"]);
  assert.equal(said[0], "Copied: f(x)");
  assert.match(said[1], /select it here: f\(x\)/);
});
