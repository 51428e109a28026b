/** How rare a word is in software in general, whatever the project: what most code says tells nothing of a subject. */
import { readFileSync } from 'node:fs';

/** Of a stem that fewer than one file in 200 holds. */
const unlisted = -Math.log(0.005);
/** Of a stem that half of all files hold. */
const everywhere = -Math.log(0.5);

/** `word-shares.txt`, made by `bench/abstention/word-shares.ts`: a line for each rarity, which stands first, then the stems that have it. */
const listed: ReadonlyMap<string, number> = new Map(
  readFileSync(new URL('../training/word-shares.txt', import.meta.url), 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [rarity, ...stems] = line.split(' ');
      return stems.map((stem) => [stem, Number(rarity)] as const);
    }),
);

/** From 0, for a stem that stands in half of all files or more, to about 4.6: by how many e-foldings fewer files hold it. */
export const rarityOf = (stem: string): number => Math.max(0, (listed.get(stem) ?? unlisted) - everywhere);
