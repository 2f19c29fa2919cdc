// The GPU monitor: `reading` is what Reading.to_dict() gives.

import {Readings, choice, dataTable, el, makeHistory, panelFrame, renewed, sparkPath, svg}
  from "./common.js";

const HISTORY = 120;
const SPARK = {width: 160, height: 26};

const keyOf = (gpu, gauge) => `${gpu.index}/${gauge.name}`;

function spark(shares, label) {
  const known = shares.filter((share) => share !== null);
  if (known.length < 2) return el("div", {class: "tft-gpu-nospark"});
  const [low, high] = [Math.min(...known), Math.max(...known)].map((x) => Math.round(x * 100));
  return svg("svg", {class: "tft-gpu-spark", viewBox: `0 0 ${SPARK.width} ${SPARK.height}`,
    preserveAspectRatio: "none", role: "img",
    "aria-label": `${label}, last ${known.length} readings: ${low} to ${high} % of full scale`},
  svg("path", {d: sparkPath(shares, SPARK, HISTORY), fill: "none",
    "vector-effect": "non-scaling-stroke"}));
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
    meter(gpu, gauge),
    gauge.value === null ? null : spark(history.of(keyOf(gpu, gauge)), gauge.label)));
  return el("article", {class: "tft-gpu-card", "aria-label": `GPU ${gpu.index}, ${gpu.name}`},
    el("h4", {class: "tft-gpu-name"}, `GPU ${gpu.index} `, gpu.simulated
      ? el("span", {class: "tft-badge tft-simulated"}, "simulated")
      : el("span", {class: "tft-muted"}, gpu.name)),
    el("div", {class: "tft-gpu-gauges"}, gauges));
}

function processTable(processes) {
  return dataTable(["GPU", "PID", "Type", "Process", "GPU memory"], processes.map((process) => [
    process.gpu, process.pid, process.type, process.name,
    process.memory_mib === null ? "N/A" : `${process.memory_mib} MiB`]), {caption: "Processes",
    numbers: [0, 1, 4], empty: "No running processes found"});
}

/** Redraw everything that depends on the reading. */
function draw(place, content, history) {
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

function open(model, container) {
  const {live, interval, layouts, ...first} = model.get("data");
  const history = makeHistory(HISTORY);
  let {layout} = first;
  const ask = async () => {
    const asked = layout;
    const content = await frame.ask("read", {layout: asked}, {quiet: true});
    return asked === layout ? content : ask();
  };
  const show = (content) => {
    for (const gpu of content.reading.gpus) {
      for (const gauge of gpu.gauges) history.add(keyOf(gpu, gauge), gauge.share);
    }
    draw(frame.body, content, history);
  };
  const readings = new Readings({live, interval, ask, show});
  const frame = panelFrame(model, container, {tools: live ? [...readings.tools,
    choice("Table", layouts.map((name) => [name, name]), layout, (name) => {
      layout = name;
      readings.read();
    })] : []});
  show(first);
  readings.follow(frame);
  return frame.dispose;
}

function render({model, el: container}) {
  return renewed(model, () => open(model, container));
}

export default {render};
