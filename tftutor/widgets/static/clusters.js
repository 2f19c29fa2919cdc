// The cluster view. While the kernel is busy, Python pushes readings that nobody asks for. What has
// changed is said aloud and noted down with its time.

import {Readings, dataTable, el, formatBytes, formatCount, makeHistory, panelFrame, renewed,
  sparkPath, svg, svgFromText} from "./common.js";

const HISTORY = 60;
const MOST = 100;
const SPARK = {width: 90, height: 20};

/** 12:04:05 of seconds since 1970. */
export function clockText(seconds) {
  return new Date(seconds * 1000).toTimeString().slice(0, 8);
}

const stateOf = (task) => (task.condition === "gone" ? `gone: ${task.state}` : task.state);

/** What has changed from one reading to the next, as sentences. */
export function changesOf(before, now) {
  if (!before) return [];
  const old = new Map(before.tasks.map((task) => [task.name, task]));
  const found = [];
  for (const task of now.tasks) {
    const was = old.get(task.name);
    if (!was) found.push(`${task.name} is new: ${task.state}`);
    else if (was.condition !== task.condition) {
      const lost = task.condition === "gone" && task.variable_count
        ? `; ${task.variable_count} variables are lost` : "";
      found.push(`${task.name} is ${stateOf(task)}${lost}`);
    } else if (was.pid !== task.pid && task.pid) {
      found.push(`${task.name} was started anew: pid ${task.pid}`);
    } else if (was.variable_count !== task.variable_count && task.condition !== "gone") {
      found.push(`${task.name} has ${task.variable_count} variables`);
    }
  }
  if (now.stopped && !before.stopped) found.push("The cluster is stopped");
  return found;
}

const nameOf = (link) => `${link.source} → ${link.target}`;

function spark(rates, label) {
  const most = Math.max(...rates, 1);
  return svg("svg", {class: "tft-spark", ...SPARK, role: "img",
    "aria-label": `${label}: up to ${formatBytes(most)} a second`},
  svg("path", {d: sparkPath(rates.map((each) => each / most), SPARK, HISTORY), fill: "none"}));
}

const rate = (value, unit) => (value ? ` (${value.toFixed(1)} ${unit}/s)` : "");

function taskTable(reading) {
  return dataTable(["Task", "State", "pid", "Heard of", "Steps", "Variables", "Address",
    "Devices"], reading.tasks.slice(0, MOST).map((task) => ({
    class: `tft-task tft-task-${task.condition}`, "data-task": task.name, cells: [
      task.name, el("span", {class: "tft-state"}, `${task.mark} ${stateOf(task)}`),
      task.pid === null ? "no process" : String(task.pid),
      task.heartbeat === null ? "never" : `${task.heartbeat.toFixed(1)} s ago`,
      task.steps === null ? "–" : formatCount(task.steps) + rate(task.step_rate, "steps"),
      task.condition === "gone" && task.variable_count ? `${task.variable_count} lost`
        : task.variable_count ? `${task.variable_count}, ${formatBytes(task.variable_bytes)}`
          : "none",
      task.address,
      task.devices.map((device) => device.replace("/device:", "")
        + (task.simulated.includes(device) ? " (simulated)" : "")).join(", ") || "–"]})),
  {caption: "Tasks", numbers: [2, 3, 4], empty: "No task is known"});
}

function variableTable(reading) {
  const rows = reading.tasks.flatMap((task) => task.variables.map((variable) => ({
    class: task.condition === "gone" ? "tft-lost" : "", cells: [task.name, variable.name,
      variable.dtype, variable.shape === null ? "no value yet" : `[${variable.shape.join(", ")}]`,
      formatBytes(variable.nbytes), task.condition === "gone" ? "lost with its process"
        : variable.device.replace("/device:", "") || "–"]})));
  return dataTable(["Task", "Name", "Type", "Shape", "Bytes", "On"], rows.slice(0, MOST),
    {caption: "Variables", numbers: [4], empty: "No task holds a variable"});
}

function trafficTable(reading, rates) {
  const rows = reading.links.filter((link) => link.messages).slice(0, MOST).map((link) => {
    const name = nameOf(link);
    return {"data-link": name, cells: [name, formatBytes(link.nbytes), formatCount(link.messages),
      link.byte_rate === null ? "–" : `${formatBytes(link.byte_rate)}/s`,
      spark(rates.of(name), name)]};
  });
  return dataTable(["From → to", "Bytes", "Messages", "Now", "Last minute"], rows,
    {caption: "Traffic since the tasks began", numbers: [1, 2, 3], empty: "Nothing was sent yet"});
}

/** Redraw all that depends on the reading. */
function draw(place, {reading, svg: text}, rates) {
  const when = clockText(reading.time);
  const picture = svgFromText(text);
  place.replaceChildren(
    el("p", {class: `tft-headline${reading.stopped ? " tft-stopped" : ""}`}, reading.stopped
      ? `The cluster is stopped. This is what it said last, at ${when}.`
      : `${reading.headline}. Read at ${when}.`),
    el("div", {class: "tft-scroll tft-picture"}, picture ?? ""),
    el("div", {class: "tft-scroll"}, taskTable(reading)),
    el("div", {class: "tft-cluster-sides"}, el("div", {class: "tft-scroll"}, variableTable(reading)),
      el("div", {class: "tft-scroll"}, trafficTable(reading, rates))));
}

function open(model, container) {
  const {live, interval, ...first} = model.get("data");
  const rates = makeHistory(HISTORY);
  const events = el("ol", {class: "tft-events", "aria-label": "What has happened"});
  const main = el("div", {});
  let last = null;
  const show = (content) => {
    const {reading} = content;
    const changes = changesOf(last, reading);
    last = reading;
    reading.links.forEach((link) => rates.add(nameOf(link), link.byte_rate ?? 0));
    draw(main, content, rates);
    for (const change of changes) {
      events.prepend(el("li", {}, `${clockText(reading.time)}  ${change}`));
    }
    while (events.children.length > MOST) events.lastChild.remove();
    frame.root.setAttribute("data-stopped", String(reading.stopped));
    return changes.join(". ");
  };
  const readings = new Readings({live, interval, show, isOver: () => last.stopped,
    ask: () => frame.ask("read", {interval: readings.interval, once: !readings.isRunning},
      {quiet: true}), onRest: () => frame.tell("pause")});
  const frame = panelFrame(model, container, {className: "tft-clusters", tools: readings.tools});
  frame.body.append(main, el("details", {class: "tft-log", open: true},
    el("summary", {}, "What has happened"), events));
  show(first);
  frame.onPush("reading", (content) => { if (!readings.paused) readings.take(content); });
  readings.follow(frame);
  return frame.dispose;
}

function render({model, el: container}) {
  return renewed(model, () => open(model, container));
}

export default {render};
