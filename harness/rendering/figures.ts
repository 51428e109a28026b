/** Writes figures with their units, alike in every rendering. */
import { inertMarkdown } from '../../lib/printable.ts';

/** A share of 1. */
export const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
/** A difference of two shares. */
export const points = (difference: number) => `${difference < 0 ? '' : '+'}${(100 * difference).toFixed(1)}`;
export const dollars = (costUsd: number) => `$${costUsd.toPrecision(3)}`;
export const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
/** Nothing over nothing is no ratio. */
export const times = (ratio: number) =>
  Number.isNaN(ratio) ? '–' : Number.isFinite(ratio) ? `x${ratio.toFixed(2)}` : 'x∞';
export const chance = (p: number) => (p >= 1 ? '1' : p < 0.0001 ? '<.0001' : p.toFixed(4));

// Makes text that others wrote safe inside a line of Markdown.

export function markdownText(text: string): string {
  return inertMarkdown(text).replace(/[|`*_>]/g, '\\$&');
}

// What stands above every result of the offline model.

export const offlineNote = "answers of the offline model: they show the machinery, not a language model's quality";
