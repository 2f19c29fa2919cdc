// Swim-lanes of a step, zoomable: what `panel_data` in device_data.py sends, drawn as SVG.
// Times are microseconds. A span is [op, type, made, inputs, [[what, start, end], ...]], where
// what is "c" (computes), "o" (copies, see KINDS) or "w" (waits).

import {el, formatBytes, formatMicros, svg, uniqueId} from "./common.js";

const KINDS = {c: "computes", o: "copies", w: "waits"};
const LANE = {title: 18, bar: 24, memory: 34, gap: 26, top: 22, most: 4};
const THINNEST = 1.2;
const MOST_TAGS = 10;
const MOST_ARROWS = 200;

/** When an operation began (waiting included) and ended. */
export const startOf = (span) => span[4][0][1];
export const endOf = (span) => span[4][span[4].length - 1][2];

/** Between 4 and 10 round times in a window. */
export function roundTimes(begin, to) {
  let step = 1e-6;
  for (let i = 0; (to - begin) / step > 8; i += 1) step *= [2, 2.5, 2][i % 3];
  const times = [];
  for (let i = Math.max(Math.ceil(begin / step - 1e-9), 0); i * step <= to + step * 1e-9; i += 1) {
    times.push(i * step);
  }
  return times;
}

/** Spans in rows, so that none overlap; what has no room goes into the last row. */
export function rowsOf(spans, most = LANE.most) {
  const rows = [[]];
  for (const span of spans) {
    let row = rows.find((each) => !each.length || endOf(each[each.length - 1]) <= startOf(span)
      + 1e-9);
    if (!row && rows.length < most) rows.push(row = []);
    (row ?? rows[rows.length - 1]).push(span);
  }
  return rows;
}

/** What to draw in a window: single spans, and runs of those too short to be seen. */
export function blocksOf(spans, begin, to, width) {
  const scale = width / (to - begin);
  const blocks = [];
  let thin = null;
  for (const span of spans) {
    if (endOf(span) < begin || startOf(span) > to) continue;
    const x = (startOf(span) - begin) * scale;
    const wide = (endOf(span) - startOf(span)) * scale;
    if (wide >= THINNEST) {
      thin = null;
      blocks.push({spans: [span], x, width: wide});
    } else if (thin && x + wide - thin.x < 4) {
      thin.spans.push(span);
      thin.width = Math.max(x + wide - thin.x, THINNEST);
    } else {
      thin = {spans: [span], x, width: Math.max(wide, THINNEST)};
      blocks.push(thin);
    }
  }
  return blocks;
}

/** A window of time moved or scaled, kept inside the step. */
export function zoomed([begin, to], length, factor, at = (begin + to) / 2) {
  const size = Math.min(Math.max((to - begin) * factor, length / 20000), length);
  const start = Math.min(Math.max(at - (at - begin) * size / (to - begin), 0), length - size);
  return [start, start + size];
}

export function panned([begin, to], length, share) {
  const start = Math.min(Math.max(begin + share * (to - begin), 0), length - (to - begin));
  return [start, start + to - begin];
}

/** The operation beside another in its lane, or nearest in time in a neighbouring lane. */
export function neighbour(lanes, chosen, key) {
  const full = lanes.map((lane, index) => index).filter((index) => lanes[index].spans.length);
  if (!full.length) return null;
  if (!chosen) return {lane: full[0], index: 0};
  const {lane, index} = chosen;
  const last = lanes[lane].spans.length - 1;
  if (key === "ArrowLeft") return {lane, index: Math.max(index - 1, 0)};
  if (key === "ArrowRight") return {lane, index: Math.min(index + 1, last)};
  if (key === "Home") return {lane, index: 0};
  if (key === "End") return {lane, index: last};
  const place = full.indexOf(lane) + (key === "ArrowUp" ? -1 : 1);
  if (place < 0 || place >= full.length) return chosen;
  const time = startOf(lanes[lane].spans[index]);
  const spans = lanes[full[place]].spans;
  let best = 0;
  spans.forEach((span, i) => {
    if (Math.abs(startOf(span) - time) < Math.abs(startOf(spans[best]) - time)) best = i;
  });
  return {lane: full[place], index: best};
}

/** The end of a name, where it has room. */
export function shortened(text, width) {
  const letters = Math.floor(width / 6.3);
  if (text.length <= letters) return text;
  return letters >= 4 ? `…${text.slice(1 - letters)}` : "";
}

/** What one span did: "waits 12.0 us, copies 3.0 us". */
export function timesOf(span) {
  return span[4].map(([what, start, end]) => `${KINDS[what]} ${formatMicros(end - start)}`)
    .join(", ");
}

/** Where each lane is: its top, that of its bars and of its memory, its bottom. */
function placesOf(lanes, rows) {
  let top = LANE.top;
  return lanes.map((lane, index) => {
    const bars = top + LANE.title;
    const memory = bars + LANE.bar * rows[index].length;
    const place = {top, bars, memory, bottom: memory + (lane.memory ? LANE.memory : 0)};
    top = place.bottom + LANE.gap;
    return place;
  });
}

/**
 * A timeline: `element` to put into the page, `picture` its SVG. `actions` has what is called when
 * the user chooses an operation (`onChoose(span, lane)`), points at one or no longer
 * (`onHover(span or null, lane)`), and presses Enter on one (`onOpen(span)`).
 */
export class Timeline {
  constructor(model, actions) {
    this.model = model;
    this.actions = actions;
    this.view = [0, model.length];
    this.width = 760;
    this.chosen = null;  // {lane, index}
    this.marked = new Set();  // names; the others are dim
    this.pointer = "";
    this.ids = {simulated: uniqueId("sim"), copies: uniqueId("copy"), head: uniqueId("head"),
      clip: uniqueId("clip")};
    this.rows = model.lanes.map((lane) => rowsOf(lane.spans));
    this.places = placesOf(model.lanes, this.rows);
    this.height = this.places[this.places.length - 1].bottom + 8;
    this.picture = svg("svg", {class: "tft-lanes", tabindex: 0, role: "application",
      "aria-roledescription": "timeline", height: this.height, "aria-label":
        "Timeline. Left and right arrows choose an operation, up and down a device, plus and minus "
        + "zoom, 0 shows all, Shift with an arrow moves, Enter shows it in the graph."});
    this.element = el("div", {class: "tft-lanes-place"}, this.picture);
    this.listen();
  }

  x(time) {
    return (time - this.view[0]) / (this.view[1] - this.view[0]) * this.width;
  }

  // -- what the user may do --------------------------------------------------------------------

  zoom(factor, at = this.middle()) {
    this.view = zoomed(this.view, this.model.length, factor, at);
    this.draw();
  }

  pan(share) {
    this.view = panned(this.view, this.model.length, share);
    this.draw();
  }

  fit() {
    this.view = [0, this.model.length];
    this.draw();
  }

  /** Choose an operation by its lane and its place there, and bring it into sight. */
  choose(lane, index, tell = true) {
    this.chosen = {lane, index};
    this.marked = new Set();
    const span = this.model.lanes[lane].spans[index];
    const [from, to] = this.view;
    if (endOf(span) < from || startOf(span) > to) {
      const share = ((startOf(span) + endOf(span)) / 2 - from) / (to - from) - 0.5;
      this.view = panned(this.view, this.model.length, share);
    }
    this.draw();
    if (tell) this.actions.onChoose?.(span, this.model.lanes[lane]);
  }

  /** Let all but these operations fade. */
  mark(ops) {
    this.marked = new Set(ops);
    this.chosen = null;
    this.draw();
  }

  /** {lane, index} of an operation's first span, or null. */
  find(op) {
    for (const [lane, {spans}] of this.model.lanes.entries()) {
      const index = spans.findIndex((span) => span[0] === op);
      if (index >= 0) return {lane, index};
    }
    return null;
  }

  middle() {
    if (!this.chosen) return (this.view[0] + this.view[1]) / 2;
    const span = this.model.lanes[this.chosen.lane].spans[this.chosen.index];
    return (startOf(span) + endOf(span)) / 2;
  }

  listen() {
    const timeAt = (event) => this.view[0] + (this.view[1] - this.view[0])
      * (event.clientX - this.picture.getBoundingClientRect().left) / this.width;
    let drag = null;
    const listeners = {
      keydown: (event) => this.onKey(event),
      dblclick: (event) => this.zoom(0.4, timeAt(event)),
      pointerdown: (event) => { drag = {at: event.clientX, view: this.view}; },
      pointermove: (event) => {
        if (!drag || Math.abs(event.clientX - drag.at) < 4) return;
        this.view = panned(drag.view, this.model.length, (drag.at - event.clientX) / this.width);
        this.draw();
      },
      pointerup: () => { drag = null; },
      pointerleave: () => { drag = null; },
    };
    for (const [name, listener] of Object.entries(listeners)) {
      this.picture.addEventListener(name, listener);
    }
    this.picture.addEventListener("wheel", (event) => {  // alone, the wheel scrolls the notebook
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(event));
    }, {passive: false});
  }

  onKey(event) {
    const {key} = event;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const actions = {"+": () => this.zoom(0.5), "=": () => this.zoom(0.5),
      "-": () => this.zoom(2), 0: () => this.fit()};
    if (event.shiftKey && key.startsWith("Arrow")) this.pan(key === "ArrowRight" ? 0.25 : -0.25);
    else if (key.startsWith("Arrow") || key === "Home" || key === "End") {
      const next = neighbour(this.model.lanes, this.chosen, key);
      if (next) this.choose(next.lane, next.index);
    } else if (key === "Enter" && this.chosen) {
      this.actions.onOpen?.(this.model.lanes[this.chosen.lane].spans[this.chosen.index]);
    } else if (actions[key]) actions[key]();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Redrawing puts new elements below a pointer that rests: that isn't hovering. */
  hover(event, span, lane) {
    const place = `${event.clientX} ${event.clientY}`;
    if (place !== this.pointer) this.actions.onHover?.(span, lane);
    this.pointer = place;
  }

  // -- drawing -----------------------------------------------------------------------------------

  draw() {
    this.width = Math.max(this.element.clientWidth || 760, 320);
    this.picture.setAttribute("width", this.width);
    this.picture.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    this.picture.replaceChildren(defs(this.ids, this.width, this.height),
      ...roundTimes(...this.view).map((time) => tick(this.x(time), time, this.height, this.width)),
      ...this.model.lanes.map((lane, index) => this.drawLane(lane, index)), this.drawArrows());
  }

  drawLane(lane, index) {
    const place = this.places[index];
    const shares = Object.entries(lane.times).filter(([, time]) => time > 0)
      .map(([what, time]) => `${what} ${Math.round(100 * time / this.model.length)} %`).join(", ");
    const inside = svg("g", {"clip-path": `url(#${this.ids.clip})`},
      lane.memory ? this.drawMemory(lane.memory, place) : null,
      this.rows[index].map((spans, row) => blocksOf(spans, ...this.view, this.width).map(
        (block, count) => this.drawBlock(block, place.bars + row * LANE.bar, index, count % 2))));
    return svg("g", {class: "tft-lane", "data-lane": lane.title},
      svg("rect", {class: "tft-lane-frame", x: 0.5, y: place.top, width: this.width - 1,
        height: place.bottom - place.top, rx: 3,
        fill: lane.simulated ? `url(#${this.ids.simulated})` : "none"}),
      svg("text", {class: "tft-lane-title", x: 6, y: place.top + 13}, lane.title),
      svg("text", {class: "tft-lane-shares", x: 18 + 7 * lane.title.length, y: place.top + 13},
        shares || "idle"), inside);
  }

  drawBlock(block, y, index, odd) {
    const lane = this.model.lanes[index];
    const [span] = block.spans;
    const chosen = this.chosen?.lane === index
      && block.spans.includes(lane.spans[this.chosen.index]);
    const dim = this.marked.size > 0 && !block.spans.some((each) => this.marked.has(each[0]));
    const many = block.spans.length > 1;
    return svg("g", {class: `tft-span${chosen ? " tft-chosen" : ""}${dim ? " tft-dim" : ""}`,
      "data-op": chosen ? lane.spans[this.chosen.index][0] : span[0], "data-count": many ? block.spans.length : null,
      onclick: () => this.choose(index, lane.spans.indexOf(span)),
      onpointerenter: (event) => this.hover(event, span, lane),
      onpointerleave: () => this.actions.onHover?.(null)},
    svg("title", {}, many
      ? `${block.spans.length} short operations from ${span[0]}: zoom in to see them`
      : `${span[0]} (${span[1]}): ${timesOf(span)}`),
    many ? svg("rect", {class: "tft-computes tft-many", x: block.x, y: y + 3, width: block.width,
      height: LANE.bar - 8}) : [...this.drawStretches(span, y, odd), ...this.drawName(span, y)],
    chosen && svg("rect", {class: "tft-ring", x: block.x - 1.5, y: y + 1,
      width: Math.max(block.width + 2, 4), height: LANE.bar - 4}));
  }

  drawStretches(span, y, odd) {
    return span[4].flatMap(([what, start, end]) => {
      const box = {x: this.x(start), y: y + 3, height: LANE.bar - 8,
        width: Math.max(this.x(end) - this.x(start) - 0.5, 0.5)};
      return [svg("rect", {class: `tft-${KINDS[what]}${odd ? " tft-odd" : ""}`, ...box}),
        what === "o" && svg("rect", {...box, fill: `url(#${this.ids.copies})`})];
    });
  }

  drawName(span, y) {
    const widest = span[4].reduce((a, b) => (b[2] - b[1] > a[2] - a[1] ? b : a));
    const left = Math.max(this.x(widest[1]), 0);
    const waits = widest[0] === "w";
    const text = shortened(waits ? `waits for ${span[3][0] ?? span[0]}` : span[0],
      Math.min(this.x(widest[2]), this.width) - left - 6);
    return text ? [svg("text", {class: waits ? "tft-wait-name" : "tft-span-name", x: left + 3,
      y: y + LANE.bar - 9}, text)] : [];
  }

  drawMemory(memory, place) {
    const base = place.bottom - 1;
    const full = LANE.memory - 8;
    let level = base;
    let path = `M${this.x(0)} ${base}`;
    for (const [time, bytes] of memory.curve) {
      const here = this.x(time).toFixed(1);
      path += `L${here} ${level.toFixed(1)}`;
      level = base - full * bytes / Math.max(memory.peak, 1);
      path += `L${here} ${level.toFixed(1)}`;
    }
    const end = this.x(this.model.length);
    const peak = this.x(memory.time);
    const held = memory.holders.slice(0, 2).map(([op, bytes]) => `${op} ${formatBytes(bytes)}`);
    const words = `▾ peak ${formatBytes(memory.peak)}: ${held.join(", ")}`;
    const left = Math.min(Math.max(peak - 4, 4), Math.max(this.width - 6 * words.length, 4));
    return [svg("path", {class: "tft-memory", d: `${path}L${end} ${level}L${end} ${base}Z`}),
      svg("circle", {class: "tft-peak", cx: peak, cy: base - full, r: 2.5}),
      svg("text", {class: "tft-peak-name", x: left, y: place.memory + 18}, words)];
  }

  drawArrows() {
    const [from, to] = this.view;
    const seen = this.model.transfers.filter((row) => row.kind !== "same memory"
      && row.end >= from && row.start <= to);
    const big = new Set([...seen].sort((a, b) => b.bytes - a.bytes).slice(0, MOST_TAGS));
    const taken = [];
    return svg("g", {class: "tft-arrows"}, seen.slice(0, MOST_ARROWS).map((row) =>
      this.drawArrow(row, big.has(row) ? taken : null)));
  }

  /** `taken`: where signs are already; null for an arrow without one. */
  drawArrow(row, taken) {
    const [source, target] = [this.places[row.from], this.places[row.to]];
    const down = target.top > source.top;
    const [x1, x2] = [this.x(row.start), this.x(row.end)];
    const y1 = source.bars + 3 + (down ? LANE.bar * this.rows[row.from].length - 8 : 0);
    const y2 = target.bars + (down ? 1 : LANE.bar * this.rows[row.to].length - 4);
    const dim = this.marked.size > 0 && !this.marked.has(row.tensor);
    return svg("g", {class: `tft-arrow${dim ? " tft-dim" : ""}`, "data-tensor": row.tensor},
      svg("line", {x1, y1, x2, y2, "marker-end": `url(#${this.ids.head})`,
        "stroke-dasharray": {network: "6 3", PtoP: "2 2"}[row.kind]}),
      taken && this.drawSign(`${row.kind} ${formatBytes(row.bytes)}`, (x1 + x2) / 2, y1, y2,
        taken));
  }

  /** A sign somewhere between the ends of an arrow, if there is room. */
  drawSign(words, middle, y1, y2, taken) {
    const wide = 5.6 * words.length + 6;
    const left = Math.min(Math.max(middle - wide / 2, 0), this.width - wide);
    for (const share of [0.5, 0.7, 0.3]) {
      const top = y1 + share * (y2 - y1) - 7;
      if (!taken.some(([a, b]) => Math.abs(a - left) < wide && Math.abs(b - top) < 14)) {
        taken.push([left, top]);
        return [svg("rect", {class: "tft-tag", x: left, y: top, width: wide, height: 13, rx: 3}),
          svg("text", {class: "tft-tag-name", x: left + 3, y: top + 10}, words)];
      }
    }
    return null;
  }
}

function defs(ids, width, height) {
  const stripes = (id, color, period, stroke) => svg("pattern", {id, width: period, height: period,
    patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)"},
  svg("line", {x1: 0, y1: 0, x2: 0, y2: period, stroke: color, "stroke-width": stroke}));
  return svg("defs", {}, stripes(ids.simulated, "#8a8a8a40", 8, 2),
    stripes(ids.copies, "#ffffff8c", 5, 1.5),
    svg("clipPath", {id: ids.clip}, svg("rect", {width, height})),
    svg("marker", {id: ids.head, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8,
      markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto"},
    svg("path", {class: "tft-head", d: "M0 0 8 4 0 8z"})));
}

function tick(x, time, height, width) {
  const last = x > width - 60;
  return svg("g", {class: "tft-tick"}, svg("line", {x1: x, y1: 12, x2: x, y2: height}),
    svg("text", {x: last ? x - 2 : x + 2, y: 10, "text-anchor": last ? "end" : "start"},
      formatMicros(time)));
}
