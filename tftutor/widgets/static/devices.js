// The devices panel: a timeline (or a map of a placement), the chosen operation's details, the table
// of who runs where and why, and the graph beside it. Choosing in one chooses in all.

import {button, dataTable, download, downloadSvg, el, formatBytes, formatMicros, panelFrame, roving,
  svg, svgFromText, toggleButton} from "./common.js";
import {Timeline, endOf, startOf, timesOf} from "./timeline.js";

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
  const place = el("div", {class: "tft-scroll"});
  const keys = roving(place, "button");
  const count = el("span", {class: "tft-muted", role: "status"});
  const draw = () => {
    const rows = matching(model.rows, state);
    count.textContent = `${rows.length} of ${model.rows.length} operations`
      + (rows.length > MOST_ROWS ? `, the first ${MOST_ROWS} are shown` : "");
    place.replaceChildren(dataTable(["Operation", "Type", "Asked for", "Runs on", "Why"],
      rows.slice(0, MOST_ROWS).map((row) => ({class: row[5] ? "tft-moved" : "", "data-op": row[0], cells: [
        button(row[0], {className: "tft-op", onclick: () => choose(row[0])}), row[1],
        row[2] || "–", row[3],
        [row[5] ? el("span", {class: "tft-badge"}, "moved") : "", ` ${row[4]}`]]}))));
    keys.refresh();
  };
  const filter = toggleButton(`Moved by soft placement (${moved})`, {disabled: !moved,
    onToggle: (isDown) => { state.movedOnly = isDown; draw(); }});
  const field = el("input", {class: "tft-field", type: "search", placeholder: "name, type, device",
    "aria-label": "Show only operations with these words",
    oninput: () => { state.words = field.value; draw(); }});
  draw();
  return el("details", {class: "tft-where", open: !model.length},
    el("summary", {}, `Who runs where, and why (${model.rows.length})`),
    el("div", {class: "tft-toolbar"}, filter, field, count), place);
}

/** A folded table of the first items: `cellsOf(item)` are the cells of its row. */
function folded(name, head, items, cellsOf, numbers) {
  if (!items.length) return "";
  return el("details", {}, el("summary", {}, `${name} (${items.length})`), el("div",
    {class: "tft-scroll"}, dataTable(head, items.slice(0, MOST_ROWS).map(cellsOf), {numbers})));
}

function makePeaks(model) {
  return folded("Memory at the peaks", ["Device", "Peak", "At", "Held by"],
    model.lanes.filter((lane) => lane.memory), ({title, memory}) => [title,
      formatBytes(memory.peak), formatMicros(memory.time),
      memory.holders.map(([op, bytes]) => `${op} ${formatBytes(bytes)}`).join(", ")], [1, 2]);
}

function makeTransfers(model, choose) {
  return folded("Transfers", ["Tensor", "Kind", "Bytes", "From", "To", "At", "Took"],
    model.transfers, (row) => [button(row.tensor, {className: "tft-op",
      onclick: () => choose(row.tensor)}), row.kind, formatBytes(row.bytes), row.source, row.target,
    formatMicros(row.start), formatMicros(row.end - row.start)], [2, 5, 6]);
}

/** The graph beside the timeline: Python draws it, `show(request)` asks for another view. */
class GraphPane {
  constructor(frame, {onOperation, onScope}) {
    this.frame = frame;
    this.onOperation = onOperation;
    this.onScope = onScope;
    this.groups = new Set();
    this.place = el("div", {class: "tft-graph", role: "group", "aria-label":
      "Graph. Arrow keys go from node to node, Enter chooses an operation or opens a scope."});
    this.keys = roving(this.place, PARTS,
      {orientation: "both", onActivate: (part) => this.open(part)});
  }

  /** Choose an operation, or open or close a scope. */
  async open(part) {
    const id = idOf(part);
    if (!this.groups.has(id)) this.onOperation(id);
    else {
      const answer = await this.show({toggle: id});
      if (answer) this.onScope(answer);
    }
  }

  /** Another view: {reveal: operation}, {toggle: scope}, or {} for the present one. */
  async show(request) {
    let answer;
    try {
      answer = await this.frame.ask("graph", request);
    } catch (error) {
      this.frame.say(error.message);
      return null;
    }
    const focused = this.place.contains(document.activeElement);
    this.groups = new Set(answer.groups);
    const picture = svgFromText(answer.svg);
    this.place.replaceChildren(picture);
    const parts = [...picture.querySelectorAll(PARTS)];
    parts.forEach((part) => {
      part.setAttribute("role", "button");
      part.setAttribute("tabindex", "-1");
      part.setAttribute("aria-label", part.querySelector("title")?.textContent ?? idOf(part));
      part.addEventListener("click", () => this.open(part));
    });
    this.keys.refresh();
    const shown = parts.find((part) => idOf(part) === answer.shown);
    if (shown) this.ring(shown);
    if (shown && focused) this.keys.choose(shown);
    return answer;
  }

  /** Frame a part and scroll to it. */
  ring(part) {
    const {x, y, width, height} = part.getBBox();
    part.classList.add("tft-marked");
    part.append(svg("rect", {class: "tft-ring", x: x - 3, y: y - 3, width: width + 6,
      height: height + 6, rx: 4}));
    const [there, here] = [part, this.place].map((each) => each.getBoundingClientRect());
    this.place.scrollTop += there.top - here.top - (here.height - there.height) / 2;
    this.place.scrollLeft += there.left - here.left - (here.width - there.width) / 2;
  }
}

const PARTS = "[data-node], [data-cluster]";
const idOf = (part) => part.getAttribute("data-node") ?? part.getAttribute("data-cluster");

/** The panel: `fill()` asks for the data and draws, `choose(op)` shows one operation everywhere. */
class DevicesPanel {
  constructor(widget, container) {
    const {traced, hasGraph, hasTrace} = widget.get("data");
    this.timeline = this.graph = this.model = null;
    this.details = makeDetails();
    this.zooms = traced ? this.makeZooms() : [];
    this.graphButton = button("Graph", {pressed: false, title: "Show the graph beside it",
      onclick: () => (this.graph ? this.closeGraph() : this.openGraph())});
    this.frame = panelFrame(widget, container, {className: "tft-devices", tools: [
      ...this.zooms, hasGraph && this.graphButton, hasTrace && button("Chrome trace",
        {title: "Save for chrome://tracing or ui.perfetto.dev", onclick: () => this.saveTrace()}),
      button("SVG", {title: "Save this picture", onclick: () => downloadSvg(
        this.frame.body.querySelector(".tft-main svg"), "devices.svg")})].filter(Boolean)});
    const resize = new ResizeObserver(() => this.timeline?.draw());
    resize.observe(this.frame.body);
    const again = () => this.fill();
    widget.on("change:data", again);
    this.frame.onDispose(() => { resize.disconnect(); widget.off("change:data", again); });
  }

  makeZooms() {
    const tool = (label, title, act) => button(label, {title, disabled: true, onclick: act});
    return [tool("+", "Zoom in (key +)", () => this.timeline.zoom(0.5)),
      tool("−", "Zoom out (key -)", () => this.timeline.zoom(2)),
      tool("All", "Show the whole step (key 0)", () => this.timeline.fit()),
      tool("◀", "Earlier (Shift and left arrow)", () => this.timeline.pan(-0.25)),
      tool("▶", "Later (Shift and right arrow)", () => this.timeline.pan(0.25))];
  }

  async fill() {
    try {
      this.model = await this.frame.ask("model");
    } catch (error) {
      this.frame.say(error.message);
      return;
    }
    const {model} = this;
    this.closeGraph();
    const main = el("div", {class: "tft-main"});
    if (model.length) {
      this.timeline = this.makeTimeline();
      main.append(this.timeline.element, legend(model));
    } else main.append(mapOf(model.map, (op) => this.choose(op)));
    const choose = (op) => this.choose(op);
    this.frame.body.replaceChildren(el("div", {class: "tft-sides"}, main), this.details.place,
      model.rows.length ? makeTable(model, choose) : "", makeTransfers(model, choose),
      makePeaks(model));
    this.zooms.forEach((each) => { each.disabled = false; });
    this.timeline?.draw();
  }

  makeTimeline() {
    const {details, model} = this;
    return new Timeline(model, {
      onChoose: (span) => this.choose(span[0], true),
      onHover: (span, lane) => (span
        ? details.peek(span[0], factsOf(span[0], model, span, lane)) : details.back()),
      onOpen: (span) => (this.graph ? this.graph.show({reveal: span[0]}) : this.openGraph(span[0])),
    });
  }

  /** Show an operation in the details, the timeline and the graph. */
  choose(op, isInTimeline = false) {
    const found = this.timeline?.find(op);
    const lane = found && this.model.lanes[found.lane];
    const span = found && lane.spans[found.index];
    this.details.choose(op, factsOf(op, this.model, span, lane));
    if (found && !isInTimeline) this.timeline.choose(found.lane, found.index, false);
    else if (!found) this.timeline?.mark([op]);
    this.graph?.show({reveal: op});
    this.frame.say(found ? `${op}: ${timesOf(span)}` : op);
  }

  async openGraph(op = null) {
    this.graphButton.setAttribute("aria-pressed", "true");
    this.graph = new GraphPane(this.frame, {onOperation: (name) => this.choose(name),
      onScope: (answer) => {
        this.timeline?.mark(answer.ops);
        this.frame.say(`${answer.shown}: ${answer.ops.length} operations`);
      }});
    this.frame.body.querySelector(".tft-sides").append(this.graph.place);
    this.timeline?.draw();
    await this.graph.show(op ? {reveal: op} : {});
  }

  closeGraph() {
    this.graphButton.setAttribute("aria-pressed", "false");
    this.graph?.place.remove();
    this.graph = null;
    this.timeline?.draw();
  }

  async saveTrace() {
    try {
      download("timeline.json", await this.frame.ask("chrome"), "application/json");
      this.frame.say("Saved timeline.json: open it at ui.perfetto.dev.");
    } catch (error) {
      this.frame.say(error.message);
    }
  }
}

function render({model, el: container}) {
  const panel = new DevicesPanel(model, container);
  panel.fill();
  return panel.frame.dispose;
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
