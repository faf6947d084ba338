/** Draws the chart of `/earnings/`. The table below it has every sum, for whoever has no script or does not see bars. */

import uPlot from "../vendor/uplot/uPlot.esm.js";
import { localesFor, localTime } from "../../marketplace/page/times.js";
import { ceiling, cut, inLocalDays, labelled, steps, sumOnAxis } from "./bars.js";

/** @typedef {import("./bars.js").ChartData} ChartData */

const HEIGHT = 260;
const ROW = 44; // of a listing, whose bars lie
const LETTER = 8; // pixels, at most, and some to spare

/** The colours are the style sheet's. They are asked for at each drawing, for the visitor may turn the lights off. */
const colours = (/** @type {HTMLElement} */ box) => {
  const style = getComputedStyle(box);
  return { bar: style.fill, edge: style.stroke, words: style.color, line: style.outlineColor, font: style.fontFamily };
};

/** @param {HTMLElement} box @param {ChartData} data @param {boolean} isLying */
function axesOf(box, data, isLying) {
  const language = document.documentElement.lang;
  const font = `13px ${colours(box).font}`;
  const lines = { stroke: () => colours(box).line, width: 1 };
  const common = { font, stroke: () => colours(box).words, ticks: { show: false } };
  const letters = isLying ? Math.min(36, Math.floor(box.clientWidth / 3 / LETTER)) : Infinity;
  const room = 16 + LETTER * Math.max(...data.bars.map((bar) => bar.short.length));
  /** @type {uPlot.Axis} */
  const names = {
    ...common,
    grid: { show: false },
    side: isLying ? 3 : 2,
    splits: (plot) => labelled(data.bars.length, isLying ? Infinity : plot.bbox.width / devicePixelRatio / room),
    values: (_, places) => places.map((place) => cut(data.bars[place].short, letters)),
    size: isLying ? (letters + 1) * LETTER : 32,
  };
  /** @type {uPlot.Axis} */
  const sums = {
    ...common,
    grid: lines,
    side: isLying ? 2 : 3,
    incrs: steps(),
    space: isLying ? 80 : 40,
    size: isLying ? 30 : (_, values) => 16 + Math.max(0, ...(values ?? []).map((text) => text.length)) * LETTER,
    values: (_, minors) => minors.map((minor) => sumOnAxis(minor, data, language)),
  };
  return [names, sums];
}

/** @param {HTMLElement} box @param {ChartData} data @param {HTMLElement | null} said */
function draw(box, data, said) {
  const { bars } = data;
  const isLying = data.by === "listing";
  const height = isLying ? bars.length * ROW + 40 : HEIGHT;
  const size = () => ({ width: box.clientWidth, height });
  const say = (/** @type {number | null | undefined} */ place) => {
    if (said) {
      said.textContent = place === null || place === undefined ? "" : `${bars[place].title}: ${bars[place].sum}`;
    }
  };
  const plot = new uPlot(
    {
      ...size(),
      legend: { show: false },
      cursor: { y: false, x: false, drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: false, range: [-0.6, bars.length - 0.4], ...(isLying ? { ori: 1, dir: -1 } : {}) },
        y: { range: [0, ceiling(bars)], ...(isLying ? { ori: 0 } : {}) },
      },
      axes: axesOf(box, data, isLying),
      series: [
        {},
        {
          fill: () => colours(box).bar,
          stroke: () => colours(box).edge,
          width: 1,
          paths: uPlot.paths.bars?.({ size: [0.65, isLying ? 24 : 44], radius: isLying ? 0.2 : 0.12 }),
          points: { show: false },
        },
      ],
      hooks: { setCursor: [(self) => say(self.cursor.idx)] },
    },
    [bars.map((_, place) => place), bars.map((bar) => bar.minor || null)],
    box,
  );
  new ResizeObserver(() => plot.setSize(size())).observe(box);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw());
}

const box = document.getElementById("earnings-chart");
const text = document.getElementById("chart-data")?.textContent;
if (box && text) {
  await document.fonts.ready;
  const data = /** @type {ChartData} */ (JSON.parse(text));
  const locales = localesFor(document.documentElement.lang, navigator.languages);
  const bars = inLocalDays(data, (day, shown) => localTime(day, shown, locales));
  draw(box, { ...data, bars }, document.querySelector(".chart-read"));
}
