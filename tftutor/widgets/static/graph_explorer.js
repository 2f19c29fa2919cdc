// The graph explorer: canvas, search, highlights, colours, and the page of what is chosen.

import {PALETTE, button, choice, downloadPng, downloadSvg, download, el, panelFrame, svg,
  treeKeys} from "./common.js";
import {graphCanvas} from "./graph_canvas.js";
import {breadcrumbs, nodePage} from "./graph_page.js";

// From little to much; the text of a node stays readable on each.
export const SHADES = ["#fff7e0", "#fde3a7", "#fbc56d", "#f39c4a", "#e2703a"];

const COLOURS = [["role", "Purpose"], ["structure", "Structure"], ["device", "Device"],
  ["time", "Time"], ["memory", "Memory"]];

const HELP = "Click a box with a plus to open it, its title to close it; click an operation to read "
  + "about it. Drag to move, Ctrl and the wheel to zoom.";

/** What a node is painted with, from Python's answer: {fill, mark}, or null for its own colours. */
export function paintOf(colours, id) {
  const paint = colours?.paints?.[id];
  if (!paint) return colours?.legend?.length ? {fill: "#f2f2f2", mark: null} : null;
  const fill = colours.scale === "shades" ? SHADES[paint[0]]
    : `color-mix(in srgb, ${PALETTE[paint[0] % PALETTE.length]} 38%, white)`;
  return {fill, mark: paint[1]};
}

/** What the shapes mean. */
function shapeKey() {
  const row = (text, ...shape) => el("div", {class: "tft-key"}, svg("svg", {width: 34, height: 18,
    viewBox: "0 0 34 18", class: "tft-shape", "aria-hidden": true}, shape), text);
  const box = (attributes) => svg("rect", {x: 2, y: 2, width: 30, height: 14, ...attributes});
  return el("div", {class: "tft-shapes"},
    row("operation", box({rx: 7})), row("constant", box({"stroke-dasharray": "2 2"})),
    row("placeholder", svg("path", {d: "M7,2H32L27,16H2Z"})),
    row("variable", svg("path", {d: "M2,5A15,3 0 0 1 32,5V14A15,3 0 0 1 2,14ZM2,5A15,3 0 0 0 32,5"})),
    row("group: opens", box({rx: 4}), svg("path", {d: "M24,6h5M26.5,3.5v5"})),
    row("groups that are alike", box({x: 6, y: 1, width: 26, height: 12}),
      box({y: 4, width: 26, height: 12})),
    row("runs after (nothing flows)", svg("path", {d: "M2,9H32", "stroke-dasharray": "4 3"})),
    row("goes on with something aside", svg("path", {d: "M2,9H24", "stroke-dasharray": "2 2"}),
      svg("circle", {cx: 27, cy: 9, r: 3})));
}

function legend(colours) {
  const rows = (colours?.legend ?? []).map(([number, text]) => el("span", {class: "tft-key"},
    el("span", {class: "tft-swatch", style: {background: colours.scale === "shades"
      ? SHADES[number] : PALETTE[number % PALETTE.length]}}), text));
  return [...rows, colours?.note ? el("span", {class: "tft-muted"}, colours.note) : null];
}

/** The search field with its list of hits. */
function searchBox({onQuery, onChoose}) {
  const list = el("div", {class: "tft-hits", role: "listbox", "aria-label": "Found", hidden: true});
  const field = el("input", {class: "tft-field tft-search", type: "search",
    placeholder: "Search: relu type:MatMul shape:[?,10]", "aria-label": "Search the graph",
    title: "Words look in names. type: shape: device: role: look elsewhere. Enter goes to the first."});
  let timer = null;
  const choose = (row) => { list.hidden = true; onChoose(row.getAttribute("data-hit")); };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => onQuery(field.value), 200);
  });
  const rows = () => [...list.querySelectorAll("[data-hit]")];
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter" && rows()[0]) choose(rows()[0]);
    if (event.key === "ArrowDown" && rows()[0]) { event.preventDefault(); rows()[0].focus(); }
    if (event.key === "Escape") { field.value = ""; onQuery(""); }
  });
  list.addEventListener("keydown", (event) => {
    const all = rows();
    const at = all.indexOf(event.target);
    if (event.key === "ArrowDown") all[Math.min(at + 1, all.length - 1)].focus();
    else if (event.key === "ArrowUp") (all[at - 1] ?? field).focus();
    else if (event.key === "Enter" || event.key === " ") choose(event.target);
    else if (event.key === "Escape") { list.hidden = true; field.focus(); } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const fill = ({results, total}) => {
    list.replaceChildren(...results.map(([name, type, shape]) => el("div", {class: "tft-hit",
      role: "option", tabindex: -1, "data-hit": name, onclick: (event) => choose(event.currentTarget)}, el("b", {}, name), ` ${type} ${shape}`)),
    el("div", {class: "tft-muted"}, total > results.length
      ? `${results.length} of ${total} shown` : `${total} found`));
    list.hidden = field.value.trim() === "";
  };
  return {root: el("div", {class: "tft-searchbox"}, field, list), fill, field,
    hide: () => { list.hidden = true; }};
}

/** What is on the page as a tree, for the keyboard and for screen readers. */
function outlineTree({onOpen, onSelect}) {
  const tree = el("div", {class: "tft-outline", role: "tree", "aria-label": "Outline"});
  const idOf = (row) => row.getAttribute("data-row");
  const keys = treeKeys(tree, {onToggle: (row, open) => onOpen(idOf(row), open),
    onActivate: (row) => onSelect(idOf(row))});
  const fill = (rows) => {
    const at = tree.contains(document.activeElement) ? idOf(document.activeElement) : null;
    tree.replaceChildren(...rows.map(([id, label, level, state]) => el("div", {role: "treeitem",
      class: "tft-row", "aria-level": level, tabindex: -1, "data-row": id,
      "aria-expanded": state ? String(state === "open") : undefined,
      style: {"padding-left": `${level * 14}px`},
      onclick: () => (state ? onOpen(id, state !== "open") : onSelect(id))},
    `${{open: "▾ ", closed: "▸ "}[state] ?? "  "}${label}`)));
    const again = at && [...tree.children].find((row) => idOf(row) === at);
    if (again) keys.choose(again); else keys.refresh();
  };
  return {root: tree, fill};
}

function render({model, el: container}) {
  const saver = choice("Save", [["", "as ..."], ["svg", "SVG"], ["png", "PNG"], ["dot", "DOT"]], "",
    (format) => { save(format); saver.querySelector("select").value = ""; });
  const frame = panelFrame(model, container, {className: "tft-explorer", tools: [
    choice("Colour", COLOURS, model.get("data").colour, (by) => attempt(async () =>
      applyMarks(await ask("colour", {by})))),
    button("Gradient", {title: "Light up what computes the gradient",
      onclick: () => highlight("gradient", "")}),
    button("Start view", {title: "The first view again", onclick: () => change("restart", {})}),
    saver]});
  const {ask, say, onDispose} = frame;
  let marks = {};
  const attempt = async (action) => {
    try { return await action(); } catch (error) { say(error.message); return null; }
  };
  const canvas = graphCanvas({label: model.get("description"),
    onOpen: (id, open) => change("toggle", {id, open}), onSelect: (id) => openPage(id)});
  const side = el("div", {class: "tft-side"});
  const crumbs = el("nav", {class: "tft-crumbs", "aria-label": "Where it stands"});
  const key = el("div", {class: "tft-legend", role: "status"});
  const outline = outlineTree({onOpen: (id, open) => change("toggle", {id, open}, true),
    onSelect: (id) => { canvas.select(id); canvas.bringIn(id); }});

  const applyMarks = (next) => {
    marks = {...marks, ...next};
    canvas.mark({lit: marks.lit, found: marks.found,
      paint: (id) => paintOf(marks.colours, id)});
    key.replaceChildren(...legend(marks.colours).filter(Boolean),
      ...(marks.lit ? [el("span", {class: "tft-lit-text"}, marks.litText, " ",
        button("Clear", {onclick: () => highlight(null)}))] : []));
  };
  const applyScene = (scene, focus, keepFocus) => {
    if (scene.missing) {
      side.replaceChildren(el("p", {}, scene.missing));
    } else canvas.show(scene, focus, {keepFocus});
    outline.fill(scene.outline);
    applyMarks(scene);
    if (scene.refused) say(scene.refused);
  };
  const change = (what, data, fromOutline = false) => attempt(async () => {
    const answer = await ask(what, data);
    if (answer.scene) applyScene(answer.scene, answer.focus, !fromOutline && what === "toggle");
    return answer;
  });
  const reveal = (id) => attempt(async () => {
    const answer = await change("reveal", {id});
    if (!answer) return;
    canvas.select(id);
    canvas.focus(id);
  });
  const highlight = (kind, id) => attempt(async () => {
    applyMarks(await ask("highlight", {kind, id}));
    say("");
  });
  const openPage = (id) => attempt(async () => {
    const found = await ask("page", {id}, {quiet: true});
    crumbs.replaceChildren(...breadcrumbs(found.path, reveal));
    side.replaceChildren(nodePage(found, {reveal, highlight,
      place: (main) => change("place", {id, main})}));
  });
  const search = searchBox({onChoose: reveal, onQuery: (query) => attempt(async () => {
    const answer = await ask("search", {query}, {quiet: true});
    applyMarks(answer);
    search.fill(answer);
    say(query.trim() ? `${answer.total} found` : "");
  })});
  const save = (format) => attempt(async () => {
    if (format === "svg") canvas.whole((picture) => downloadSvg(picture, "graph.svg"));
    if (format === "png") await canvas.whole((picture) => downloadPng(picture, "graph.png"));
    if (format === "dot") download("graph.dot", (await ask("dot", {})).text);
  });
  const tree = el("details", {class: "tft-tree"}, el("summary", {}, "Outline"), outline.root);
  frame.body.append(el("div", {class: "tft-bar"}, search.root, crumbs),
    el("div", {class: "tft-columns"}, canvas.root, el("div", {class: "tft-right"}, side, tree)), key);
  const load = () => {
    side.replaceChildren(el("p", {class: "tft-muted"}, HELP), shapeKey());
    crumbs.replaceChildren();
    applyScene(model.get("data").scene, "", false);
  };
  requestAnimationFrame(load);
  model.on("change:data", load);
  onDispose(() => model.off("change:data", load));
  frame.root.addEventListener("click", (event) => {
    if (!search.root.contains(event.target)) search.hide();
  });
  return frame.dispose;
}

export default {render};
