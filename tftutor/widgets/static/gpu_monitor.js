// The GPU monitor. It asks Python for a reading, draws it, and asks again after the interval, but
// only while it is in sight; `reading` is what Reading.to_dict() gives.

import {button, choice, el, panelFrame, svg, whenVisible} from "./common.js";

const HISTORY = 120;
const SPARK = {width: 160, height: 26};
const PATIENCE = 2000;

/** What the last readings said of each GPU's gauges: `add(reading)`, `of(gpu, gauge)`. */
export function makeHistory(limit = HISTORY) {
  const series = new Map();
  return {
    add(reading) {
      for (const gpu of reading.gpus) {
        for (const {name, share} of gpu.gauges) {
          const key = `${gpu.index}/${name}`;
          const shares = series.get(key) ?? [];
          shares.push(share);
          series.set(key, shares.slice(-limit));
        }
      }
    },
    of: (gpu, gauge) => series.get(`${gpu}/${gauge}`) ?? [],
  };
}

/** The path of a line through shares of 0 to 1, newest at the right edge; gaps where null. */
export function sparkPath(shares, {width, height} = SPARK, limit = HISTORY) {
  const step = width / (limit - 1);
  let pen = "M";
  return shares.map((share, index) => {
    if (share === null) {
      pen = "M";
      return "";
    }
    const x = width - (shares.length - 1 - index) * step;
    const y = 1 + (1 - share) * (height - 2);
    const part = `${pen}${x.toFixed(1)},${y.toFixed(1)}`;
    pen = "L";
    return part;
  }).join("");
}

function spark(shares, label) {
  const known = shares.filter((share) => share !== null);
  if (known.length < 2) return el("div", {class: "tft-gpu-nospark"});
  const [low, high] = [Math.min(...known), Math.max(...known)].map((x) => Math.round(x * 100));
  return svg("svg", {class: "tft-gpu-spark", viewBox: `0 0 ${SPARK.width} ${SPARK.height}`,
    preserveAspectRatio: "none", role: "img",
    "aria-label": `${label}, last ${known.length} readings: ${low} to ${high} % of full scale`},
  svg("path", {d: sparkPath(shares), fill: "none", "vector-effect": "non-scaling-stroke"}));
}

function meter(gpu, gauge) {
  const {share} = gauge;
  const attributes = share === null ? {"aria-label": `${gauge.label}: not reported`} : {
    role: "meter", "aria-label": `GPU ${gpu.index} ${gauge.label}`, "aria-valuemin": 0,
    "aria-valuemax": gauge.full, "aria-valuenow": gauge.value, "aria-valuetext": gauge.text};
  return el("div", {class: `tft-gpu-meter${share === null ? " tft-gpu-none" : ""}`, ...attributes},
    share === null ? null : el("div", {
      class: `tft-gpu-bar${gpu.simulated ? " tft-gpu-hatched" : ""}`,
      style: {width: `${(share * 100).toFixed(1)}%`}}));
}

function gpuCard(gpu, history) {
  const gauges = gpu.gauges.map((gauge) => el("div", {class: "tft-gpu-gauge"},
    el("div", {class: "tft-gpu-line"}, el("span", {class: "tft-muted"}, gauge.label),
      el("span", {class: "tft-gpu-value"}, gauge.text)),
    meter(gpu, gauge), gauge.value === null ? null : spark(history.of(gpu.index, gauge.name), gauge.label)));
  return el("article", {class: "tft-gpu-card", "aria-label": `GPU ${gpu.index}, ${gpu.name}`},
    el("h4", {class: "tft-gpu-name"}, `GPU ${gpu.index} `, gpu.simulated
      ? el("span", {class: "tft-badge tft-simulated"}, "simulated")
      : el("span", {class: "tft-muted"}, gpu.name)),
    el("div", {class: "tft-gpu-gauges"}, gauges));
}

function processTable(processes) {
  const head = ["GPU", "PID", "Type", "Process", "GPU memory"];
  const rows = processes.map((process) => el("tr", {}, [process.gpu, process.pid, process.type,
    process.name, process.memory_mib === null ? "N/A" : `${process.memory_mib} MiB`]
    .map((cell, column) => el("td", {class: column < 2 || column === 4 ? "tft-number" : ""},
      String(cell)))));
  return el("table", {class: "tft-table tft-gpu-processes"},
    el("caption", {}, "Processes"),
    el("thead", {}, el("tr", {}, head.map((name, column) => el("th",
      {scope: "col", class: column < 2 || column === 4 ? "tft-number" : ""}, name)))),
    el("tbody", {}, rows.length ? rows
      : el("tr", {}, el("td", {colspan: head.length}, "No running processes found"))));
}

/** Redraw everything that depends on the reading. */
export function draw(place, content, history) {
  const {reading, table} = content;
  if (reading.problem) {
    const [sentence, ...help] = reading.problem.split("\n");
    place.replaceChildren(el("p", {class: "tft-gpu-problem"}, sentence),
      help.length ? el("p", {class: "tft-muted"}, help.join(" ")) : "");
    return;
  }
  const notes = [reading.explanation];
  if (reading.hidden) notes.push(`Hidden GPUs: ${reading.hidden}.`);
  if (reading.gpus.some((gpu) => gpu.simulated)) {
    notes.push("Simulated GPUs report their memory and nothing else: no hardware is behind them.");
  }
  place.replaceChildren(
    el("div", {class: "tft-gpu-sides"},
      el("div", {class: "tft-gpu-cards"}, reading.gpus.length
        ? reading.gpus.map((gpu) => gpuCard(gpu, history)) : el("p", {}, "No GPU is visible.")),
      el("pre", {class: "tft-mono tft-gpu-table", tabindex: 0,
        "aria-label": "The same as nvidia-smi's table"}, table)),
    processTable(reading.processes),
    el("p", {class: "tft-muted tft-gpu-notes"}, notes.join(" ")));
}

/** What the status line says of a reading taken at `taken` (ms) that nothing has followed. */
export function ageText(now, taken, asked) {
  const age = Math.max(Math.round((now - taken) / 1000), 0);
  if (asked !== null && now - asked > PATIENCE) {
    return `Kernel busy or not running: last reading ${age} s ago.`;
  }
  return "";
}

function render({model, el: container}) {
  const first = model.get("data");
  const settings = {layout: first.layout, interval: first.interval, paused: false};
  const state = {visible: false, asked: null, taken: Date.now(), timer: null, alive: true};
  const history = makeHistory();
  const pause = button("Pause", {pressed: false, title: "Stop taking readings", onclick: () => {
    settings.paused = !settings.paused;
    pause.setAttribute("aria-pressed", String(settings.paused));
    next();
  }});
  const tools = [choice("Table", first.layouts.map((name) => [name, name]), first.layout,
    (layout) => { settings.layout = layout; poll(); })];
  if (first.live) {
    tools.unshift(pause, choice("every", [...new Set([...first.intervals, first.interval])]
      .sort((a, b) => a - b).map((seconds) => [seconds, `${seconds} s`]), first.interval,
    (seconds) => { settings.interval = Number(seconds); next(); }));
  }
  const frame = panelFrame(model, container, {tools: first.live ? tools : []});
  const show = (content) => {
    state.taken = Date.now();
    history.add(content.reading);
    draw(frame.body, content, history);
  };
  const running = () => state.alive && state.visible && !settings.paused && first.live;
  const poll = async () => {
    clearTimeout(state.timer);
    if (state.asked !== null || !state.alive) return;
    state.asked = Date.now();
    try {
      const {layout} = settings;
      const content = await frame.ask("read", {layout}, {quiet: true});
      if (state.alive) show(content);
      frame.say("");
      state.asked = null;
      if (layout !== settings.layout) poll();
      else next();
    } catch (error) {
      state.asked = null;
      frame.say(error.message);
    }
  };
  const next = () => {
    clearTimeout(state.timer);
    frame.root.setAttribute("data-polling", String(running()));
    if (running()) state.timer = setTimeout(poll, settings.interval * 1000);
  };
  const clock = setInterval(() => {
    const text = ageText(Date.now(), state.taken, state.asked);
    if (text) frame.say(text);
  }, 1000);
  show(first);
  frame.onDispose(whenVisible(frame.root, (visible) => { state.visible = visible; next(); }));
  frame.onDispose(() => {
    state.alive = false;
    clearTimeout(state.timer);
    clearInterval(clock);
  });
  return frame.dispose;
}

export default {render};
