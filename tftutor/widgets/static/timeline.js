// Swim-lanes of a step, zoomable: what `panel_data` in device_data.py sends, drawn as SVG.
// Times are microseconds. A span is [op, type, made, inputs, [[what, start, end], ...]], where
// what is "c" (computes), "o" (copies, see KINDS) or "w" (waits).

import {el, formatBytes, svg, uniqueId} from "./common.js";

export const KINDS = {c: "computes", o: "copies", w: "waits"};
const LANE = {title: 18, bar: 24, memory: 34, gap: 26, top: 22, most: 4};
const THINNEST = 1.2;
const MOST_TAGS = 10;

/** When an operation began (waiting included) and ended. */
export const startOf = (span) => span[4][0][1];
export const endOf = (span) => span[4][span[4].length - 1][2];

/** 850 ns, 12.3 us, 4.56 ms, of microseconds. */
export function formatMicros(micros) {
  for (const [unit, size, digits] of [["s", 1e6, 2], ["ms", 1e3, 2], ["us", 1, 1]]) {
    if (micros >= size) return `${(micros / size).toFixed(digits)} ${unit}`;
  }
  return `${Math.round(micros * 1000)} ns`;
}

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

/**
 * The timeline as an element with `draw()`, `show(lane, index)`, `find(op)`, `mark(ops)`,
 * `zoom(factor)`, `pan(share)`, `fit()`; `picture` is its SVG. `onChoose(span, lane)` is called
 * when the user chooses an operation, `onHover(span or null)` for the pointer.
 */
export function makeTimeline(model, {onChoose, onHover, onOpen}) {
  const ids = {simulated: uniqueId("sim"), copies: uniqueId("copy"), head: uniqueId("head"),
    clip: uniqueId("clip")};
  const state = {view: [0, model.length], chosen: null, marked: new Set(), width: 760, drag: null,
    pointer: ""};
  const rows = model.lanes.map((lane) => rowsOf(lane.spans));
  const tops = [];
  let bottom = LANE.top;
  model.lanes.forEach((lane, index) => {
    const bars = bottom + LANE.title;
    const memory = bars + LANE.bar * rows[index].length;
    tops.push({top: bottom, bars, memory,
      bottom: memory + (lane.memory ? LANE.memory : 0)});
    bottom = tops[index].bottom + LANE.gap;
  });
  const height = bottom - LANE.gap + 8;
  const picture = svg("svg", {class: "tft-lanes", tabindex: 0, role: "application",
    "aria-roledescription": "timeline", height, "aria-label":
      "Timeline. Left and right arrows choose an operation, up and down a device, plus and minus "
      + "zoom, 0 shows all, Shift with an arrow moves, Enter shows it in the graph."});
  const x = (time) => (time - state.view[0]) / (state.view[1] - state.view[0]) * state.width;

  function draw() {
    state.width = Math.max(picture.parentElement?.clientWidth || 760, 320);
    picture.setAttribute("width", state.width);
    picture.setAttribute("viewBox", `0 0 ${state.width} ${height}`);
    const [from, to] = state.view;
    picture.replaceChildren(defs(ids, state.width, height),
      ...roundTimes(from, to).map((time) => tick(x(time), time, height, state.width)),
      ...model.lanes.flatMap((lane, index) => drawLane(lane, index)), arrows());
  }

  function drawLane(lane, index) {
    const place = tops[index];
    const shares = Object.entries(lane.times).filter(([, time]) => time > 0)
      .map(([what, time]) => `${what} ${Math.round(100 * time / model.length)} %`).join(", ");
    const group = svg("g", {class: "tft-lane", "data-lane": lane.title},
      svg("rect", {class: "tft-lane-frame", x: 0.5, y: place.top, width: state.width - 1,
        height: place.bottom - place.top, rx: 3,
        fill: lane.simulated ? `url(#${ids.simulated})` : "none"}),
      svg("text", {class: "tft-lane-title", x: 6, y: place.top + 13}, lane.title),
      svg("text", {class: "tft-lane-shares", x: 18 + 7 * lane.title.length, y: place.top + 13},
        shares || "idle"));
    const inside = svg("g", {"clip-path": `url(#${ids.clip})`});
    if (lane.memory) inside.append(...memoryOf(lane.memory, place));
    rows[index].forEach((spans, row) => {
      let count = 0;
      for (const block of blocksOf(spans, ...state.view, state.width)) {
        count += 1;
        inside.append(drawBlock(block, place.bars + row * LANE.bar, lane, index, count % 2));
      }
    });
    group.append(inside);
    return [group];
  }

  function drawBlock(block, y, lane, index, odd) {
    const [span] = block.spans;
    const chosen = state.chosen && block.spans.includes(lane.spans[state.chosen.index])
      && state.chosen.lane === index;
    const dim = state.marked.size > 0 && !block.spans.some((each) => state.marked.has(each[0]));
    const group = svg("g", {class: `tft-span${chosen ? " tft-chosen" : ""}${dim ? " tft-dim" : ""}`,
      "data-op": span[0], "data-count": block.spans.length > 1 ? block.spans.length : null,
      onclick: (event) => { event.stopPropagation(); choose(index, lane.spans.indexOf(span)); },
      onpointerenter: (event) => hover(event, span, lane), onpointerleave: () => onHover?.(null)},
    svg("title", {}, block.spans.length > 1
      ? `${block.spans.length} short operations from ${span[0]}: zoom in to see them`
      : `${span[0]} (${span[1]}): ${timesOf(span)}`));
    if (block.spans.length > 1) {
      group.append(svg("rect", {class: "tft-computes tft-many", x: block.x, y: y + 3,
        width: block.width, height: LANE.bar - 8}));
    } else {
      for (const [what, start, end] of span[4]) {
        const box = {x: x(start), y: y + 3, width: Math.max(x(end) - x(start) - 0.5, 0.5),
          height: LANE.bar - 8};
        group.append(svg("rect", {class: `tft-${KINDS[what]}${odd ? " tft-odd" : ""}`, ...box}));
        if (what === "o") group.append(svg("rect", {...box, fill: `url(#${ids.copies})`}));
      }
      group.append(...nameOf(span, y));
    }
    if (chosen) {
      group.append(svg("rect", {class: "tft-ring", x: block.x - 1.5, y: y + 1,
        width: Math.max(block.width + 2, 4), height: LANE.bar - 4}));
    }
    return group;
  }

  /** Redrawing puts new elements below a pointer that rests: that isn't hovering. */
  function hover(event, span, lane) {
    const place = `${event.clientX} ${event.clientY}`;
    if (place !== state.pointer) onHover?.(span, lane);
    state.pointer = place;
  }

  function nameOf(span, y) {
    const widest = span[4].reduce((a, b) => (b[2] - b[1] > a[2] - a[1] ? b : a));
    const left = Math.max(x(widest[1]), 0);
    const room = Math.min(x(widest[2]), state.width) - left - 6;
    const waits = widest[0] === "w";
    const text = shortened(waits ? `waits for ${span[3][0] ?? span[0]}` : span[0], room);
    return text ? [svg("text", {class: waits ? "tft-wait-name" : "tft-span-name", x: left + 3,
      y: y + LANE.bar - 9}, text)] : [];
  }

  function memoryOf(memory, place) {
    const base = place.bottom - 1;
    const full = LANE.memory - 8;
    let level = base;
    let path = `M${x(0)} ${base}`;
    for (const [time, bytes] of memory.curve) {
      path += `L${x(time).toFixed(1)} ${level.toFixed(1)}`;
      level = base - full * bytes / Math.max(memory.peak, 1);
      path += `L${x(time).toFixed(1)} ${level.toFixed(1)}`;
    }
    path += `L${x(model.length)} ${level}L${x(model.length)} ${base}Z`;
    const peak = x(memory.time);
    const held = memory.holders.slice(0, 2).map(([op, bytes]) => `${op} ${formatBytes(bytes)}`);
    const words = `▾ peak ${formatBytes(memory.peak)}: ${held.join(", ")}`;
    const left = Math.min(Math.max(peak - 4, 4), Math.max(state.width - 6 * words.length, 4));
    return [svg("path", {class: "tft-memory", d: path}),
      svg("circle", {class: "tft-peak", cx: peak, cy: base - full, r: 2.5}),
      svg("text", {class: "tft-peak-name", x: left, y: place.memory + 18}, words)];
  }

  function arrows() {
    const [from, to] = state.view;
    const seen = model.transfers.filter((row) => row.kind !== "same memory"
      && row.end >= from && row.start <= to);
    const big = new Set([...seen].sort((a, b) => b.bytes - a.bytes).slice(0, MOST_TAGS));
    const taken = [];
    return svg("g", {class: "tft-arrows"}, seen.slice(0, 200).map((row) =>
      drawArrow(row, big.has(row), taken)));
  }

  function drawArrow(row, tagged, taken) {
    const source = tops[row.from];
    const target = tops[row.to];
    const down = target.top > source.top;
    const [x1, x2] = [x(row.start), x(row.end)];
    const y1 = source.bars + 3 + (down ? LANE.bar * rows[row.from].length - 8 : 0);
    const y2 = target.bars + (down ? 1 : LANE.bar * rows[row.to].length - 4);
    const words = `${row.kind} ${formatBytes(row.bytes)}`;
    const group = svg("g", {class: `tft-arrow${state.marked.size && !state.marked.has(row.tensor)
      ? " tft-dim" : ""}`, "data-tensor": row.tensor},
    svg("title", {}, `${row.tensor}: ${words}, ${row.source} to ${row.target}, `
      + formatMicros(row.end - row.start)),
    svg("line", {x1, y1, x2, y2, "marker-end": `url(#${ids.head})`,
      "stroke-dasharray": {network: "6 3", PtoP: "2 2"}[row.kind]}));
    const wide = 5.6 * words.length + 6;
    const left = Math.min(Math.max((x1 + x2) / 2 - wide / 2, 0), state.width - wide);
    for (const share of tagged ? [0.5, 0.7, 0.3] : []) {
      const top = y1 + share * (y2 - y1) - 7;
      if (taken.some(([a, b]) => Math.abs(a - left) < wide && Math.abs(b - top) < 14)) continue;
      taken.push([left, top]);
      group.append(svg("rect", {class: "tft-tag", x: left, y: top, width: wide, height: 13, rx: 3}),
        svg("text", {class: "tft-tag-name", x: left + 3, y: top + 10}, words));
      break;
    }
    return group;
  }

  function choose(lane, index, tell = true) {
    state.chosen = {lane, index};
    const span = model.lanes[lane].spans[index];
    const [from, to] = state.view;
    if (endOf(span) < from || startOf(span) > to) {
      state.view = zoomed(state.view, model.length, 1, 0);
      state.view = panned(state.view, model.length,
        ((startOf(span) + endOf(span)) / 2 - state.view[0]) / (to - from) - 0.5);
    }
    state.marked = new Set();
    draw();
    if (tell) onChoose?.(span, model.lanes[lane]);
  }

  const zoom = (factor, at) => { state.view = zoomed(state.view, model.length, factor, at); draw(); };
  const pan = (share) => { state.view = panned(state.view, model.length, share); draw(); };
  const fit = () => { state.view = [0, model.length]; draw(); };
  const find = (op) => {
    for (const [lane, {spans}] of model.lanes.entries()) {
      const index = spans.findIndex((span) => span[0] === op);
      if (index >= 0) return {lane, index};
    }
    return null;
  };
  const onKey = (event) => {
    const {key} = event;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.shiftKey && key.startsWith("Arrow")) pan(key === "ArrowRight" ? 0.25 : -0.25);
    else if (key.startsWith("Arrow") || key === "Home" || key === "End") {
      const next = neighbour(model.lanes, state.chosen, key);
      if (next) choose(next.lane, next.index);
    } else if (key === "+" || key === "=") zoom(0.5, middle());
    else if (key === "-") zoom(2, middle());
    else if (key === "0") fit();
    else if (key === "Enter" && state.chosen) {
      onOpen?.(model.lanes[state.chosen.lane].spans[state.chosen.index]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const middle = () => {
    if (!state.chosen) return undefined;
    const span = model.lanes[state.chosen.lane].spans[state.chosen.index];
    return (startOf(span) + endOf(span)) / 2;
  };
  const timeAt = (event) => state.view[0] + (event.clientX - picture.getBoundingClientRect().left)
    / state.width * (state.view[1] - state.view[0]);
  picture.addEventListener("keydown", onKey);
  picture.addEventListener("wheel", (event) => {  // alone, the wheel scrolls the notebook
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(event));
  }, {passive: false});
  picture.addEventListener("dblclick", (event) => zoom(0.4, timeAt(event)));
  picture.addEventListener("pointerdown", (event) => {
    state.drag = {at: event.clientX, view: state.view};
  });
  picture.addEventListener("pointermove", (event) => {
    if (!state.drag || Math.abs(event.clientX - state.drag.at) < 4) return;
    state.view = panned(state.drag.view, model.length,
      (state.drag.at - event.clientX) / state.width);
    draw();
  });
  ["pointerup", "pointerleave"].forEach((name) => picture.addEventListener(name, () => {
    state.drag = null;
  }));
  const place = el("div", {class: "tft-lanes-place"}, picture);
  return {element: place, picture, draw, zoom, pan, fit, find, choose,
    view: () => state.view,
    mark: (ops) => { state.marked = new Set(ops); state.chosen = null; draw(); }};
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
