/** How well the searches of a conversation found each file: a search shows its best files first. */
import type { Passage } from '../passages/passages.ts';
import type { ToolRun } from './conversation.ts';

/** 1 for a passage whose file came first in a search, less for those behind, and least where no search showed it. */
export type FileRanks = (passage: Pick<Passage, 'path'>) => number;

const decay = 0.5;
const notFound = 0.1;

/** A pattern that so few files hold points at them, too. */
const fewFiles = 3;
const byPattern = 0.5;

/** Only searches over everything order files; one within a path says nothing about other paths. */
const orders = ({ argumentsText }: ToolRun): boolean =>
  /"query":/.test(argumentsText) && !/"path":/.test(argumentsText);

export function fileRanks(runs: readonly ToolRun[]): FileRanks {
  const ranks = new Map<string, number>();
  const searches = runs.filter(orders);
  for (const { text } of searches) {
    const paths = [...new Set(text.places.map(({ path }) => path))];
    for (const [at, path] of paths.entries()) ranks.set(path, Math.max(ranks.get(path) ?? 0, 1 / (1 + decay * at)));
  }
  for (const { argumentsText, text } of runs) {
    const paths = new Set(text.places.map(({ path }) => path));
    if (!/"pattern":/.test(argumentsText) || text.more || paths.size > fewFiles) continue;
    for (const path of paths) ranks.set(path, Math.max(ranks.get(path) ?? 0, byPattern));
  }
  return searches.length === 0 ? () => 1 : ({ path }) => ranks.get(path) ?? notFound;
}
