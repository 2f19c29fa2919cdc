// The cluster view. It asks Python for readings while it is in sight; while the kernel is busy,
// Python pushes them. What has changed is said aloud and noted down with its time.

import {button, choice, el, formatBytes, formatCount, panelFrame, svg, svgFromText, whenVisible}
  from "./common.js";

const HISTORY = 60;
const MOST = 100;
const PATIENCE = 3000;

/** 12:04:05 of seconds since 1970. */
export function clockText(seconds) {
  return new Date(seconds * 1000).toTimeString().slice(0, 8);
}

/** What has changed from one reading to the next, as sentences. */
export function changesOf(before, now) {
  if (!before) return [];
  const old = new Map(before.tasks.map((task) => [task.name, task]));
  const found = [];
  for (const task of now.tasks) {
    const was = old.get(task.name);
    if (!was) found.push(`${task.name} is new: ${task.state}`);
    else if (was.condition !== task.condition) {
      const what = task.condition === "gone" ? `gone: ${task.state}` : task.state;
      const lost = task.condition === "gone" && task.variable_count
        ? `; ${task.variable_count} variables are lost` : "";
      found.push(`${task.name} is ${what}${lost}`);
    } else if (was.pid !== task.pid && task.pid) {
      found.push(`${task.name} was started anew: pid ${task.pid}`);
    } else if (was.variable_count !== task.variable_count && task.condition !== "gone") {
      found.push(`${task.name} has ${task.variable_count} variables`);
    }
  }
  if (now.stopped && !before.stopped) found.push("The cluster is stopped");
  return found;
}

/** Bytes a second over the last readings of each link: `add(reading)`, `of(link)`. */
export function makeRates(limit = HISTORY) {
  const series = new Map();
  const key = (link) => `${link.source} ${link.target}`;
  return {
    add(reading) {
      for (const link of reading.links) {
        const rates = series.get(key(link)) ?? [];
        rates.push(link.byte_rate ?? 0);
        series.set(key(link), rates.slice(-limit));
      }
    },
    of: (link) => series.get(key(link)) ?? [],
  };
}

/** What the status line says of a reading that is so many seconds old. */
export function ageText(age, {stopped, paused, waiting}) {
  if (stopped) return "";
  if (paused) return `Paused: last reading ${age} s ago.`;
  return waiting && age > PATIENCE / 1000
    ? `Kernel busy or not running: last reading ${age} s ago.` : "";
}

function spark(rates, label) {
  const most = Math.max(...rates, 1);
  const width = 90;
  const points = rates.map((rate, index) =>
    `${(width - (rates.length - 1 - index) * width / (HISTORY - 1)).toFixed(1)},`
    + `${(18 - 16 * rate / most).toFixed(1)}`);
  return svg("svg", {class: "tft-spark", width, height: 20, role: "img",
    "aria-label": `${label}: up to ${formatBytes(most)} a second`},
  svg("polyline", {points: points.join(" "), fill: "none"}));
}

function table(caption, head, rows, numbers, empty) {
  const look = (column) => (numbers.includes(column) ? "tft-number" : "");
  return el("table", {class: "tft-table"}, el("caption", {}, caption),
    el("thead", {}, el("tr", {}, head.map((name, column) =>
      el("th", {scope: "col", class: look(column)}, name)))),
    el("tbody", {}, rows.length ? rows.slice(0, MOST).map(({cells, ...attributes}) =>
      el("tr", attributes, cells.map((cell, column) => el("td", {class: look(column)}, cell))))
      : el("tr", {}, el("td", {colspan: head.length}, empty))));
}

const rate = (value, unit) => (value ? ` (${value.toFixed(1)} ${unit}/s)` : "");

function taskTable(reading) {
  return table("Tasks", ["Task", "State", "pid", "Heard of", "Steps", "Variables", "Address",
    "Devices"], reading.tasks.map((task) => ({
    class: `tft-task tft-task-${task.condition}`, "data-task": task.name, cells: [
      task.name, el("span", {class: "tft-state"}, `${task.mark} ${task.condition === "gone"
        ? `gone: ${task.state}` : task.state}`),
      task.pid === null ? "no process" : String(task.pid),
      task.heartbeat === null ? "never" : `${task.heartbeat.toFixed(1)} s ago`,
      task.steps === null ? "–" : formatCount(task.steps) + rate(task.step_rate, "steps"),
      task.condition === "gone" && task.variable_count ? `${task.variable_count} lost`
        : task.variable_count ? `${task.variable_count}, ${formatBytes(task.variable_bytes)}`
          : "none",
      task.address,
      task.devices.map((device) => device.replace("/device:", "")
        + (task.simulated.includes(device) ? " (simulated)" : "")).join(", ") || "–"]})), [2, 3, 4],
  "No task is known");
}

function variableTable(reading) {
  const rows = reading.tasks.flatMap((task) => task.variables.map((variable) => ({
    class: task.condition === "gone" ? "tft-lost" : "", cells: [task.name, variable.name,
      variable.dtype, variable.shape === null ? "no value yet" : `[${variable.shape.join(", ")}]`,
      formatBytes(variable.nbytes), task.condition === "gone" ? "lost with its process"
        : variable.device.replace("/device:", "") || "–"]})));
  return table("Variables", ["Task", "Name", "Type", "Shape", "Bytes", "On"], rows, [4],
    "No task holds a variable");
}

function trafficTable(reading, rates) {
  const rows = reading.links.filter((link) => link.messages).map((link) => {
    const name = `${link.source} → ${link.target}`;
    return {"data-link": name, cells: [name, formatBytes(link.nbytes), formatCount(link.messages),
      link.byte_rate === null ? "–" : `${formatBytes(link.byte_rate)}/s`,
      spark(rates.of(link), name)]};
  });
  return table("Traffic since the tasks began", ["From → to", "Bytes", "Messages", "Now",
    "Last minute"], rows, [1, 2, 3], "Nothing was sent yet");
}

/** Redraw all that depends on the reading. */
export function draw(place, {reading, svg: text}, rates) {
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

/** The panel: asks for readings while it is in sight, and shows those that are pushed. */
class ClusterPanel {
  constructor(model, container) {
    const first = model.get("data");
    Object.assign(this, {model, live: first.live, interval: first.interval, visible: false,
      paused: false, waiting: false, alive: true, timer: null, last: null, arrived: Date.now(),
      rates: makeRates()});
    this.events = el("ol", {class: "tft-events", "aria-label": "What has happened"});
    this.main = el("div", {});
    this.frame = panelFrame(model, container, {className: "tft-clusters",
      tools: first.live ? this.makeTools() : []});
    this.frame.body.append(this.main, el("details", {class: "tft-log", open: true},
      el("summary", {}, "What has happened"), this.events));
    this.show(first);
    this.listen();
  }

  makeTools() {
    const pause = button("Pause", {pressed: false, title: "Take no more readings", onclick: () => {
      this.paused = !this.paused;
      pause.setAttribute("aria-pressed", String(this.paused));
      this.next(0);
    }});
    return [pause, button("Read now", {title: "Take a reading", onclick: () => this.poll()}),
      choice("every", [0.5, 1, 2, 5].map((seconds) => [seconds, `${seconds} s`]), this.interval,
        (seconds) => { this.interval = Number(seconds); this.next(); })];
  }

  listen() {
    const {frame, model} = this;
    const again = () => this.restart(model.get("data"));
    const clock = setInterval(() => this.tellAge(), 1000);
    frame.onPush("reading", (content) => { if (!this.paused) this.show(content); });
    model.on("change:data", again);
    frame.onDispose(() => {
      this.alive = false;
      clearTimeout(this.timer);
      clearInterval(clock);
      model.off("change:data", again);
      this.tellHidden();
    });
    frame.onDispose(whenVisible(frame.root, (visible) => {
      this.visible = visible;
      if (!visible) this.tellHidden();
      this.next(visible ? 0 : undefined);
    }));
  }

  tellHidden() {
    if (this.live) this.frame.tell("pause");
  }

  tellAge() {
    if (!this.live) return;
    const text = ageText(Math.round((Date.now() - this.arrived) / 1000),
      {stopped: this.last.stopped, paused: this.paused, waiting: this.waiting});
    if (text) this.frame.say(text);
  }

  /** The cell was run again, perhaps with another cluster. */
  restart(data) {
    Object.assign(this, {last: null, live: data.live, interval: data.interval,
      rates: makeRates()});
    this.events.replaceChildren();
    this.show(data);
    this.next();
  }

  show(content) {
    if (!this.alive) return;
    const {reading} = content;
    const changes = changesOf(this.last, reading);
    this.last = reading;
    this.arrived = Date.now();
    this.rates.add(reading);
    draw(this.main, content, this.rates);
    for (const change of changes) {
      this.events.prepend(el("li", {}, `${clockText(reading.time)}  ${change}`));
    }
    while (this.events.children.length > MOST) this.events.lastChild.remove();
    this.frame.say(changes.join(". "));
    this.frame.root.setAttribute("data-stopped", String(reading.stopped));
  }

  /** Plan the next reading, or none. */
  next(delay = this.interval * 1000) {
    clearTimeout(this.timer);
    const running = this.alive && this.live && this.visible && !this.paused
      && !this.last.stopped;
    this.frame.root.setAttribute("data-polling", String(running));
    if (running) this.timer = setTimeout(() => this.poll(), delay);
  }

  async poll() {
    clearTimeout(this.timer);
    if (this.waiting || !this.alive) return;
    this.waiting = true;
    let delay;
    try {
      this.show(await this.frame.ask("read", {}, {quiet: true}));
    } catch (error) {
      this.frame.say(error.message);
      delay = PATIENCE;
    }
    this.waiting = false;
    this.next(delay);
  }
}

function render({model, el: container}) {
  return new ClusterPanel(model, container).frame.dispose;
}

export default {render};
