// The rank explorer: a table of ranks to choose from, and three pages about one tensor - its shape,
// slices of it, and what ops do to it. Python draws; here are the controls and the movement.

import {button, choice, el, panelFrame, roving, svg, svgFromText, uniqueId, wantsLessMotion}
  from "./common.js";

const FLIGHT = 2.5; // how many steps an element is on its way while others start
const STEP_MS = 420;
const LONGEST_MS = 9000;
const UNKNOWN_SIZE = 8; // the reach of a slider along an axis of unknown size

// -- slices as text ------------------------------------------------------------------------------

/** What one axis's controls say, as text: {kind: "all" | "one" | "part", index, from, to, step}. */
export function itemText(state, size) {
  const {kind, index, from, to, step} = state;
  if (kind === "one") return String(index);
  if (kind === "all") return ":";
  const start = from === (step < 0 && size !== null ? size - 1 : 0) ? "" : String(from);
  const stop = to === null || (step > 0 && to === size) || (step < 0 && to < 0) ? "" : String(to);
  return `${start}:${stop}${step === 1 ? "" : `:${step}`}`;
}

/** What an entry of a slice means for the controls, from the axis as Python describes it. */
export function controlsOf({item, indices, result}, size) {
  const reach = size ?? UNKNOWN_SIZE;
  const whole = {kind: "all", index: 0, from: 0, to: reach, step: 1};
  if (result === null) return {...whole, kind: "one", index: indices ? indices[0] : Number(item)};
  if (item === ":") return whole;
  if (indices) return {...whole, kind: "part", from: indices[0], to: indices[1], step: indices[2]};
  const [from, to, step] = item.split(":");
  return {...whole, kind: "part", from: Number(from || 0), to: to ? Number(to) : null,
    step: Number(step || 1)};
}

/** The whole slice; entries at the end that take all of their axes aren't written. */
export function sliceText(items) {
  const last = items.findLastIndex((item) => item !== ":");
  return items.slice(0, last + 1).join(", ");
}

// -- movement ------------------------------------------------------------------------------------

/** How far each of `count` elements has come (0 to 1) at a time counted in steps. */
export function fractions(time, count, flight = FLIGHT) {
  return Array.from({length: count}, (_, number) =>
    Math.min(Math.max((time - number) / flight, 0), 1));
}

/** Slow, fast, slow. */
export function eased(share) {
  return share < 0.5 ? 2 * share * share : 1 - (2 - 2 * share) ** 2 / 2;
}

/** Runs `work(value)` for the newest value only: while it runs, later values replace each other. */
export function newestOnly(work) {
  let running = false;
  let next = null;
  return async (value) => {
    next = {value};
    if (running) return;
    running = true;
    try {
      while (next) {
        const now = next;
        next = null;
        await work(now.value);
      }
    } finally {
      running = false;
    }
  };
}

function token(x, y, text, [width, height], className, tint) {
  return svg("g", {class: className, transform: `translate(${x} ${y})`},
    svg("rect", {width, height, rx: 2, style: tint ? {fill: tint} : null}),
    svg("text", {x: width / 2, y: height / 2 + 4, "text-anchor": "middle"}, text));
}

/**
 * A stage on which elements move: {root, dispose}. `stage` is what MovementDrawing.stage() gives.
 * All elements are in place until somebody plays it or moves the slider.
 */
function player(stage) {
  const {steps, cell} = stage;
  const count = steps.length;
  const picture = pictureOf(stage.svg);
  const marks = svg("g", {class: "tft-rk-marks"});
  const flying = svg("g", {class: "tft-rk-flying"});
  const placed = steps.map(({to, text, tint}, number) => {
    const node = token(...to, text, cell, "tft-rk-placed", tint);
    node.addEventListener("click", () => show(number + 1));
    return node;
  });
  picture.append(svg("g", {}, placed), marks, flying);
  const words = el("output", {class: "tft-rk-words", "aria-live": "polite"});
  const slider = el("input", {type: "range", class: "tft-rk-slider", min: 0, max: count, step: 1,
    value: count, "aria-label": "Elements of the result in place",
    oninput: () => show(Number(slider.value))});
  const play = button("▶ Play", {title: "Move the elements one after the other",
    onclick: () => (timer === null ? start() : stop())});
  const back = button("◀ Back", {onclick: () => show(Number(slider.value) - 1)});
  const next = button("Next ▶", {onclick: () => show(Number(slider.value) + 1)});
  const pace = Math.min(STEP_MS, LONGEST_MS / (count + FLIGHT));
  let timer = null;

  function outline(number) {
    const {to, from} = steps[number];
    const frame = ([x, y], kind) => svg("rect", {class: `tft-rk-mark tft-rk-${kind}`, x, y,
      width: cell[0], height: cell[1]});
    marks.replaceChildren(...from.map((place) => frame(place, "from")), frame(to, "to"));
  }
  function draw(time) {
    const shares = fractions(time, count);
    const moving = [];
    shares.forEach((share, number) => {
      placed[number].style.display = share >= 1 ? "" : "none";
      if (share <= 0 || share >= 1) return;
      const {to, from, tint} = steps[number];
      const along = eased(share);
      for (const [x, y, text] of from) {
        moving.push(token(x + (to[0] - x) * along, y + (to[1] - y) * along, text, cell,
          "tft-rk-moving", tint));
      }
    });
    flying.replaceChildren(...moving);
    return shares.filter((share) => share >= 1).length;
  }
  function tell(done) {
    slider.value = done;
    slider.setAttribute("aria-valuetext", `${done} of ${count}`);
    if (done > 0) {
      outline(done - 1);
      words.textContent = `${done} of ${count}: ${steps[done - 1].words}`;
    } else {
      marks.replaceChildren();
      words.textContent = `0 of ${count}: the result is empty`;
    }
  }
  function show(done) {
    stop();
    const wanted = Math.min(Math.max(done, 0), count);
    draw(wanted === 0 ? 0 : wanted - 1 + FLIGHT);
    // The elements after the wanted one have started by then: they wait where they are.
    flying.replaceChildren();
    placed.forEach((node, number) => { node.style.display = number < wanted ? "" : "none"; });
    tell(wanted);
  }
  function start() {
    const already = Number(slider.value) % count;
    const from = performance.now() - (already === 0 ? 0 : (already - 1 + FLIGHT) * pace);
    play.textContent = "Pause";
    let told = -1;
    const frame = () => {
      const time = (performance.now() - from) / pace;
      const still = wantsLessMotion();
      const done = still ? Math.min(Math.floor(time), count) : draw(time);
      if (done !== told) {
        told = done;
        if (still) placed.forEach((node, n) => { node.style.display = n < done ? "" : "none"; });
        tell(done);
      }
      if (done >= count) stop();
      else timer = requestAnimationFrame(frame);
    };
    timer = requestAnimationFrame(frame);
  }
  function stop() {
    if (timer !== null) cancelAnimationFrame(timer);
    timer = null;
    play.textContent = "▶ Play";
  }
  const root = el("div", {}, el("div", {class: "tft-rk-picture"}, picture),
    el("div", {class: "tft-rk-player", role: "group", "aria-label": "Steps"}, play, back, next,
      slider), words);
  return {root, start, dispose: stop};
}

function pictureOf(text) {
  const picture = svgFromText(text) ?? svg("svg", {});
  picture.querySelector(".rk-card")?.remove();
  return picture;
}

// -- fields --------------------------------------------------------------------------------------

function field(label, {value = "", size = 16, title, hint, onEnter} = {}) {
  const input = el("input", {type: "text", class: "tft-field tft-mono", size, title, value,
    placeholder: hint,
    spellcheck: "false", autocomplete: "off", onkeydown: (event) => {
      if (event.key === "Enter" && onEnter) { event.preventDefault(); onEnter(); }
    }});
  return {input, node: el("label", {class: "tft-label"}, label, " ", input)};
}

/** Sentences as a list; what is indented, shapes below each other, keeps its columns. */
function lines(texts) {
  return el("ul", {class: "tft-rk-lines"}, texts.map((text) => (text.startsWith("  ")
    ? el("li", {class: "tft-rk-aligned tft-mono"}, text.slice(2)) : el("li", {}, text))));
}

/** The controls of one axis; `onChange()` after each change. Returns {node, text, set}. */
function axisControls(name, size, onChange) {
  const reach = size ?? UNKNOWN_SIZE;
  let state = {kind: "all", index: 0, from: 0, to: reach, step: 1};
  const shown = el("span", {class: "tft-rk-fields"});
  const slide = (label, key, low, high) => {
    const number = el("output", {class: "tft-rk-number"}, String(state[key]));
    const input = el("input", {type: "range", min: low, max: high, value: state[key],
      "aria-label": `${name}: ${label}`, oninput: () => {
        state[key] = Number(input.value);
        number.textContent = input.value;
        onChange();
      }});
    return el("label", {class: "tft-label"}, label, " ", input, number);
  };
  const stepField = () => {
    const input = el("input", {type: "number", class: "tft-field tft-rk-step", min: -9, max: 9,
      value: state.step, "aria-label": `${name}: step`, onchange: () => {
        state.step = Number(input.value);
        if (state.step < 0 && state.from < (state.to ?? reach)) {
          [state.from, state.to] = [Math.max(reach - 1, 0), -1];
        } else if (state.step > 0 && state.from > (state.to ?? reach)) {
          [state.from, state.to] = [0, reach];
        }
        refill();
        onChange();
      }});
    return el("label", {class: "tft-label"}, "step ", input);
  };
  const refill = () => {
    const last = Math.max(reach - 1, 0);
    shown.replaceChildren(...{
      all: [],
      one: [slide("index", "index", 0, last)],
      part: [slide("from", "from", 0, last), slide("up to", "to", -1, reach), stepField()],
    }[state.kind]);
    list.value = state.kind;
  };
  const list = el("select", {class: "tft-select", "aria-label": `${name}: what to take`,
    onchange: () => { state.kind = list.value; refill(); onChange(); }},
  [["all", "all :"], ["one", "one index"], ["part", "from : up to"]].map(([value, text]) =>
    el("option", {value}, text)));
  const words = el("span", {class: "tft-rk-said"});
  refill();
  return {
    node: el("div", {class: "tft-rk-axis", role: "group", "aria-label": name},
      el("span", {class: "tft-rk-name"}, `${name}: ${size ?? "?"}`), list, shown, words),
    text: () => itemText(state, size),
    set: (axis) => { state = controlsOf(axis, size); refill(); },
    say: (text) => { words.textContent = text; },
  };
}

// -- pages ---------------------------------------------------------------------------------------

function shapePage() {
  const root = el("div", {});
  return {root, open(tensor) {
    root.replaceChildren(el("div", {class: "tft-rk-picture"}, pictureOf(tensor.svg)),
      lines(tensor.sentences));
  }};
}

function slicePage(request, fail) {
  const controls = el("div", {class: "tft-rk-axes"});
  const result = el("div", {});
  const spec = field("Slice", {size: 26, title: "What stands between the brackets; press Enter",
    onEnter: () => ask({spec: spec.input.value, typed: true})});
  const root = el("div", {}, el("div", {class: "tft-rk-form"}, spec.node,
    button("Take", {onclick: () => ask({spec: spec.input.value, typed: true})})), controls, result);
  let axes = [];
  const ask = newestOnly(async ({spec: text, typed}) => {
    const answer = await request("slice", {spec: text}).catch(fail);
    if (!answer) return;
    fail(null);
    const known = answer.axes.filter(({axis}) => axis !== null);
    if (typed && !answer.error) known.forEach((axis) => axes[axis.axis]?.set(axis));
    axes.forEach((axis, number) => axis.say(tail(known[number]?.words ?? "")));
    const said = answer.error ? `${answer.summary} fails` : answer.summary;
    result.replaceChildren(el("div", {class: "tft-rk-headline", role: "status"}, said),
      refusal(answer), el("div", {class: "tft-rk-picture"}, pictureOf(answer.svg)));
  });
  const change = () => {
    spec.input.value = sliceText(axes.map((axis) => axis.text()));
    ask({spec: spec.input.value});
  };
  return {root, open(tensor, start = {}) {
    axes = (tensor.shape ?? []).map((size, number) =>
      axisControls(tensor.axes[number], size, change));
    controls.replaceChildren(...axes.map((axis) => axis.node));
    const first = start.spec === undefined ? proposedSlice(tensor.shape ?? []) : inside(start.spec);
    spec.input.value = first;
    return ask({spec: first, typed: true});
  }};
}

/** `x[0, 1:]` without what stands around its brackets. */
export function inside(expression) {
  const open = expression.indexOf("[");
  return open >= 0 && expression.endsWith("]") ? expression.slice(open + 1, -1) : "";
}

/** A first slice to look at: one index of the first axis, a part of the last one. */
export function proposedSlice(shape) {
  if (shape.length === 0) return "";
  const last = shape[shape.length - 1] ?? UNKNOWN_SIZE;
  const part = last > 2 ? `1:${Math.min(last, 3)}` : ":";
  return sliceText(shape.length === 1 ? [part]
    : ["0", ...Array(shape.length - 2).fill(":"), part]);
}

const tail = (words) => words.slice(words.indexOf(": ") + 1).trim();

/** Why TensorFlow refuses, and its own words. */
function refusal({error, reason}) {
  return el("div", {class: "tft-rk-alert", hidden: !error}, reason ? el("div", {}, reason) : null,
    el("div", {class: "tft-muted"}, "TensorFlow says: ", el("code", {}, error)));
}

function movePage(ops, request, fail, useTensor) {
  const fields = el("span", {class: "tft-rk-fields"});
  const result = el("div", {});
  let tensor = null;
  let op = ops[0];
  let inputs = {};
  let playing = null;
  const picker = choice("Op", ops.map(({name}) => [name, `tf.${name}`]), op.name, (name) => {
    fill(name);
    show(false);
  });
  const root = el("div", {}, el("form", {class: "tft-rk-form", onsubmit: (event) => {
    event.preventDefault();
    show(true);
  }}, picker, fields, el("button", {type: "submit", class: "tft-button"}, "Show")), result);

  function fill(name, start = {}) {
    op = ops.find((one) => one.name === name) ?? ops[0];
    picker.querySelector("select").value = op.name;
    const [argument, other] = tensor.proposals[op.name];
    inputs = {};
    if (op.two) inputs.other = field("second tensor", {value: start.other ?? other, size: 14});
    if (op.argument) {
      inputs.argument = field(op.argument, {value: start.argument ?? argument, size: 14});
    }
    const nodes = Object.values(inputs).map(({node}) => node);
    if (op.keepdims) {
      const check = el("input", {type: "checkbox", checked: start.keepdims === true});
      inputs.keepdims = {input: check};
      nodes.push(el("label", {class: "tft-label"}, check, " keepdims"));
    }
    fields.replaceChildren(...nodes);
  }
  async function show(start) {
    const answer = await request("move", {op: op.name, argument: inputs.argument?.input.value,
      other: inputs.other?.input.value, keepdims: inputs.keepdims?.input.checked}).catch(fail);
    if (!answer) return;
    fail(null);
    playing?.dispose();
    playing = answer.steps.length > 0 ? player(answer) : null;
    const headline = el("div", {class: "tft-rk-headline", role: "status"}, answer.headline);
    const small = tensor.small && !playing && !answer.error ? [el("p", {}, `${answer.why} `,
      button(`Try it with ${tensor.small}`, {onclick: () => useTensor(tensor.small)}))] : [];
    result.replaceChildren(headline, lines(answer.sentences), refusal(answer), ...small,
      playing ? playing.root : el("div", {class: "tft-rk-picture"}, pictureOf(answer.svg)));
    if (start && playing && !wantsLessMotion()) playing.start();
  }
  return {root, dispose: () => playing?.dispose(), open(next, start = {}) {
    tensor = next;
    fill(start.op ?? op.name, start);
    return show(false);
  }};
}

// -- the table -----------------------------------------------------------------------------------

function rankTable(rows, note, onChoose) {
  const about = el("div", {class: "tft-rk-about"});
  const describe = (number) => {
    buttons.forEach((one, place) => {
      one.setAttribute("aria-pressed", String(place === number));
      one.closest("tr").classList.toggle("tft-rk-chosen", place === number);
    });
    about.replaceChildren(el("code", {}, rows[number].code), el("span", {}, rows[number].why));
  };
  const choose = (number) => {
    describe(number);
    onChoose(number);
  };
  const buttons = rows.map(({rank}, number) => button(rank, {pressed: number === 0,
    className: "tft-rk-rank", title: `Draw the example of rank ${rank}`}));
  const body = el("tbody", {}, rows.map(({entity, example}, number) => el("tr", {
    onclick: () => choose(number)},
    el("td", {}, buttons[number]), el("td", {}, entity), el("td", {}, example))));
  const table = el("table", {class: "tft-table tft-rk-table"}, el("caption",
    {class: "tft-visually-hidden"}, "Rank, math entity and example; the buttons draw the example"),
  el("thead", {}, el("tr", {}, ["Rank", "Math entity", "Example"].map((text) =>
    el("th", {scope: "col"}, text)))), body);
  roving(table, "button");
  describe(0);
  return el("div", {}, el("p", {class: "tft-rk-note"}, note), table, about);
}

// -- all of it -----------------------------------------------------------------------------------

function render({model, el: container}) {
  const frame = panelFrame(model, container, {className: "tft-ranks"});
  const alert = el("div", {class: "tft-rk-alert", role: "alert", hidden: true});
  const tensorName = el("div", {class: "tft-rk-headline"});
  let data = model.get("data");
  let source = {};
  let tensor = null;
  let opened = new Set();
  let pages = {};
  let current = "shape";
  let undo = [];

  const fail = (error) => {
    alert.hidden = error === null;
    alert.textContent = error === null ? "" : error.message;
  };
  const request = (what, details) => frame.ask(what, {...source, ...details});

  async function useTensor(next) {
    const before = source;
    source = next;
    const answer = await request("tensor", {}).catch((error) => { source = before; fail(error); });
    if (!answer) return;
    fail(null);
    take(answer);
    await showPage(current);
  }
  function take(answer) {
    tensor = answer;
    opened = new Set();
    tensorName.textContent = tensor.headline;
  }
  async function showPage(name, start) {
    current = name;
    for (const [key, {tab, page}] of Object.entries(pages)) {
      tab.setAttribute("aria-selected", String(key === name));
      tab.setAttribute("tabindex", key === name ? "0" : "-1");
      page.root.parentElement.hidden = key !== name;
    }
    if (opened.has(name)) return;
    opened.add(name);
    await pages[name].page.open(tensor, start);
  }
  function build() {
    undo.splice(0).forEach((action) => action());
    data = model.get("data");
    source = {};
    const typed = field("Other tensor", {size: 27, hint: "(2, 3) or [[1, 2], [3, 4]]",
      onEnter: () => draw(),
      title: "A shape such as (10, 3) or (None, 784), or values such as [[1, 2], [3, 4]]"});
    const draw = (text = typed.input.value) => {
      typed.input.value = text;
      return useTensor({text});
    };
    pages = {
      shape: {label: "Shape", page: shapePage()},
      slice: {label: "Slice", page: slicePage(request, fail)},
      move: {label: "Move elements", page: movePage(data.ops, request, fail, draw)},
    };
    undo.push(() => pages.move.page.dispose());
    const tabs = el("div", {class: "tft-rk-tabs", role: "tablist", "aria-label": "Pages"});
    const sheets = [];
    for (const [name, entry] of Object.entries(pages)) {
      const [tabId, sheetId] = [uniqueId("tab"), uniqueId("sheet")];
      entry.tab = el("button", {type: "button", class: "tft-button tft-rk-tab", role: "tab",
        id: tabId, "aria-controls": sheetId, onclick: () => showPage(name)}, entry.label);
      tabs.append(entry.tab);
      sheets.push(el("div", {role: "tabpanel", id: sheetId, "aria-labelledby": tabId, hidden: true},
        entry.page.root));
    }
    const table = data.rows.length > 0
      ? rankTable(data.rows, data.note, (row) => useTensor({row})) : null;
    frame.body.replaceChildren(...[table, el("div", {class: "tft-rk-top"}, tensorName,
      el("div", {class: "tft-rk-form"}, typed.node, button("Draw", {onclick: () => draw()}))),
    tabs, alert, ...sheets].filter(Boolean));
    roving(tabs, "button", {orientation: "horizontal"});
    take(data.tensor);
    fail(null);
    return showPage(data.open.page, data.open);
  }
  model.on("change:data", build);
  frame.onDispose(() => { model.off("change:data", build); undo.forEach((action) => action()); });
  build();
  return frame.dispose;
}

export default {render};
