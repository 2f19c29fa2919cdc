// The canvas of a graph: a picture from Python that can be moved, zoomed and walked with the
// keyboard. It knows nothing of graphs: only boxes with names, some of which can be opened.

import {button, el, svg, svgFromText, wantsLessMotion} from "./common.js";

const STEP = 1.25;
const SMALLEST = 0.05;
const LARGEST = 4;
const READABLE = 0.8;
const MOVE_MS = 240;

/** The middle of a rectangle [left, top, width, height]. */
function middleOf(box) {
  return [box[0] + box[2] / 2, box[1] + box[3] / 2];
}

/** Which of `others` ({id, box}) lies next to `start` in a direction such as "ArrowLeft"; or null. */
export function nearest(start, direction, others) {
  const [x, y] = middleOf(start.box);
  const sideways = direction === "ArrowLeft" || direction === "ArrowRight";
  const sign = direction === "ArrowLeft" || direction === "ArrowUp" ? -1 : 1;
  let best = null;
  let least = Infinity;
  for (const other of others) {
    if (other.id === start.id && other.open === start.open) continue;
    const [ox, oy] = middleOf(other.box);
    const along = sign * (sideways ? ox - x : oy - y);
    const across = Math.abs(sideways ? oy - y : ox - x);
    if (along <= 1 || across > along * 3) continue;
    const cost = along + 2 * across;
    if (cost < least) [least, best] = [cost, other];
  }
  return best;
}

/** The part of a page to show first: all of it if it can be read then, else its upper left. */
export function firstWindow(size, view, readable = READABLE) {
  const scale = Math.min(view[0] / size[0], view[1] / size[1], 1);
  const used = Math.max(scale, Math.min(readable, view[0] / Math.min(size[0], view[0] / readable)));
  const [width, height] = [view[0] / used, view[1] / used];
  return [size[0] < width ? (size[0] - width) / 2 : 0,
    size[1] < height ? (size[1] - height) / 2 : 0, width, height];
}

/**
 * A canvas. `onOpen(id, open)` is asked to open or close, `onSelect(id)` is told what is chosen.
 * Returns {root, show(scene, focus), select(id), mark(marks), step(marks), focus(id), bringIn(id),
 * frame(), whole(action)}; `whole` calls an action with the picture while all of it is shown.
 */
export function graphCanvas({onOpen, onSelect, label = "Graph", height = 480}) {
  const stage = el("div", {class: "tft-stage", role: "application", "aria-label":
    `${label}. Arrow keys walk, Enter opens or closes, plus and minus zoom, 0 shows all.`});
  stage.style.height = `${height}px`;
  let scene = {nodes: [], clusters: [], size: [1, 1]};
  let picture = null;
  let frame = [0, 0, 1, 1];
  let selected = "";

  const viewSize = () => {
    const {width} = stage.getBoundingClientRect();
    return [width || 640, height];
  };
  const setFrame = (next) => {
    frame = next;
    picture?.setAttribute("viewBox", frame.map((x) => Math.round(x * 100) / 100).join(" "));
  };
  const scaleNow = () => viewSize()[0] / frame[2];
  const zoom = (factor, at = null) => {
    const scale = scaleNow();
    const wanted = Math.min(Math.max(scale * factor, SMALLEST), LARGEST);
    const shrink = scale / wanted;
    const [x, y] = at ?? [frame[0] + frame[2] / 2, frame[1] + frame[3] / 2];
    setFrame([x - (x - frame[0]) * shrink, y - (y - frame[1]) * shrink,
      frame[2] * shrink, frame[3] * shrink]);
  };
  const fit = () => {
    const [width, tall] = viewSize();
    const scale = Math.min(width / scene.size[0], tall / scene.size[1], 1.4);
    const [w, h] = [width / scale, tall / scale];
    setFrame([(scene.size[0] - w) / 2, (scene.size[1] - h) / 2, w, h]);
  };
  const pointAt = (event) => {
    const area = stage.getBoundingClientRect();
    return [frame[0] + (event.clientX - area.left) * frame[2] / area.width,
      frame[1] + (event.clientY - area.top) * frame[3] / area.height];
  };
  /** Move the window so that a box is inside, as little as possible. */
  const bringIn = (box) => {
    const margin = 24;
    const next = [...frame];
    for (const axis of [0, 1]) {
      const [low, length] = [box[axis] - margin, box[axis + 2] + 2 * margin];
      if (length > frame[axis + 2] || low < frame[axis]) next[axis] = low;
      else if (low + length > frame[axis] + frame[axis + 2]) {
        next[axis] = low + length - frame[axis + 2];
      }
    }
    setFrame(next);
  };

  const all = () => [...scene.clusters.map((c) => ({...c, open: true})), ...scene.nodes];
  const selectorOf = (item) => `[${item.open ? "data-cluster" : "data-node"}="${
    item.id.replace(/["\\]/g, "\\$&")}"]`;
  const elementOf = (item) => item && picture?.querySelector(selectorOf(item));
  const itemOf = (id) => scene.nodes.find((node) => node.id === id)
    ?? all().find((item) => item.id === id);
  const itemAt = (target) => {
    const node = target.closest?.("[data-node], [data-cluster]");
    if (!node) return null;
    const id = node.getAttribute("data-node");
    return id === null ? all().find((item) => item.open && item.id ===
      node.getAttribute("data-cluster")) : scene.nodes.find((item) => item.id === id);
  };

  const stop = (item, focus) => {
    const element = elementOf(item);
    if (!element) return;
    picture.querySelectorAll('[tabindex="0"]').forEach((old) => old.setAttribute("tabindex", "-1"));
    element.setAttribute("tabindex", "0");
    if (focus) {
      bringIn(item.open ? [item.box[0], item.box[1], Math.min(item.box[2], 160), 24] : item.box);
      element.focus({preventScroll: true});
    }
  };
  const select = (id, {tell = true} = {}) => {
    selected = id;
    picture?.querySelectorAll(".tft-selected").forEach((n) => n.classList.remove("tft-selected"));
    const item = itemOf(id);
    elementOf(item)?.classList.add("tft-selected");
    picture?.querySelectorAll("[data-source]").forEach((edge) => edge.classList.toggle("tft-touched",
      Boolean(id) && (edge.getAttribute("data-source") === id
        || edge.getAttribute("data-target") === id)));
    if (item) stop(item, false);
    if (tell && id) onSelect(id);
  };
  const activate = (item) => {
    if (item.open || item.group) onOpen(item.id, !item.open);
    else select(item.id);
  };

  const prepare = () => {
    for (const item of all()) {
      const element = elementOf(item);
      if (!element) continue;
      element.setAttribute("role", "button");
      element.setAttribute("tabindex", "-1");
      element.setAttribute("aria-label", item.says);
      if (item.open || item.group) element.setAttribute("aria-expanded", String(Boolean(item.open)));
    }
    picture.setAttribute("class", "tft-graph");
    picture.removeAttribute("width");
    picture.removeAttribute("height");
    picture.setAttribute("role", "group");
    const first = all()[0];
    if (first) elementOf(first)?.setAttribute("tabindex", "0");
  };
  /** Let what was there before glide to its new place. */
  const animate = (before, dx, dy) => {
    if (wantsLessMotion() || !picture.animate) return;
    for (const node of scene.nodes) {
      const element = elementOf(node);
      const old = before.get(node.id);
      if (!element) continue;
      const keys = old ? [{transform: `translate(${middleOf(old)[0] + dx - middleOf(node.box)[0]}px,${
        middleOf(old)[1] + dy - middleOf(node.box)[1]}px)`}, {transform: "none"}]
        : [{opacity: 0}, {opacity: 1}];
      element.animate(keys, {duration: MOVE_MS, easing: "ease-out"});
    }
    picture.querySelectorAll(".tf-edge, .tf-edge-label").forEach((edge) =>
      edge.animate([{opacity: 0}, {opacity: 0, offset: 0.4}, {opacity: 1}], MOVE_MS));
  };
  /** Show a scene. `focus` is what the user acted on: it keeps its place in the window. */
  const show = (next, focus = "", {keepFocus = false} = {}) => {
    const old = itemOf(focus);
    const before = new Map(scene.nodes.map((node) => [node.id, node.box]));
    const isFirst = picture === null;
    const drawn = svgFromText(next.svg);
    if (!drawn) return;
    picture = drawn;
    scene = next;
    prepare();
    stage.replaceChildren(picture, controls);
    const item = itemOf(focus);
    if (isFirst || (!focus && !keepFocus)) setFrame(firstWindow(scene.size, viewSize()));
    else if (item && old) {
      const [[ox, oy], [nx, ny]] = [old.box, item.box];
      animate(before, nx - ox, ny - oy);
      setFrame([frame[0] + nx - ox, frame[1] + ny - oy, frame[2], frame[3]]);
      bringIn(item.box);
    } else {
      setFrame(frame);
      if (item) bringIn(item.box);
    }
    select(itemOf(selected) ? selected : "", {tell: false});
    if (item) stop(item, keepFocus);
  };

  /** Marks: {lit, found: {id: [hit, of]}, paint(id) -> {fill, mark} or null}. */
  const mark = ({lit = null, found = {}, paint = () => null}) => {
    if (!picture) return;
    picture.querySelectorAll(".tft-chip").forEach((chip) => chip.remove());
    for (const node of scene.nodes) {
      const element = elementOf(node);
      if (!element) continue;
      element.classList.toggle("tft-dim", lit !== null && !(node.id in lit));
      element.classList.toggle("tft-lit", lit !== null && node.id in lit);
      element.classList.toggle("tft-found", node.id in found);
      const colour = paint(node.id);
      const shape = element.children[1];
      for (const part of shape?.localName === "g" ? shape.children : [shape]) {
        part?.style?.setProperty("fill", colour?.fill ?? "");
      }
      const words = [colour?.mark, node.group && lit?.[node.id] ? lit[node.id].join(" of ") : null,
        found[node.id] ? (node.group ? `${found[node.id][0]} found` : "found") : null];
      const text = words.filter(Boolean).join(", ");
      if (text) element.append(chip(node.box, text));
    }
    picture.querySelectorAll("[data-source]").forEach((edge) => edge.classList.toggle("tft-dim",
      lit !== null && !(edge.getAttribute("data-source") in lit
        && edge.getAttribute("data-target") in lit)));
  };

  /** Marks of a walk: {done: {id: true}, bad: {id: "nan"}, current: id or null, idle: [id]}. */
  const step = ({done, bad, current, idle = []}) => {
    if (!picture) return;
    picture.querySelectorAll(".tft-chip").forEach((old) => old.remove());
    for (const node of scene.nodes) {
      const element = elementOf(node);
      if (!element) continue;
      element.classList.toggle("tft-todo", !(node.id in done));
      element.classList.toggle("tft-current", node.id === current);
      const text = [node.id === current ? "now" : "", bad[node.id] ?? "",
        idle.includes(node.id) ? "not run" : ""].filter(Boolean);
      if (text.length) element.append(chip(node.box, text.join(": ")));
    }
    picture.querySelectorAll("[data-source]").forEach((edge) => {
      const [source, target] = ["data-source", "data-target"].map((end) => edge.getAttribute(end));
      edge.classList.toggle("tft-todo", !(source in done && target in done));
      edge.classList.toggle("tft-touched", target === current && source in done);
    });
  };

  // -- mouse and keys ----------------------------------------------------------------------------

  let drag = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    drag = {x: event.clientX, y: event.clientY, frame: [...frame], moved: false};
  });
  stage.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    if (!drag.moved) stage.setPointerCapture?.(event.pointerId);
    drag.moved = true;
    stage.classList.add("tft-grabbing");
    const scale = scaleNow();
    setFrame([drag.frame[0] - dx / scale, drag.frame[1] - dy / scale, frame[2], frame[3]]);
  });
  const endDrag = () => {
    stage.classList.remove("tft-grabbing");
    setTimeout(() => { drag = null; }, 0);
  };
  stage.addEventListener("pointerup", endDrag);
  stage.addEventListener("pointercancel", endDrag);
  stage.addEventListener("click", (event) => {
    if (drag?.moved) return;
    const item = itemAt(event.target);
    if (!item) return;
    stop(item, true);
    if (!item.open) select(item.id);
    if (item.open || item.group) onOpen(item.id, !item.open);
  });
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? STEP : 1 / STEP, pointAt(event));
  }, {passive: false});
  stage.addEventListener("keydown", (event) => {
    const item = itemAt(event.target);
    const act = {"+": () => zoom(STEP), "=": () => zoom(STEP), "-": () => zoom(1 / STEP), "0": fit};
    if (act[event.key] && !event.ctrlKey && !event.metaKey) act[event.key]();
    else if (item && event.key.startsWith("Arrow")) {
      const next = nearest(item, event.key, all().map((other) => (other.open
        ? {...other, box: [other.box[0], other.box[1], 60, 20]} : other)));
      if (next) stop(itemOfKind(next), true);
    } else if (item && (event.key === "Enter" || event.key === " ")) activate(item);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const itemOfKind = (item) => all().find((each) => each.id === item.id && each.open === item.open);
  stage.addEventListener("focusin", (event) => {
    const item = itemAt(event.target);
    if (item) stop(item, false);
  });

  const controls = el("div", {class: "tft-zoom", role: "group", "aria-label": "Zoom"},
    button("+", {title: "Larger (+)", onclick: () => zoom(STEP)}),
    button("−", {title: "Smaller (-)", onclick: () => zoom(1 / STEP)}),
    button("Fit", {title: "Show all (0)", onclick: fit}));
  stage.append(controls);
  return {root: stage, show, select, mark, step,
    focus: (id) => { const item = itemOf(id); if (item) stop(item, true); },
    bringIn: (id) => { const item = itemOf(id); if (item) bringIn(item.box); },
    frame: () => [...frame],
    whole: (action) => {
      const kept = [...frame];
      setFrame([0, 0, ...scene.size]);
      try { return action(picture); } finally { setFrame(kept); }
    }};
}

/** A small label at the upper edge of a box. */
function chip(box, text) {
  const width = text.length * 5.6 + 8;
  const [x, y] = [box[0] + box[2] - width + 8, box[1] - 9];
  return svg("g", {class: "tft-chip"},
    svg("rect", {x, y, width, height: 14, rx: 7}),
    svg("text", {x: x + width / 2, y: y + 10.5, "font-size": 9.5, "text-anchor": "middle"}, text));
}
