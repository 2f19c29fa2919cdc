// A shape error: the student's line, the rule, the operands' axes, the picture, the way back and
// what would fit. Picking an axis shows it, and the axes it is tied to, in all of them.

import {button, el, panelFrame, roving, svgFromText} from "./common.js";

/** A sentence in which names stand in backquotes, as nodes. */
export function rich(text) {
  return text.split("`").map((part, index) => (index % 2 ? el("code", {}, part) : part));
}

/** [operand, axis] pairs as keys: "0.2". */
const keyOf = (operand, axis) => `${operand}.${axis}`;

function sourceLines(data) {
  const lines = data.lines.map((segments) => el("div", {}, segments.map((segment) => el("span", {
    class: `${segment.call ? "tft-err-call" : ""}${segment.operand === null ? ""
      : " tft-err-operand"}`,
    "data-operand": segment.operand ?? undefined}, segment.text))));
  return lines.length ? el("pre", {class: "tft-mono tft-err-code", "aria-label": "Your line"},
    lines) : null;
}

function axisButton(axis) {
  return button([axis.label, ": ", axis.size, axis.mark
    ? el("span", {class: "tft-err-mark"}, axis.mark) : null], {
    pressed: false, className: `tft-err-axis tft-err-${axis.kind}`, title: "Show this axis"});
}

/** The operands, each with a button for every axis. */
function axisList(data, pick) {
  const rows = data.operands.map((operand, index) => el("div", {class: "tft-err-row"},
    el("span", {class: "tft-err-name", "data-operand": index}, operand.name),
    el("span", {class: "tft-muted"}, operand.label),
    operand.axes.map((axis, number) => {
      const made = axisButton(axis);
      made.setAttribute("data-key", keyOf(index, number));
      made.addEventListener("click", () => pick(index, number));
      return made;
    })));
  return el("div", {class: "tft-err-axes", role: "toolbar", "aria-label": "Axes"}, rows);
}

function wayBack(data) {
  if (!data.origin.length) return null;
  return section(data.origin_title, data.origin.map((way) => el("div", {},
    el("code", {}, way.headline), el("ul", {class: "tft-err-steps"}, way.steps.map((step) => el("li",
      {class: step.is_origin ? "tft-err-origin" : "", "data-operand": step.operand},
      step.place, step.source ? [": ", el("code", {}, step.source)] : null,
      el("div", {}, rich(step.text))))))));
}

function fixes(data, say) {
  if (!data.fixes.length) return null;
  return section(data.fixes_title, el("ol", {class: "tft-err-fixes"}, data.fixes.map((fix) => el("li", {},
    fix.place ? `${fix.place}: ` : null, el("code", {}, fix.code), " ",
    button("Copy", {title: `Copy ${fix.code}`, onclick: () => copy(fix.code, say)}),
    el("div", {class: "tft-muted"}, rich(fix.words))))));
}

function section(title, ...content) {
  return el("div", {class: "tft-err-section"}, el("h4", {}, title), content);
}

/** Put a text on the clipboard, and say whether that worked. */
export async function copy(text, say, clipboard = globalThis.navigator?.clipboard) {
  try {
    await clipboard.writeText(text);
    say(`Copied: ${text}`);
  } catch {
    say(`The browser doesn't let a page copy; select it here: ${text}`);
  }
}

/** Mark everything that belongs to the axes `keys`; the first one is the one that was picked. */
function light(root, keys) {
  const operands = new Set(keys.map((key) => key.split(".")[0]));
  for (const node of root.querySelectorAll("[data-operand]")) {
    node.classList.toggle("tft-lit", operands.has(node.getAttribute("data-operand")));
  }
  for (const node of root.querySelectorAll("[data-axis]")) {
    const owner = node.closest("[data-operand]")?.getAttribute("data-operand");
    node.classList.toggle("tft-lit", keys.includes(keyOf(owner, node.getAttribute("data-axis"))));
  }
  for (const node of root.querySelectorAll("[data-key]")) {
    node.setAttribute("aria-pressed", String(node.getAttribute("data-key") === keys[0]));
    node.classList.toggle("tft-lit", keys.includes(node.getAttribute("data-key")));
  }
}

function draw(frame, data) {
  let picked = null;
  const words = el("p", {class: "tft-err-words", role: "status", "aria-live": "polite"},
    "Pick an axis to see what it is to the rule.");
  const pick = (operand, axis) => {
    const key = keyOf(operand, axis);
    picked = picked === key ? null : key;
    const chosen = data.operands[operand].axes[axis];
    light(frame.body, picked === null ? []
      : [key, ...chosen.partners.map(([other, number]) => keyOf(other, number))]);
    words.replaceChildren(...(picked === null ? [""] : rich(chosen.words)));
  };
  const axes = axisList(data, pick);
  const picture = data.picture ? svgFromText(data.picture) : null;
  frame.body.replaceChildren(...[
    el("p", {class: "tft-mono tft-err-message"}, data.message),
    el("p", {class: "tft-err-sentence"}, rich(data.sentence)),
    section(data.place ? `Your line (${data.place})` : "Your line", sourceLines(data)),
    data.rule.length ? section("The rule, and this case", el("pre", {class: "tft-mono"},
      data.rule.join("\n")), data.rule_words ? el("p", {}, rich(data.rule_words)) : null) : null,
    section("The axes", axes, words),
    picture ? el("div", {class: "tft-err-picture"}, picture) : null,
    wayBack(data), fixes(data, frame.say),
    data.unknown.length ? section("Not known until the graph runs",
      el("ul", {}, data.unknown.map((sentence) => el("li", {}, rich(sentence))))) : null,
  ].filter(Boolean));
  roving(axes, "button", {orientation: "both"});
}

function render({model, el: container}) {
  const frame = panelFrame(model, container, {className: "tft-err"});
  const show = () => draw(frame, model.get("data"));
  show();
  model.on("change:data", show);
  frame.onDispose(() => model.off("change:data", show));
  return frame.dispose;
}

export default {render};
