/** The histories that are stored, and what people saw of each. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type History, historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { checkout } from '../support/temporal.ts';

const histories = join(checkout, 'test/histories');

/** Their names: paths without the ending. */
export function storedHistories(): string[] {
  const names = ['', 'ways/'].flatMap((under) => readdirSync(join(histories, under)).map((name) => under + name));
  return names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
}

export const historyPath = (name: string): string => join(histories, `${name}.json`);
export const shownPath = (name: string): string => join(histories, 'shown', `${name}.json`);

/** Read once: most of a short replay. */
const read = new Map<string, History>();

/** Not to be changed. */
export function readStored(name: string): History {
  const history = read.get(name) ?? (historyFromJSON(JSON.parse(readFileSync(historyPath(name), 'utf8'))) as History);
  read.set(name, history);
  return history;
}

export function readShown(name: string): string[] {
  return JSON.parse(readFileSync(shownPath(name), 'utf8')) as string[];
}
