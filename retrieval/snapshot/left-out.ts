/** Counts and names the files that a snapshot leaves out. */
import type { LeftOut } from '../../contracts/snapshot.ts';
import { type SkipReason, skipReasons } from './text-files.ts';

const maxExamples = 10;
/** Of what everybody expects to be left out, a few names do. */
const fewExamples = 3;
const maxExampleCharacters = 200;
const expected: ReadonlySet<SkipReason> = new Set(['minified or generated', 'lock file', 'vendored', 'ignored']);

export type LeftOutList = {
  /** A folder's path ends in `/`. */
  add(reason: SkipReason, path: string): void;
  /** In the order of `skipReasons`. */
  all(): LeftOut[];
};

export function leftOutList(): LeftOutList {
  const found = new Map<SkipReason, { count: number; examples: string[] }>();
  return {
    add(reason, path) {
      const one = found.get(reason) ?? { count: 0, examples: [] };
      found.set(reason, one);
      one.count += 1;
      if (one.examples.length < (expected.has(reason) ? fewExamples : maxExamples)) one.examples.push(shownPath(path));
    },
    all: () =>
      skipReasons.flatMap((reason) => {
        const one = found.get(reason);
        return one === undefined ? [] : [{ reason, ...one }];
      }),
  };
}

/** A name with a line break or a tab is shown with its escapes. */
export function shownPath(path: string): string {
  const escaped = path.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (one) => JSON.stringify(one).slice(1, -1));
  const shown = escaped.replace(
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return shown.length <= maxExampleCharacters ? shown : `${shown.slice(0, maxExampleCharacters - 1)}…`;
}

/** For people: `3 binary, 1 lock file`; empty when nothing was left out. */
export function describeLeftOut(leftOut: readonly LeftOut[]): string {
  return leftOut.map(({ reason, count }) => `${count} ${reason}`).join(', ');
}
