/**
 * Draws charts as inline SVG in the page's own colours. It holds neither styles nor scripts: a page with a strict
 * Content-Security-Policy takes it.
 */
import { html, type Html } from '../../lib/html.ts';
import { cut } from '../../lib/printable.ts';

export type Chart = { title: string; note: string; height: number; marks: readonly Html[] };

/** Drawn this wide in CSS pixels, and scaled to its place; text stays readable on a phone. */
const width = 440;
const fontSize = 12;
/** About the mean width of a character. */
const characterWidth = 6.6;

/** Colours that the page's style sets, for light and for dark. */
export const ink = 'var(--ink)';
const faint = 'var(--faint)';
export const variantColors = [1, 2, 3, 4, 5, 6].map((at) => `var(--variant-${at})`);
export const partColors = [1, 2, 3, 4, 5].map((at) => `var(--part-${at})`);

export function chartFigure({ title, note, height, marks }: Chart): Html {
  return html`<figure><figcaption><b>${title}</b> ${note}</figcaption><svg role="img" aria-label="${title}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" xmlns="http://www.w3.org/2000/svg">${marks}</svg></figure>`;
}

/** Where values are drawn: between two vertical and two horizontal lines. */
export type Area = { left: number; right: number; top: number; bottom: number };

/** @param margins around the area, in CSS pixels */
export function areaOf(height: number, margins: { left: number; right?: number; top: number; bottom?: number }): Area {
  const { left, right = 24, top, bottom = 44 } = margins;
  return { left, right: width - right, top, bottom: height - bottom };
}

/** Values from 0 to `most` on round marks. */
export type Scale = { most: number; marks: number[] };

/** @param steps about so many */
export function scaleTo(highest: number, steps = 5): Scale {
  const rough = (highest > 0 && Number.isFinite(highest) ? highest : 1) / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const count = Math.ceil((highest > 0 ? highest : step) / step - 1e-9);
  return { most: count * step, marks: Array.from({ length: count + 1 }, (_, at) => at * step) };
}

export const across = ({ left, right }: Area, { most }: Scale, value: number): number =>
  left + ((right - left) * value) / most;
export const upward = ({ top, bottom }: Area, { most }: Scale, value: number): number =>
  bottom - ((bottom - top) * value) / most;
/** The middle of one of `count` rows, top to bottom. */
export const rowAt = ({ top, bottom }: Area, count: number, at: number): number =>
  top + ((bottom - top) * (at + 0.5)) / count;

/** Values to the right, with their name below. */
export function acrossAxis(area: Area, scale: Scale, name: string): Html[] {
  const marks = scale.marks.flatMap((value) => {
    const x = across(area, scale, value);
    return [line(x, area.top, x, area.bottom), label(x, area.bottom + 13, numberText(value), 'middle')];
  });
  return [...marks, label((area.left + area.right) / 2, area.bottom + 32, name, 'middle')];
}

/** Values upward, with their name beside. */
export function upwardAxis(area: Area, scale: Scale, name: string): Html[] {
  const marks = scale.marks.flatMap((value) => {
    const y = upward(area, scale, value);
    return [line(area.left, y, area.right, y), label(area.left - 7, y, numberText(value), 'end')];
  });
  const [x, y] = [10, (area.top + area.bottom) / 2];
  const title = html`<g transform="rotate(-90 ${x} ${y})">${label(x, y, name, 'middle')}</g>`;
  return [...marks, title];
}

/** Names top to bottom. */
export function rowNames(area: Area, names: readonly string[]): Html[] {
  const axis = line(area.left, area.top, area.left, area.bottom);
  return [
    axis,
    ...names.map((name, at) => label(area.left - 7, rowAt(area, names.length, at), shortName(name), 'end')),
  ];
}

export type Entry = { name: string; color: string };

/** In as many lines as it takes; the first stands at the top. */
export function legend(entries: readonly Entry[]): Html[] {
  let [x, y] = [0, 10];
  return entries.map(({ name, color }) => {
    const text = shortName(name);
    const needs = 20 + text.length * characterWidth;
    if (x > 0 && x + needs > width) [x, y] = [0, y + 20];
    const entry = html`${bar(x, y - 5, 14, 10, color)}${label(x + 19, y, text, 'start')}`;
    x += needs + 12;
    return entry;
  });
}

export function bar(x: number, y: number, wide: number, high: number, color: string, opacity = 1): Html {
  return html`<rect x="${short(x)}" y="${short(y)}" width="${short(Math.max(0, wide))}" height="${short(high)}" fill="${color}"${opacity === 1 ? null : html` fill-opacity="${opacity.toFixed(2)}"`}/>`;
}

export function dot(x: number, y: number, radius: number, color: string): Html {
  return html`<circle cx="${short(x)}" cy="${short(y)}" r="${radius}" fill="${color}"/>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, color = faint, thick = 1): Html {
  return html`<line x1="${short(x1)}" y1="${short(y1)}" x2="${short(x2)}" y2="${short(y2)}" stroke="${color}" stroke-width="${thick}"/>`;
}

export function label(x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end'): Html {
  return html`<text x="${short(x)}" y="${short(y)}" font-size="${fontSize}px" fill="${ink}" text-anchor="${anchor}" dominant-baseline="central">${text}</text>`;
}

const short = (pixels: number): number => Math.round(pixels * 10) / 10;
const numberText = (value: number): string => value.toLocaleString('en-US', { maximumSignificantDigits: 4 });

/** Names are cut, so that a long one leaves room for the chart. @param wide the room in CSS pixels */
export const shortName = (name: string, wide = 150): string => cut(name, Math.floor(wide / characterWidth));
