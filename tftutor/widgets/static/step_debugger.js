// The step debugger: a slider over the operations that ran, the graph of them, and their values.

import {button, dataTable, el, formatCount, formatMicros, panelFrame, toggleButton} from "./common.js";
import {graphCanvas} from "./graph_canvas.js";
import {healthBadge, valueView} from "./step_values.js";

const PLAY_MS = 900;
const NEARBY = 4;

/** One row of Python's list of steps, by name. */
export function readStep(row) {
  const [number, name, type, kind, health, micros, loop, quiet] = row;
  return {number, name, type, kind, health, micros, loop, quiet: Boolean(quiet)};
}

/** What a step's row says at its end: how long it took, or how the value came about. */
export function tookText(step) {
  return step.kind === "computed" ? formatMicros(step.micros) : step.kind;
}

function isBad(step) {
  return step.health === "nan" || step.health === "inf";
}

/** The rows around position `at`, at most `span` to each side. */
export function nearby(steps, at, span = NEARBY) {
  const start = Math.max(0, Math.min(at - span, steps.length - 2 * span - 1));
  return steps.slice(start, start + 2 * span + 1).map((step, index) => [start + index, step]);
}

/** Marks on the canvas: what has run until `present`, what runs now, what went bad. */
export function canvasMarks(steps, present, where) {
  const done = {};
  const bad = {};
  steps.filter((step) => step.number <= present?.number).forEach((step) => {
    const id = where[step.name];
    if (id === null || id === undefined) return;
    done[id] = true;
    if (isBad(step)) bad[id] = step.health;
  });
  return {done, bad, current: where[present?.name] ?? null};
}

function loopBadge(step) {
  return step.loop ? el("span", {class: "tft-badge"}, step.loop.trim().replace(/[()]/g, "")) : null;
}

function render({model, el: container}) {
  const follow = toggleButton("Follow", {
    title: "Open the groups in which the present operation stands",
    onToggle: (isDown) => { if (isDown) goTo(at); }});
  const all = toggleButton("All steps", {
    title: "Constants and nodes that only pass a value on, too",
    onToggle: (isDown) => choose(isDown, steps[at]?.number)});
  const frame = panelFrame(model, container, {className: "tft-debugger", tools: [follow, all]});
  const {ask, say, onDispose} = frame;
  let data = model.get("data");
  let every = [];
  let steps = [];
  let at = 0;
  let where = [];
  let idle = [];
  let timer = null;
  let wanted = 0;
  const attempt = async (action) => {
    try { return await action(); } catch (error) { say(error.message); return null; }
  };

  const canvas = graphCanvas({label: model.get("description"), height: 420,
    onOpen: (id, open) => change("toggle", {id, open}), onSelect: (id) => goToName(id)});
  const values = el("div", {class: "tft-right tft-step", "aria-live": "off"});
  const list = el("div", {class: "tft-steps", role: "listbox", "aria-label": "Steps nearby"});
  const slider = el("input", {type: "range", class: "tft-slider", min: 0, max: 0, value: 0,
    "aria-label": "Step", oninput: () => goTo(Number(slider.value))});
  const below = el("div", {class: "tft-below"});
  const strip = el("div", {class: "tft-strip", "aria-hidden": true});
  const counter = el("span", {class: "tft-counter"});
  const play = button("Play", {pressed: false, title: "Step by step", onclick: () => toggle()});
  const firstBad = button("First NaN", {title: "Where the first NaN or infinity came from",
    onclick: () => goToNumber(data.bad[0])});
  const failed = button("Error", {title: "The operation that failed",
    onclick: () => goTo(steps.length - 1)});
  const previous = button("◀", {title: "One step back (left arrow)", onclick: () => goTo(at - 1)});
  const next = button("▶", {title: "One step on (right arrow)", onclick: () => goTo(at + 1)});
  previous.setAttribute("aria-label", "One step back");
  next.setAttribute("aria-label", "One step on");

  const drawMarks = () => {
    canvas.step({...canvasMarks(every, steps[at], where), idle});
  };
  const applyScene = (scene, focus) => {
    if (scene.missing) say(scene.missing);
    else canvas.show(scene, focus);
    if (scene.refused) say(scene.refused);
    ({where, idle} = scene);
    drawMarks();
  };
  const change = (what, request) => attempt(async () => {
    const answer = await ask(what, request);
    if (answer.scene) applyScene(answer.scene, answer.focus);
  });
  const drawList = () => {
    list.replaceChildren(...nearby(steps, at).map(([index, step]) => el("div", {role: "option",
      class: `tft-step-row${isBad(step) || step.kind === "failed" ? " tft-bad" : ""}`,
      "aria-selected": String(index === at), onclick: () => goTo(index)},
    el("span", {class: "tft-number"}, step.number), el("span", {class: "tft-step-name"},
      `${isBad(step) ? "! " : ""}${data.names[step.name]}`,
      step.loop), el("span", {class: "tft-muted"}, step.type),
    el("span", {class: "tft-muted tft-number"}, tookText(step)))));
  };
  const drawValues = (found) => {
    const step = steps[at];
    values.replaceChildren(
      el("h3", {class: "tft-wrap"}, found.name, " ", el("span", {class: "tft-badge"}, found.type),
        loopBadge(step)),
      el("div", {class: "tft-muted"}, `${found.device}  ·  ${tookText(step)}`,
        data.simulated.length && found.device.includes("GPU")
          ? el("span", {class: "tft-badge tft-simulated"}, "simulated") : null),
      found.sentence ? el("p", {class: "tft-bad"}, found.sentence) : "",
      el("h4", {}, found.outputs.length === 1 ? "Output" : "Outputs"),
      ...(found.outputs.length ? found.outputs.map((value) => valueView(value, value.name))
        : [el("p", {class: "tft-muted"}, found.kind === "failed" ? "none: it failed" : "none")]),
      ...(found.inputs.length ? [el("h4", {}, "Inputs"),
        ...found.inputs.map((source) => inputView(source))] : []));
  };
  const inputView = (source) => el("div", {class: "tft-input"},
    button(source.tensor, {className: "tft-link", disabled: source.step === null,
      title: source.step === null ? "not recorded" : `Go to step ${source.step}`,
      onclick: () => goToNumber(source.step)}),
    el("span", {class: "tft-muted"}, ` ${source.brief ?? "no value: not computed"} `),
    source.health && source.health !== "ok" ? healthBadge(source) : null,
    source.table ? el("span", {class: "tft-mono"}, ` ${source.table.rows.map((row) =>
      row.join(" ")).join("; ")}`) : null);

  const goTo = (index) => attempt(async () => {
    if (!steps.length) return;
    at = Math.min(Math.max(index, 0), steps.length - 1);
    const step = steps[at];
    slider.value = at;
    slider.setAttribute("aria-valuetext", `step ${step.number}: ${data.names[step.name]}`);
    counter.textContent = `${at + 1} of ${steps.length}`;
    previous.disabled = at === 0;
    next.disabled = at === steps.length - 1;
    drawMarks();
    drawList();
    const ticket = wanted += 1;
    const found = await ask("step", {number: step.number}, {quiet: true});
    if (ticket !== wanted) return;
    drawValues(found);
    say(`Step ${step.number}: ${found.name}${found.sentence ? `. ${found.sentence}` : ""}`);
    if (follow.getAttribute("aria-pressed") === "true") {
      await change("reveal", {id: found.name});
      canvas.bringIn(found.name);
    } else if (where[step.name]) canvas.bringIn(where[step.name]);
  });
  const goToNumber = (number) => {
    if (!steps.some((step) => step.number === number)) {
      all.setAttribute("aria-pressed", "true");
      choose(true, number);
    } else goTo(steps.findIndex((step) => step.number === number));
  };
  /** Go to the next time that an operation runs; after the last, to the first. */
  const goToName = (id) => {
    const index = data.names.indexOf(id);
    const positions = steps.flatMap((step, position) => (step.name === index ? [position] : []));
    if (positions.length) goTo(positions.find((position) => position > at) ?? positions[0]);
  };
  const pause = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
    play.setAttribute("aria-pressed", "false");
  };
  const toggle = () => {
    if (timer !== null) { pause(); return; }
    if (at === steps.length - 1) goTo(0);
    play.textContent = "Pause";
    play.setAttribute("aria-pressed", "true");
    timer = setInterval(() => {
      if (at >= steps.length - 1) pause(); else goTo(at + 1);
    }, PLAY_MS);
  };
  const drawStrip = () => {
    const bad = steps.map((step, index) => [index, step])
      .filter(([, step]) => isBad(step) || step.kind === "failed");
    strip.replaceChildren(...bad.slice(0, 300).map(([index]) => el("span", {
      style: {left: `${100 * index / Math.max(steps.length - 1, 1)}%`}})));
  };
  const choose = (everything, number) => {
    const shown = every.filter((step) => everything || !step.quiet);
    steps = shown.length ? shown : every;
    slider.max = Math.max(steps.length - 1, 0);
    drawStrip();
    const found = steps.findIndex((step) => step.number >= number);
    goTo(found < 0 ? steps.length - 1 : found);
  };
  const load = () => {
    data = model.get("data");
    every = data.steps.map(readStep);
    firstBad.hidden = data.bad === null;
    failed.hidden = data.error === null;
    const short = every.length <= 30;
    all.setAttribute("aria-pressed", String(short));
    below.replaceChildren(...foldedLists(data));
    applyScene(data.scene, "");
    choose(short, data.start);
  };

  const bar = el("div", {class: "tft-stepbar", role: "group", "aria-label": "Walk"},
    previous, play, next, el("div", {class: "tft-track"}, slider, strip), counter, firstBad, failed);
  bar.addEventListener("keydown", (event) => event.stopPropagation());
  frame.body.append(bar, el("div", {class: "tft-columns"}, canvas.root, values), list,
    below);
  frame.root.addEventListener("keydown", (event) => {
    const isOurs = event.target === slider || event.target.closest(".tft-stage, .tft-toolbar");
    if (isOurs || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.preventDefault();
    goTo(at + (event.key === "ArrowRight" ? 1 : -1));
  });
  requestAnimationFrame(load);
  model.on("change:data", load);
  onDispose(() => { pause(); model.off("change:data", load); });
  return frame.dispose;
}

/** What a step changed, what did not run, and what isn't listed for want of room. */
export function foldedLists({variables, skipped, counts, left}) {
  return [left ? el("div", {class: "tft-muted"},
    `${formatCount(left)} more steps: record.step(n) has each of them`) : null,
  variables.length ? el("details", {}, el("summary", {},
    `${formatCount(counts.variables)} variable${counts.variables === 1 ? "" : "s"} changed`),
    dataTable(["variable", "value", "mean before", "mean after"], variables)) : null,
  skipped.length ? el("details", {}, el("summary", {}, `${formatCount(counts.skipped)} operation${
    counts.skipped === 1 ? "" : "s"} did not run`),
    skipped.map(([name, type, why]) => el("div", {}, el("span", {class: "tft-mono"}, name),
      el("span", {class: "tft-muted"}, ` ${type}: ${why}`)))) : null].filter(Boolean);
}

export default {render};
