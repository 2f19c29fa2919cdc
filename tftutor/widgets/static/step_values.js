// Values of a step: facts in a line, a histogram, numbers in a table, many numbers as a heat map.

import {el, formatBytes, svg} from "./common.js";

const CELL = 6;
const PALE = 2.2; // behind digits colours are weaker, so that these can be read

/** Up to four digits: 0.3466, 1.2e+5; text stays as it is. */
export function numberText(value) {
  if (typeof value !== "number") return String(value);
  return Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value)
    : String(Number(value.toPrecision(4)));
}

/** Blue for negative, orange for positive, the stronger the bigger; NaN and infinities are null. */
export function heatColour(value, most) {
  if (typeof value === "boolean") return value ? "rgb(200,105,28)" : "rgb(245,245,245)";
  if (typeof value !== "number") return null;
  const share = most > 0 ? Math.min(Math.abs(value) / most, 1) : 0;
  const strong = value < 0 ? [43, 104, 184] : [200, 105, 28];
  return `rgb(${strong.map((part) => Math.round(245 + (part - 245) * share)).join(",")})`;
}

function biggest(rows) {
  return Math.max(0, ...rows.flat().filter((x) => typeof x === "number").map(Math.abs));
}

function numberTable({rows, isNumbers}, label) {
  const most = biggest(rows);
  return el("table", {class: "tft-values", "aria-label": label}, el("tbody", {}, rows.map((row) =>
    el("tr", {}, row.map((value) => {
      const colour = isNumbers ? heatColour(value, most * PALE) : "";
      return el("td", {class: colour === null ? "tft-notanumber" : "",
        style: colour ? {background: colour} : {}}, numberText(value));
    })))));
}

/** A canvas with a square for each number; crosses where there is none. */
function heatMap({rows}, label) {
  const [height, width] = [rows.length, rows[0].length];
  const most = biggest(rows);
  const cell = Math.max(3, Math.min(12, Math.floor(300 / width), Math.floor(240 / height), 2 * CELL));
  const canvas = el("canvas", {width: width * cell, height: height * cell, class: "tft-heat",
    role: "img", "aria-label": `${label}: heat map of ${height} by ${width} numbers up to ${
      numberText(most)}`});
  const pen = canvas.getContext?.("2d");
  if (pen) {
    rows.forEach((row, y) => row.forEach((value, x) => {
      const colour = heatColour(value, most);
      pen.fillStyle = colour ?? "#1b1b1b";
      pen.fillRect(x * cell, y * cell, cell, cell);
      if (colour !== null) return;
      pen.strokeStyle = "#ff5d6c";
      pen.beginPath();
      pen.moveTo(x * cell, y * cell);
      pen.lineTo((x + 1) * cell, (y + 1) * cell);
      pen.moveTo((x + 1) * cell, y * cell);
      pen.lineTo(x * cell, (y + 1) * cell);
      pen.stroke();
    }));
  }
  return el("figure", {class: "tft-figure"}, canvas, el("figcaption", {class: "tft-muted"},
    `${numberText(-most)} `, el("span", {class: "tft-ramp", "aria-hidden": true}),
    ` ${numberText(most)}`));
}

/** Bars for how many elements lie where. */
export function histogram(counts, low, high) {
  const most = Math.max(...counts, 1);
  const bars = counts.map((count, index) => svg("rect", {x: index * 10 + 0.5, width: 9,
    y: 30 - 28 * count / most, height: 28 * count / most}));
  return el("figure", {class: "tft-figure"}, svg("svg", {class: "tft-histogram", role: "img",
    viewBox: `0 0 ${counts.length * 10} 30`, "aria-label": `Histogram from ${numberText(low)} to ${
      numberText(high)}: ${counts.join(", ")}`}, bars),
  el("figcaption", {class: "tft-muted"}, `${numberText(low)} … ${numberText(high)}`));
}

/** `ok`, `2 NaN`: a badge with a sign, so that it is told without colour. */
export function healthBadge({health, trouble}) {
  if (!health) return null;
  return health === "ok" ? el("span", {class: "tft-badge tft-ok"}, "✓ finite")
    : el("span", {class: "tft-badge tft-bad"}, `! ${trouble || "NaN or infinity"}`);
}

function factLine(found) {
  const facts = [["min", found.min], ["mean", found.mean], ["max", found.max], ["std", found.std]]
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${numberText(value)}`);
  if (found.zeros) facts.push(`${Math.round(found.zeros * 100)} % zeros`);
  return facts.join("  ·  ");
}

/** Everything about one value. */
export function valueView(value, label) {
  const {statistics, table, heat} = value;
  const isScalar = table !== null && table.rows.length === 1 && table.rows[0].length === 1;
  return el("div", {class: "tft-value"},
    el("div", {}, el("span", {class: "tft-mono"}, label), " ", value.brief, " ", healthBadge(value),
      value.nbytes > 4096 ? el("span", {class: "tft-muted"}, ` ${formatBytes(value.nbytes)}`) : null),
    statistics && !isScalar && statistics.mean !== null
      ? el("div", {class: "tft-muted"}, factLine(statistics)) : null,
    statistics?.histogram.length
      ? histogram(statistics.histogram, statistics.min, statistics.max) : null,
    heat ? [heat.where ? el("div", {class: "tft-muted"}, heat.where) : null, heatMap(heat, label)]
      : null,
    table && !isScalar ? [table.where ? el("div", {class: "tft-muted"}, table.where) : null,
      numberTable(table, label)] : null);
}
