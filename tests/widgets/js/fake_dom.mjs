// A small document for tests of the widgets' modules: elements, attributes, events, focus, simple
// selectors. `import "./fake_dom.mjs"` first; then document.createElement and so on exist.

class FakeEvent {
  constructor(type, fields = {}) {
    Object.assign(this, {type, defaultPrevented: false, stopped: false, ...fields});
  }

  preventDefault() { this.defaultPrevented = true; }

  stopPropagation() { this.stopped = true; }
}

class FakeNode {
  constructor(localName) {
    this.localName = localName;
    this.children_ = [];
    this.parentNode = null;
    this.attributes_ = new Map();
    this.listeners = {};
    this.properties = new Map();
    this.style = {setProperty: (name, value) => this.properties.set(name, value),
      getPropertyValue: (name) => this.properties.get(name) ?? ""};
    this.value_ = undefined;
  }

  append(...nodes) {
    for (const node of nodes) {
      const child = node instanceof FakeNode ? node : new FakeText(String(node));
      child.remove();
      child.parentNode = this;
      this.children_.push(child);
    }
  }

  replaceChildren(...nodes) {
    this.children_.slice().forEach((child) => child.remove());
    this.append(...nodes);
  }

  remove() {
    if (!this.parentNode) return;
    this.parentNode.children_ = this.parentNode.children_.filter((child) => child !== this);
    this.parentNode = null;
  }

  get childNodes() { return this.children_; }

  get children() { return this.children_.filter((child) => !(child instanceof FakeText)); }

  get parentElement() { return this.parentNode; }

  get textContent() { return this.children_.map((child) => child.textContent).join(""); }

  set textContent(text) { this.replaceChildren(...(text === "" ? [] : [text])); }

  setAttribute(name, value) { this.attributes_.set(name, String(value)); }

  getAttribute(name) { return this.attributes_.get(name) ?? null; }

  removeAttribute(name) { this.attributes_.delete(name); }

  hasAttribute(name) { return this.attributes_.has(name); }

  get id() { return this.getAttribute("id") ?? ""; }

  get hidden() { return this.hasAttribute("hidden"); }

  set hidden(value) { if (value) this.setAttribute("hidden", ""); else this.removeAttribute("hidden"); }

  get disabled() { return this.hasAttribute("disabled"); }

  set disabled(value) {
    if (value) this.setAttribute("disabled", ""); else this.removeAttribute("disabled");
  }

  get value() { return this.value_ ?? this.getAttribute("value") ?? ""; }

  set value(text) { this.value_ = String(text); }

  get className() { return this.getAttribute("class") ?? ""; }

  set className(text) { this.setAttribute("class", text); }

  get classList() {
    const names = () => new Set(this.className.split(/\s+/).filter(Boolean));
    const write = (set) => this.setAttribute("class", [...set].join(" "));
    return {
      add: (...added) => write(new Set([...names(), ...added])),
      remove: (...gone) => write(new Set([...names()].filter((name) => !gone.includes(name)))),
      contains: (name) => names().has(name),
      toggle: (name, on = !names().has(name)) => {
        write(on ? new Set([...names(), name]) : new Set([...names()].filter((n) => n !== name)));
        return on;
      },
    };
  }

  get dataset() {
    const key = (name) => `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return new Proxy({}, {
      get: (_, name) => this.getAttribute(key(name)) ?? undefined,
      set: (_, name, value) => { this.setAttribute(key(name), value); return true; },
    });
  }

  addEventListener(type, listener) { (this.listeners[type] ??= []).push(listener); }

  removeEventListener(type, listener) {
    this.listeners[type] = (this.listeners[type] ?? []).filter((other) => other !== listener);
  }

  /** Call the listeners of this element, then those of its parents, as a bubbling event does. */
  dispatchEvent(event) {
    event.target ??= this;
    for (let node = this; node && !event.stopped; node = node.parentNode) {
      event.currentTarget = node;
      (node.listeners[event.type] ?? []).slice().forEach((listener) => listener(event));
    }
    return !event.defaultPrevented;
  }

  click() { if (!this.disabled) this.dispatchEvent(new FakeEvent("click")); }

  focus() {
    document.activeElement = this;
    this.dispatchEvent(new FakeEvent("focusin"));
    this.dispatchEvent(new FakeEvent("focus"));
  }

  contains(other) {
    for (let node = other; node; node = node.parentNode) if (node === this) return true;
    return false;
  }

  matches(selector) { return selector.split(",").some((part) => matchesPath(this, part.trim())); }

  closest(selector) {
    for (let node = this; node instanceof FakeNode; node = node.parentNode) {
      if (node.matches(selector)) return node;
    }
    return null;
  }

  querySelectorAll(selector) {
    const found = [];
    const walk = (node) => node.children.forEach((child) => {
      if (child.matches(selector)) found.push(child);
      walk(child);
    });
    walk(this);
    return found;
  }

  querySelector(selector) { return this.querySelectorAll(selector)[0] ?? null; }

  getBoundingClientRect() {
    return {x: 0, y: 0, left: 0, top: 0, right: 600, bottom: 300, width: 600, height: 300};
  }

  setPointerCapture() { this.captured = true; }

  releasePointerCapture() { this.captured = false; }

  scrollIntoView() { this.scrolledTo = true; }
}

class FakeText extends FakeNode {
  constructor(text) {
    super("#text");
    this.text = text;
  }

  get textContent() { return this.text; }

  set textContent(text) { this.text = text; }
}

function matchesPath(node, path) {
  const parts = path.split(/\s+(?![^[]*\])/);
  if (!matchesOne(node, parts.pop())) return false;
  let above = node.parentNode;
  while (parts.length) {
    const wanted = parts.pop();
    while (above && !matchesOne(above, wanted)) above = above.parentNode;
    if (!above) return false;
    above = above.parentNode;
  }
  return true;
}

function matchesOne(node, selector) {
  const pieces = selector.match(/\[[^\]]*\]|[.#]?[\w-]+|\*/g) ?? [];
  return pieces.every((piece) => {
    if (piece === "*") return true;
    if (piece[0] === ".") return node.classList.contains(piece.slice(1));
    if (piece[0] === "#") return node.id === piece.slice(1);
    if (piece[0] !== "[") return node.localName === piece;
    const [, name, , value] = piece.match(/^\[([\w-]+)(="?([^"\]]*)"?)?\]$/);
    return value === undefined ? node.hasAttribute(name) : node.getAttribute(name) === value;
  });
}

/**
 * A model as anywidget gives it: traits, messages; `sent` is what went to Python. Whether somebody
 * is there ("alive"), every panel asks; that isn't in `sent`, but in `probes`.
 */
export class FakeModel {
  constructor(traits = {}) {
    this.traits = {title: "A panel", description: "", text_twin: "", panel_id: "", ...traits};
    this.listeners = {};
    this.sent = [];
    this.probes = [];
  }

  get(name) { return this.traits[name]; }

  set(name, value) {
    this.traits[name] = value;
    this.emit(`change:${name}`);
  }

  save_changes() {}

  on(name, listener) { (this.listeners[name] ??= []).push(listener); }

  off(name, listener) {
    this.listeners[name] = (this.listeners[name] ?? []).filter((other) => other !== listener);
  }

  emit(name, ...values) { (this.listeners[name] ?? []).slice().forEach((call) => call(...values)); }

  send(message) { (message.ask === "alive" ? this.probes : this.sent).push(message); }

  /** Answer the oldest request that has no answer yet, as Python would; wait until it is used. */
  async answer(value) {
    const request = this.sent.shift();
    this.emit("msg:custom", {id: request.id, value});
    await new Promise((resolve) => setImmediate(resolve));
    return request;
  }
}

/** Press a key on an element, as a user would. Returns the event. */
export function press(node, key, fields = {}) {
  const event = new FakeEvent("keydown", {key, ...fields});
  node.dispatchEvent(event);
  return event;
}

/** Another event: fire(node, "pointerdown", {clientX: 3}). */
export function fire(node, type, fields = {}) {
  const event = new FakeEvent(type, fields);
  node.dispatchEvent(event);
  return event;
}

export const observers = [];

class FakeObserver {
  constructor(callback) {
    this.callback = callback;
    observers.push(this);
  }

  observe(element) { this.element = element; }

  disconnect() { this.element = null; }

  /** Say that the element is in sight, or isn't. */
  show(isIntersecting) { this.callback([{isIntersecting, target: this.element}]); }
}

const body = new FakeNode("body");
globalThis.document = Object.assign(new FakeNode("#document"), {
  body,
  activeElement: null,
  visibilityState: "visible",
  createElement: (name) => new FakeNode(name),
  createElementNS: (_, name) => new FakeNode(name),
  importNode: (node) => node,
});
document.append(body);
globalThis.IntersectionObserver = FakeObserver;
globalThis.ResizeObserver = FakeObserver;
globalThis.requestAnimationFrame ??= (call) => setTimeout(() => call(performance.now()), 0);
globalThis.cancelAnimationFrame ??= clearTimeout;
globalThis.getComputedStyle ??= (node) => node.style;
