// The devices panel: a timeline (or a map of a placement), the chosen operation's details, the table
// of who runs where and why, and the graph beside it. Choosing in one chooses in all.

import {button, download, downloadSvg, el, formatBytes, panelFrame, roving, svgFromText}
  from "./common.js";
import {endOf, formatMicros, makeTimeline, startOf, timesOf} from "./timeline.js";

const MOST_ROWS = 200;

/** The rows that match: only moved ones, and those with all words in any of their cells. */
export function matching(rows, {movedOnly, words}) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => (!movedOnly || row[5])
    && wanted.every((word) => row.slice(0, 5).some((cell) => cell.toLowerCase().includes(word))));
}

/** What is known of an operation: [[term, text], ...]. */
export function factsOf(op, model, span, lane) {
  const row = model.rows.find((each) => each[0] === op);
  const facts = [];
  if (span) {
    facts.push(["Type", span[1]], ["On", lane.title],
      ["From", `${formatMicros(startOf(span))} to ${formatMicros(endOf(span))}`],
      ["Time", timesOf(span)]);
    if (span[2]) facts.push(["Makes", span[2]]);
    if (span[3].length) facts.push(["Inputs", span[3].join(", ")]);
  } else if (row) facts.push(["Type", row[1]]);
  if (!span && model.length) {
    const still = model.lanes.find((each) => each.still.includes(op));
    facts.push(["Time", still ? `none in this step, on ${still.title}` : "it didn't run in this step"]);
  }
  if (row) {
    facts.push(["Asked for", row[2] || "nothing"], ["Runs on", row[3]],
      ["Why", row[5] ? `moved: ${row[4]}` : row[4]]);
  }
  const sent = model.transfers.filter((each) => each.tensor === op);
  if (sent.length) {
    facts.push(["Sent", sent.map((each) => `${each.kind} ${formatBytes(each.bytes)} to `
      + each.target).join(", ")]);
  }
  return facts;
}

function makeDetails() {
  const body = el("tbody", {}, el("tr", {}, el("td", {class: "tft-muted"},
    "Choose an operation to see what it did.")));
  let chosen = [];
  const draw = (rows) => body.replaceChildren(...rows.map(([term, text], index) => el("tr", {},
    el("th", {scope: "row"}, term),
    el("td", {class: index ? "" : "tft-mono tft-op"}, text))));
  return {
    place: el("table", {class: "tft-facts", "aria-label": "The chosen operation"}, body),
    choose: (op, facts) => draw(chosen = [["Operation", op], ...facts]),
    peek: (op, facts) => draw([["Operation", op], ...facts]),
    back: () => { if (chosen.length) draw(chosen); },
  };
}

function makeTable(model, choose) {
  const state = {movedOnly: false, words: ""};
  const moved = model.rows.filter((row) => row[5]).length;
  const body = el("tbody", {});
  const count = el("span", {class: "tft-muted", role: "status"});
  const draw = () => {
    const rows = matching(model.rows, state);
    count.textContent = `${rows.length} of ${model.rows.length} operations`
      + (rows.length > MOST_ROWS ? `, the first ${MOST_ROWS} are shown` : "");
    body.replaceChildren(...rows.slice(0, MOST_ROWS).map((row) => el("tr",
      {class: row[5] ? "tft-moved" : "", "data-op": row[0]},
      el("td", {}, button(row[0], {className: "tft-op", onclick: () => choose(row[0])})),
      el("td", {}, row[1]), el("td", {}, row[2] || "–"), el("td", {}, row[3]),
      el("td", {}, row[5] ? el("span", {class: "tft-badge"}, "moved") : "", ` ${row[4]}`))));
    keys?.refresh();
  };
  const filter = button(`Moved by soft placement (${moved})`, {pressed: false, disabled: !moved,
    onclick: () => {
      state.movedOnly = !state.movedOnly;
      filter.setAttribute("aria-pressed", String(state.movedOnly));
      draw();
    }});
  const field = el("input", {class: "tft-field", type: "search", placeholder: "name, type, device",
    "aria-label": "Show only operations with these words",
    oninput: () => { state.words = field.value; draw(); }});
  const table = el("table", {class: "tft-table"}, el("thead", {}, el("tr", {},
    ["Operation", "Type", "Asked for", "Runs on", "Why"].map((name) =>
      el("th", {scope: "col"}, name)))), body);
  let keys = null;
  draw();
  keys = roving(body, "button");
  return el("details", {class: "tft-where", open: !model.length},
    el("summary", {}, `Who runs where, and why (${model.rows.length})`),
    el("div", {class: "tft-toolbar"}, filter, field, count),
    el("div", {class: "tft-scroll"}, table));
}

/** A folded table: head is its columns' names, a row is a list of texts or elements. */
function folded(name, head, rows, numbers) {
  if (!rows.length) return "";
  const look = (column) => (numbers.includes(column) ? "tft-number" : "");
  return el("details", {}, el("summary", {}, `${name} (${rows.length})`),
    el("div", {class: "tft-scroll"}, el("table", {class: "tft-table"},
      el("thead", {}, el("tr", {}, head.map((text, column) =>
        el("th", {scope: "col", class: look(column)}, text)))),
      el("tbody", {}, rows.slice(0, MOST_ROWS).map((row) => el("tr", {}, row.map((cell, column) =>
        el("td", {class: look(column)}, cell))))))));
}

function makePeaks(model) {
  return folded("Memory at the peaks", ["Device", "Peak", "At", "Held by"],
    model.lanes.filter((lane) => lane.memory).map(({title, memory}) => [title,
      formatBytes(memory.peak), formatMicros(memory.time),
      memory.holders.map(([op, bytes]) => `${op} ${formatBytes(bytes)}`).join(", ")]), [1, 2]);
}

function makeTransfers(model, choose) {
  return folded("Transfers", ["Tensor", "Kind", "Bytes", "From", "To", "At", "Took"],
    model.transfers.map((row) => [button(row.tensor, {className: "tft-op",
      onclick: () => choose(row.tensor)}), row.kind, formatBytes(row.bytes), row.source, row.target,
    formatMicros(row.start), formatMicros(row.end - row.start)]), [2, 5, 6]);
}

/** The graph beside the timeline; `show(request)` asks Python for a view of it. */
function makeGraph(frame, {onOperation, onScope}) {
  const place = el("div", {class: "tft-graph", role: "group", "aria-label":
    "Graph. Arrow keys go from node to node, Enter chooses an operation or opens a scope."});
  const keys = {current: null, groups: new Set()};
  const open = async (node) => {
    const id = node.getAttribute("data-node") ?? node.getAttribute("data-cluster");
    if (keys.groups.has(id)) onScope(await show({toggle: id}));
    else onOperation(id);
  };
  const show = async (request) => {
    const answer = await frame.ask("graph", request);
    const picture = svgFromText(answer.svg);
    keys.groups = new Set(answer.groups);
    place.replaceChildren(picture);
    const nodes = [...picture.querySelectorAll("[data-node], [data-cluster]")];
    nodes.forEach((node) => {
      node.setAttribute("role", "button");
      node.setAttribute("tabindex", "-1");
      node.setAttribute("aria-label", node.querySelector("title")?.textContent ?? "");
      node.addEventListener("click", () => guarded(() => open(node)));
    });
    keys.current?.refresh();
    const shown = nodes.find((node) => [node.getAttribute("data-node"),
      node.getAttribute("data-cluster")].includes(answer.shown));
    if (shown) {
      shown.classList.add("tft-marked");
      const ring = shown.getBBox();
      const frameOf = shown.ownerDocument.createElementNS("http://www.w3.org/2000/svg", "rect");
      Object.entries({x: ring.x - 3, y: ring.y - 3, width: ring.width + 6, height: ring.height + 6,
        class: "tft-ring", rx: 4}).forEach(([name, value]) => frameOf.setAttribute(name, value));
      shown.append(frameOf);
      const [there, here] = [shown.getBoundingClientRect(), place.getBoundingClientRect()];
      place.scrollTop += there.top - here.top - (here.height - there.height) / 2;
      place.scrollLeft += there.left - here.left - (here.width - there.width) / 2;
    }
    return answer;
  };
  const guarded = (action) => action().catch((error) => frame.say(error.message));
  keys.current = roving(place, "[data-node], [data-cluster]",
    {orientation: "both", onActivate: (node) => guarded(() => open(node))});
  return {place, show};
}

function render({model: widget, el: container}) {
  const parts = {graph: null, timeline: null, model: null};
  const tool = (label, title, onclick) => button(label, {title, onclick, disabled: true});
  const zooms = [tool("+", "Zoom in (key +)", () => parts.timeline.zoom(0.5)),
    tool("−", "Zoom out (key -)", () => parts.timeline.zoom(2)),
    tool("All", "Show the whole step (key 0)", () => parts.timeline.fit()),
    tool("◀", "Earlier (Shift and left arrow)", () => parts.timeline.pan(-0.25)),
    tool("▶", "Later (Shift and right arrow)", () => parts.timeline.pan(0.25))];
  const graphButton = button("Graph", {pressed: false, title: "Show the graph beside it",
    onclick: () => openGraph(parts.graph === null)});
  const chrome = button("Chrome trace", {title: "Save for chrome://tracing or ui.perfetto.dev",
    onclick: () => frame.ask("chrome").then((text) => {
      download("timeline.json", text, "application/json");
      frame.say("Saved timeline.json: open it at ui.perfetto.dev.");
    }, (error) => frame.say(error.message))});
  const picture = button("SVG", {title: "Save this picture", onclick: () =>
    downloadSvg(frame.body.querySelector(".tft-main svg"), "devices.svg")});
  const {traced, hasGraph, hasTrace} = widget.get("data");
  const frame = panelFrame(widget, container, {className: "tft-devices", tools: [
    ...(traced ? zooms : []), ...(hasGraph ? [graphButton] : []), ...(hasTrace ? [chrome] : []),
    picture]});
  const details = makeDetails();

  const choose = (op, from = "") => {
    const model = parts.model;
    const found = parts.timeline?.find(op);
    const lane = found && model.lanes[found.lane];
    details.choose(op, factsOf(op, model, found ? lane.spans[found.index] : null, lane));
    if (from !== "timeline" && parts.timeline) {
      if (found) parts.timeline.choose(found.lane, found.index, false);
      else parts.timeline.mark([op]);
    }
    if (from !== "graph" || parts.graph) reveal(op);
    frame.say(found ? `${op}: ${timesOf(lane.spans[found.index])}` : op);
  };
  const reveal = (op) => parts.graph?.show({reveal: op}).catch((error) => frame.say(error.message));
  const openGraph = async (open, op = null) => {
    graphButton.setAttribute("aria-pressed", String(open));
    if (!open) {
      parts.graph.place.remove();
      parts.graph = null;
      parts.timeline?.draw();
      return;
    }
    parts.graph = makeGraph(frame, {onOperation: (name) => choose(name, "graph"),
      onScope: (answer) => {
        parts.timeline?.mark(answer.ops);
        frame.say(`${answer.shown}: ${answer.ops.length} operations`);
      }});
    frame.body.querySelector(".tft-sides").append(parts.graph.place);
    parts.timeline?.draw();
    try {
      await parts.graph.show(op ? {reveal: op} : {});
    } catch (error) {
      frame.say(error.message);
    }
  };

  const fill = async () => {
    try {
      parts.model = await frame.ask("model");
    } catch (error) {
      frame.say(error.message);
      return;
    }
    const {model} = parts;
    const main = el("div", {class: "tft-main"});
    parts.graph = null;
    graphButton.setAttribute("aria-pressed", "false");
    if (model.length) {
      parts.timeline = makeTimeline(model, {
        onChoose: (span) => choose(span[0], "timeline"),
        onHover: (span, lane) => (span
          ? details.peek(span[0], factsOf(span[0], model, span, lane)) : details.back()),
        onOpen: (span) => (parts.graph ? reveal(span[0]) : openGraph(true, span[0]))});
      main.append(parts.timeline.element, legend(model));
    } else main.append(mapOf(model.map, choose));
    frame.body.replaceChildren(el("div", {class: "tft-sides"}, main), details.place,
      model.rows.length ? makeTable(model, (op) => choose(op)) : "",
      makeTransfers(model, (op) => choose(op)), makePeaks(model));
    zooms.forEach((each) => { each.disabled = false; });
    parts.timeline?.draw();
  };
  const resize = new ResizeObserver(() => parts.timeline?.draw());
  resize.observe(frame.body);
  frame.onDispose(() => resize.disconnect());
  widget.on("change:data", fill);
  frame.onDispose(() => widget.off("change:data", fill));
  fill();
  return frame.dispose;
}

function legend(model) {
  const mark = (kind, text) => el("span", {class: "tft-key"},
    el("span", {class: `tft-swatch tft-swatch-${kind}`}), text);
  const left = model.lanes.reduce((sum, lane) => sum + lane.left, 0);
  return el("p", {class: "tft-muted tft-legend"}, mark("computes", "computes"),
    mark("copies", "copies"), mark("waits", "waits"), mark("memory", "memory, own scale"),
    model.lanes.some((lane) => lane.simulated)
      ? mark("simulated", "simulated GPU: no hardware stands behind it") : "",
    left ? ` ${left} of the shortest operations are left out.` : "");
}

/** The map of a placement, drawn by Python: its boxes can be chosen. */
function mapOf(text, choose) {
  const place = el("div", {class: "tft-scroll tft-map"}, svgFromText(text) ?? "");
  place.querySelectorAll("[data-op]").forEach((box) => {
    const op = box.getAttribute("data-op");
    box.setAttribute("role", "button");
    box.setAttribute("tabindex", "-1");
    box.setAttribute("aria-label", op);
    box.addEventListener("click", () => choose(op));
  });
  roving(place, "[data-op]", {orientation: "both",
    onActivate: (box) => choose(box.getAttribute("data-op"))});
  return place;
}

export default {render};
