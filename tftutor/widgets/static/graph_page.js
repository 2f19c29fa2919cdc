// The page of an operation or a group of them, and the way that leads to it.

import {button, el, formatCount} from "./common.js";

/** Buttons for the groups around something, the outermost first. */
export function breadcrumbs(path, reveal) {
  return path.flatMap(([id, label], index) => [index ? el("span", {"aria-hidden": true}, " › ") : null,
    index === path.length - 1 ? el("span", {"aria-current": "location"}, label)
      : button(label, {className: "tft-link", onclick: () => reveal(id)})]).filter(Boolean);
}

function section(title, rows) {
  return rows.length ? [el("h4", {}, title), ...rows] : [];
}

/** `[?, 784] float32` beside the name of a tensor, which leads to `id`. */
function tensorRow({name, dtype, shape, id}, reveal) {
  const label = el("span", {class: "tft-mono"}, name);
  return el("div", {class: "tft-tensor"},
    id ? button(label, {className: "tft-link", title: `Show ${id}`, onclick: () => reveal(id)}) : label,
    el("span", {class: "tft-muted"}, ` ${shape} ${dtype}`));
}

function links(ids, more, reveal) {
  return el("div", {class: "tft-users"}, ids.map((id) => button(id, {className: "tft-link",
    onclick: () => reveal(id)})), more ? el("span", {class: "tft-muted"}, ` and ${more} more`) : null);
}

function sourceLines(source) {
  return source ? section("Made in your code", [
    el("div", {class: "tft-muted tft-wrap"}, `${source.file}, line ${source.line}${
      source.function === "<module>" ? "" : `, in ${source.function}`}`),
    source.text ? el("pre", {class: "tft-mono tft-source"}, source.text) : null]) : [];
}

function deviceLines(device) {
  return device ? section("Device", [
    el("div", {}, "asked for: ", el("span", {class: "tft-mono"}, device.requested || "any")),
    device.actual ? el("div", {}, "runs on: ", el("span", {class: "tft-mono"}, device.actual)) : null,
    device.why ? el("div", {class: "tft-muted"}, device.why) : null]) : [];
}

/** The page: `found` is what Python's "page" request answers. */
export function nodePage(found, {reveal, highlight, place}) {
  const {id} = found;
  const facts = found.counts.map(([type, count]) => `${formatCount(count)} × ${type}`).join(", ");
  return el("article", {class: "tft-page", "aria-label": id},
    el("h3", {class: "tft-wrap"}, found.label, el("span", {class: "tft-badge"}, found.type)),
    found.note ? el("p", {}, found.note) : null,
    found.formula ? el("p", {class: "tft-mono tft-formula"}, found.formula) : null,
    found.value ? el("p", {class: "tft-mono tft-wrap"}, `= ${found.value}`) : null,
    found.cost ? el("p", {}, found.cost) : null,
    el("div", {class: "tft-actions"},
      button("What runs for it", {title: `Light up all that sess.run of ${id} executes`,
        onclick: () => highlight("run", id)}),
      button(found.isBackward ? "Gradient of" : "Its gradient", {disabled: !found.hasGradient,
        title: "Light up the operations of its gradient", onclick: () => highlight("gradient", id)}),
      button(found.isAside ? "Into main drawing" : "Move aside", {
        onclick: () => place(found.isAside)})),
    facts ? section("Holds", [el("div", {}, facts),
      found.others ? el("div", {class: "tft-muted"}, `and ${found.others}`) : null]) : null,
    section("Inputs", found.inputs.map((tensor) => tensorRow(tensor, reveal))),
    section("Outputs", found.outputs.map((tensor) => el("div", {}, tensorRow(tensor, reveal),
      tensor.users.length ? links(tensor.users, tensor.more, reveal) : null))),
    section("Runs after", found.control.length ? [links(found.control, 0, reveal)] : []),
    section("Attributes", found.attrs.map(([name, value]) => el("div", {class: "tft-wrap"},
      el("span", {class: "tft-mono"}, name), el("span", {class: "tft-muted"}, ` = ${value}`)))),
    deviceLines(found.device), sourceLines(found.source),
    found.doc ? section(`What ${found.type} does`, [el("p", {}, found.doc)]) : null);
}
