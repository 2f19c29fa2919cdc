// What every widget of tftutor uses: elements, the panel's frame, keyboard movement, requests to
// Python, colours, numbers as text, downloads. A widget gets only what it imports.

const SVG_SPACE = "http://www.w3.org/2000/svg";

function fillElement(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style" && typeof value === "object") {
      for (const [key, text] of Object.entries(value)) node.style.setProperty(key, text);
    } else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined
    && child !== false));
  return node;
}

/** An HTML element: el("button", {class: "x", onclick: f, disabled: true}, "text", other). */
export function el(tag, attributes, ...children) {
  return fillElement(document.createElement(tag), attributes, children);
}

/** An SVG element, likewise. */
export function svg(tag, attributes, ...children) {
  return fillElement(document.createElementNS(SVG_SPACE, tag), attributes, children);
}

/** Text that came from Python as SVG, as an element; null where it is none. Scripts don't run. */
export function svgFromText(text) {
  const found = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  return found.localName === "svg" ? document.importNode(found, true) : null;
}

let lastId = 0;

/** An id that no other element of the page has. */
export function uniqueId(prefix = "tft") {
  lastId += 1;
  return `${prefix}-${Date.now().toString(36)}-${lastId}`;
}

// -- the frame of a panel ------------------------------------------------------------------------

/**
 * The frame every panel has: heading, toolbar, body, and a line of status that is read aloud.
 * Returns {root, body, say(text), ask, tell, onPush, onDispose(f), dispose}; return `dispose` from
 * render(). The toolbar begins with what `tools` holds and ends with the button "Text".
 */
export function panelFrame(model, container, {tools = [], className = ""} = {}) {
  const undo = [];
  const status = el("div", {class: "tft-status", role: "status", "aria-live": "polite"});
  const body = el("div", {class: "tft-body"});
  const twin = el("pre", {class: "tft-twin", tabindex: 0, hidden: true,
    "aria-label": "The same as text"});
  const textButton = toggleButton("Text", {title: "Show the same as text", onToggle: (isDown) => {
    twin.hidden = !isDown;
    onTwin();
  }});
  const bar = toolbar([...tools, textButton]);
  const heading = el("div", {class: "tft-title"}, model.get("title"));
  // JupyterLab would take arrow keys and Enter for itself: they select cells. The attribute keeps it
  // from that but for a control that is no text field, a slider say, and has the focus itself.
  const keepPlainKeys = (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  };
  const root = el("section", {class: `tft-panel ${className}`, "data-lm-suppress-shortcuts": "true",
    onkeydown: keepPlainKeys, "aria-label": model.get("description") || model.get("title")},
  el("header", {class: "tft-header"}, heading, bar), body, twin, status);
  const onTwin = () => { if (!twin.hidden) twin.textContent = model.get("text_twin"); };
  const onTitle = () => { heading.textContent = model.get("title"); };
  model.on("change:text_twin", onTwin);
  model.on("change:title", onTitle);
  undo.push(() => { model.off("change:text_twin", onTwin); model.off("change:title", onTitle); });
  container.append(root);
  const say = (text) => { status.textContent = text; };
  const line = requestLine(model, say);
  undo.push(line.dispose, replaceDrawing(container, model.get("panel_id"),
    line.ask("alive", {}, {quiet: true})));
  return {root, body, say, ask: line.ask, tell: line.tell, onPush: line.onPush,
    onDispose: (action) => undo.push(action),
    dispose: () => { undo.splice(0).reverse().forEach((action) => action()); root.remove(); }};
}

/**
 * Hide the static drawing that stands above a living panel; returns what shows it again. While
 * nobody keeps the promise `alive` - the kernel is busy, or gone - the drawing is there as well.
 */
function replaceDrawing(container, panelId, alive) {
  const area = () => container.closest?.(".jp-OutputArea") ?? document;
  const show = (visible) => {
    area().querySelectorAll(`[data-tftutor-panel="${panelId}"]`).forEach((drawing) => {
      const place = drawing.closest(".jp-OutputArea-child") ?? drawing;
      if (visible) place.classList.remove("tft-replaced");
      else place.classList.add("tft-replaced");
    });
  };
  if (!panelId) return () => {};
  // When render() is called the panel isn't in the page yet.
  const timers = [setTimeout(() => show(false), 0), setTimeout(() => show(true), 4000)];
  const stop = () => timers.forEach(clearTimeout);
  alive.then(() => { clearTimeout(timers[1]); show(false); });
  return () => { stop(); show(true); };
}

// -- requests to Python --------------------------------------------------------------------------

const NO_KERNEL = "The kernel has ended: run the cell again.";

/**
 * Requests with replies: `await ask("expand", {scope: "dense"})` is what Python's answer returned.
 * It rejects with Python's sentence. A kernel that is busy answers later; after two seconds the
 * status line says that it waits. One that has ended never answers, and the status line says so.
 * `tell("pause")` expects no answer.
 */
export function requestLine(model, say = () => {}) {
  const waiting = new Map();
  const listeners = new Map();
  const prefix = uniqueId("ask");
  let count = 0;
  const receive = (message) => {
    if (message.push !== undefined) {
      (listeners.get(message.push) ?? []).forEach((listener) => listener(message.value));
      return;
    }
    const request = waiting.get(message.id);
    if (!request) return;
    waiting.delete(message.id);
    clearTimeout(request.timer);
    if (request.slow) say("");
    if (message.error !== undefined) request.reject(new Error(message.error));
    else request.resolve(message.value);
  };
  model.on("msg:custom", receive);
  const ask = (what, data = {}, {quiet = false} = {}) =>
    new Promise((resolve, reject) => {
      const request = {resolve, reject, slow: false, timer: null};
      if (!quiet) {
        request.timer = setTimeout(() => {
          request.slow = true;
          say("Waiting for the kernel: it is busy, or not running.");
        }, 2000);
      }
      const id = `${prefix}-${count += 1}`;
      waiting.set(id, request);
      if (!send({id, ask: what, with: data})) clearTimeout(request.timer);
    });
  const send = (message) => {
    try {
      model.send(message);
      return true;
    } catch (error) {  // the kernel has ended, and its comm with it
      console.debug(error);
      say(NO_KERNEL);
      return false;
    }
  };
  return {
    ask,
    tell: (what, data = {}) => send({ask: what, with: data}),
    onPush: (kind, listener) => listeners.set(kind, [...(listeners.get(kind) ?? []), listener]),
    dispose: () => {
      model.off("msg:custom", receive);
      waiting.forEach((request) => clearTimeout(request.timer));
      waiting.clear();
    },
  };
}

// -- controls and the keyboard -------------------------------------------------------------------

/** A real button. `pressed` (true or false) makes it one that stays down. */
export function button(label, {title, onclick, pressed, disabled, className = ""} = {}) {
  return el("button", {type: "button", class: `tft-button ${className}`, title, onclick, disabled,
    "aria-pressed": pressed === undefined ? undefined : String(pressed)}, label);
}

/** A button that stays down when it is pressed: `onToggle(isDown)` is told of each press. */
export function toggleButton(label, {onToggle, ...options}) {
  const made = button(label, {...options, pressed: false, onclick: () => {
    const isDown = made.getAttribute("aria-pressed") !== "true";
    made.setAttribute("aria-pressed", String(isDown));
    onToggle(isDown);
  }});
  return made;
}

/** Buttons and fields in a row: Tab reaches the row, arrow keys move in it. */
export function toolbar(items, label = "Tools") {
  const bar = el("div", {class: "tft-toolbar", role: "toolbar", "aria-label": label}, items);
  roving(bar, "button, select", {orientation: "horizontal"});
  return bar;
}

/** A choice among a few, as a labelled drop-down list; `choices` is [[value, text], ...]. */
export function choice(label, choices, value, onChange) {
  const list = el("select", {class: "tft-select",
    onchange: (event) => onChange(event.target.value)},
  choices.map(([key, text]) => el("option", {value: key, selected: key === value}, text)));
  return el("label", {class: "tft-label"}, label, " ", list);
}

/**
 * One stop of the Tab key for many items; arrow keys, Home and End move among those that match
 * `selector` now. `onActivate(item)` answers Enter and Space, `onFocus(item)` a move. Call
 * `.refresh()` after the items have changed.
 */
export function roving(container, selector, options = {}) {
  const {orientation = "vertical", onActivate, onFocus} = options;
  const items = () => [...container.querySelectorAll(selector)]
    .filter((item) => !item.disabled && item.closest("[hidden]") === null);
  const choose = (chosen, focus = true) => {
    items().forEach((item) => item.setAttribute("tabindex", item === chosen ? "0" : "-1"));
    if (focus) chosen.focus();
    if (onFocus && focus) onFocus(chosen);
  };
  const steps = {
    ...(orientation !== "vertical" ? {ArrowLeft: -1, ArrowRight: 1} : {}),
    ...(orientation !== "horizontal" ? {ArrowUp: -1, ArrowDown: 1} : {}),
  };
  const onKey = (event) => {
    const all = items();
    const current = all.indexOf(event.target.closest(selector));
    if (current < 0) return;
    const inList = event.target.localName === "select" && event.key.startsWith("Arrow");
    let next = -1;
    if (event.key in steps && !inList) {
      next = (current + steps[event.key] + all.length) % all.length;
    } else if (event.key === "Home") next = 0;
    else if (event.key === "End") next = all.length - 1;
    else if ((event.key === "Enter" || event.key === " ") && onActivate) {
      event.preventDefault();
      onActivate(all[current]);
      return;
    }
    if (next < 0) return;
    event.preventDefault();
    choose(all[next]);
  };
  const refresh = () => {
    const all = items();
    const current = all.find((item) => item.getAttribute("tabindex") === "0") ?? all[0];
    if (current) choose(current, false);
  };
  container.addEventListener("keydown", (event) => { event.stopPropagation(); onKey(event); });
  container.addEventListener("focusin", (event) => {
    const item = event.target.closest(selector);
    if (item && container.contains(item)) choose(item, false);
  });
  refresh();
  return {refresh, choose};
}

/**
 * The arrow keys of a tree: items have role="treeitem", aria-level (from 1) and, where they have
 * children, aria-expanded. Right opens or goes to the first child, Left closes or goes to the
 * parent. `onToggle(item, open)` is to open or close; `onActivate(item)` answers Enter and Space.
 */
export function treeKeys(container, {onToggle, onActivate, onFocus} = {}) {
  const selector = '[role="treeitem"]';
  const keys = roving(container, selector, {onActivate, onFocus});
  const level = (item) => Number(item.getAttribute("aria-level") ?? 1);
  container.addEventListener("keydown", (event) => {
    const item = event.target.closest(selector);
    if (!item || (event.key !== "ArrowRight" && event.key !== "ArrowLeft")) return;
    const all = [...container.querySelectorAll(selector)];
    const open = item.getAttribute("aria-expanded");
    const after = all[all.indexOf(item) + 1];
    event.preventDefault();
    if (event.key === "ArrowRight") {
      if (open === "false") onToggle?.(item, true);
      else if (after && level(after) > level(item)) keys.choose(after);
    } else if (open === "true") onToggle?.(item, false);
    else {
      const parent = all.slice(0, all.indexOf(item)).reverse()
        .find((other) => level(other) < level(item));
      if (parent) keys.choose(parent);
    }
  });
  return keys;
}

/** Call `onChange(visible)` when the element comes into sight or leaves it, or the tab does. */
export function whenVisible(element, onChange) {
  let inSight = false;
  let last = null;
  const tell = () => {
    const visible = inSight && document.visibilityState !== "hidden";
    if (visible !== last) onChange(last = visible);
  };
  const observer = new IntersectionObserver((entries) => {
    inSight = entries[entries.length - 1].isIntersecting;
    tell();
  });
  observer.observe(element);
  document.addEventListener("visibilitychange", tell);
  return () => {
    observer.disconnect();
    document.removeEventListener("visibilitychange", tell);
  };
}

/**
 * A table. `head` has the columns' names; a row is a list of cells, or {cells, ...attributes}.
 * `numbers` are the columns that stand on the right, `empty` stands for no rows at all.
 */
export function dataTable(head, rows, {caption, numbers = [], empty = ""} = {}) {
  const look = (column) => (numbers.includes(column) ? "tft-number" : "");
  const line = ({cells, ...attributes}) => el("tr", attributes, cells.map((cell, column) =>
    el("td", {class: look(column)}, cell)));
  return el("table", {class: "tft-table"}, caption && el("caption", {}, caption),
    el("thead", {}, el("tr", {}, head.map((name, column) =>
      el("th", {scope: "col", class: look(column)}, name)))),
    el("tbody", {}, rows.map((row) => line(Array.isArray(row) ? {cells: row} : row)),
      rows.length === 0 && el("tr", {}, el("td", {colspan: head.length}, empty))));
}

// -- what changes while it is shown --------------------------------------------------------------

const PATIENCE = 2000;
const RETRY = 3000;

/** What to say of a reading that is `age` ms old, when the next was asked for `waited` ms ago. */
export function ageText(age, {isOver = false, paused = false, waited = 0}) {
  const last = `last reading ${Math.max(Math.round(age / 1000), 0)} s ago.`;
  if (isOver) return "";
  if (paused) return `Paused: ${last}`;
  return Math.min(age, waited) > PATIENCE ? `Kernel busy or not running: ${last}` : "";
}

/**
 * Readings of something that changes. While the panel is in sight, the next one is asked for an
 * interval after each answer, so that a busy kernel isn't sent a pile of requests. `ask()` promises
 * a reading, `show(reading)` draws it and may return what to say of it, `isOver()` says that there
 * won't be others, `onRest()` is called when no other is wanted for now. `tools` are for the panel's
 * toolbar; `follow(frame)` begins. `isRunning` tells whether one reading follows the other.
 */
export class Readings {
  constructor({live, interval, ask, show, isOver = () => false, onRest = () => {}}) {
    Object.assign(this, {live, interval, ask, show, isOver, onRest, visible: false,
      paused: false, isRunning: false, asked: null, timer: null, arrived: Date.now()});
    this.tools = live ? this.makeTools() : [];
  }

  makeTools() {
    const seconds = [...new Set([0.5, 1, 2, 5, 10, this.interval])].sort((a, b) => a - b);
    return [
      toggleButton("Pause", {title: "Take no more readings", onToggle: (isDown) => {
        this.paused = isDown;
        this.plan(0);
      }}),
      choice("every", seconds.map((each) => [each, `${each} s`]), this.interval, (each) => {
        this.interval = Number(each);
        this.plan();
      }),
      button("Read now", {title: "Take a reading", onclick: () => this.read()})];
  }

  follow(frame) {
    this.frame = frame;
    this.plan();
    if (!this.live) return;
    const clock = setInterval(() => this.tellAge(), 1000);
    frame.onDispose(() => {
      this.live = false;
      this.plan();
      clearInterval(clock);
    });
    frame.onDispose(whenVisible(frame.root, (visible) => {
      this.visible = visible;
      this.plan(0);
    }));
  }

  tellAge() {
    const now = Date.now();
    const text = ageText(now - this.arrived, {isOver: this.isOver(), paused: this.paused,
      waited: this.asked === null ? 0 : now - this.asked});
    if (text) this.frame.say(text);
  }

  /** Plan the next reading, or none. */
  plan(delay = this.interval * 1000) {
    clearTimeout(this.timer);
    const wasRunning = this.isRunning;
    this.isRunning = this.live && this.visible && !this.paused && !this.isOver();
    this.frame.root.setAttribute("data-polling", String(this.isRunning));
    if (wasRunning && !this.isRunning) this.onRest();
    if (this.isRunning) this.timer = setTimeout(() => this.read(), delay);
  }

  async read() {
    clearTimeout(this.timer);
    if (this.asked !== null || !this.live) return;
    this.asked = Date.now();
    let delay;
    try {
      const content = await this.ask();
      if (this.live) this.take(content);
    } catch (error) {
      this.frame.say(error.message);
      delay = RETRY;
    }
    this.asked = null;
    this.plan(delay);
  }

  /** Show a reading, asked for or not. */
  take(content) {
    this.arrived = Date.now();
    this.frame.say(this.show(content) ?? "");
  }
}

/** For render(): a panel that `open()` makes, returning what disposes of it; anew for new data. */
export function renewed(model, open) {
  let close = open();
  const again = () => { close(); close = open(); };
  model.on("change:data", again);
  return () => { model.off("change:data", again); close(); };
}

/** The newest values of several series: `add(key, value)`, `of(key)`. */
export function makeHistory(limit) {
  const series = new Map();
  const of = (key) => series.get(key) ?? [];
  return {of, add: (key, value) => series.set(key, [...of(key), value].slice(-limit))};
}

/** The path of a line through shares of 0 to 1, newest at the right edge; gaps where null. */
export function sparkPath(shares, {width, height}, limit) {
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

/** Whether the user asked for less movement. */
export function wantsLessMotion() {
  return globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
}

// -- colours -------------------------------------------------------------------------------------

/** Eight colours that are told apart on white and on black. */
export const PALETTE = ["#3b7dd8", "#c8691c", "#2f8f5b", "#9b62c4", "#d24b57", "#16899a", "#8b7d1e",
  "#7b7f86"];

// -- numbers as text -----------------------------------------------------------------------------

/** The value in the biggest of its units ([name, size, digits], from big to small), or null. */
function inUnits(value, units) {
  const found = units.find(([, size]) => value >= size);
  return found ? `${(value / found[1]).toFixed(found[2])} ${found[0]}` : null;
}

/** 512 B, 1.5 KiB, 23.00 MiB: as Python's drawings write them. */
export function formatBytes(size) {
  if (size === null || size === undefined) return "N/A";
  return inUnits(size, [["TiB", 2 ** 40, 2], ["GiB", 2 ** 30, 2], ["MiB", 2 ** 20, 2],
    ["KiB", 2 ** 10, 1]]) ?? `${Math.round(size)} B`;
}

/** 1,234,567. */
export function formatCount(count) {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A duration given in microseconds: 850 ns, 12.3 us, 4.56 ms, 1.20 s. */
export function formatMicros(micros) {
  return inUnits(micros, [["s", 1e6, 2], ["ms", 1e3, 2], ["us", 1, 1]])
    ?? `${Math.round(micros * 1000)} ns`;
}

// -- downloads -----------------------------------------------------------------------------------

/** Give the user a file; `content` is text or a Blob. */
export function download(fileName, content, type = "text/plain") {
  const blob = content instanceof Blob ? content : new Blob([content], {type});
  const address = URL.createObjectURL(blob);
  el("a", {href: address, download: fileName}).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

const PAINTED = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "opacity",
  "font-family", "font-size", "font-weight", "font-style", "text-anchor", "dominant-baseline",
  "visibility", "display"];

/** A picture as text that looks the same outside the page: styles resolved, background filled. */
function standaloneSvg(picture) {
  const copy = picture.cloneNode(true);
  const copies = [copy, ...copy.querySelectorAll("*")];
  [picture, ...picture.querySelectorAll("*")].forEach((node, index) => {
    const style = getComputedStyle(node);
    PAINTED.forEach((name) => copies[index].style.setProperty(name, style.getPropertyValue(name)));
  });
  const {width, height} = picture.getBoundingClientRect();
  copy.setAttribute("xmlns", SVG_SPACE);
  if (!copy.getAttribute("viewBox")) copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const panel = picture.closest(".tft-panel");
  if (panel) copy.style.setProperty("background", getComputedStyle(panel).backgroundColor);
  return new XMLSerializer().serializeToString(copy);
}

/** Save a picture as an .svg file. */
export function downloadSvg(picture, fileName) {
  download(fileName, standaloneSvg(picture), "image/svg+xml");
}

/** Save a picture as a .png file, `scale` times as fine as on the screen. */
export async function downloadPng(picture, fileName, scale = 2) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standaloneSvg(picture))}`;
  await image.decode();
  const canvas = el("canvas", {width: image.width * scale, height: image.height * scale});
  const context = canvas.getContext("2d");
  context.scale(scale, scale);
  context.drawImage(image, 0, 0);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  download(fileName, blob, "image/png");
}
