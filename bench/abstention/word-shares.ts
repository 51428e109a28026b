/**
 * Counts in which share of a package's files each stem stands, on average over many packages, and writes the table that
 * the offline model reads: `node bench/abstention/word-shares.ts -o FILE FOLDER…`, a folder for each package. No package
 * should be one that the model is measured on.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { identifierParts, wordStem } from '../../offline-model/words/words.ts';

const text = /\.(?:py|[cm]?[jt]sx?|go|md|rst|txt|toml|c|h|rs|java|rb|ya?ml)$/;
const leftOut = /\.min\.|\.d\.ts$|\.pyi$|licen[cs]e/i;
const filesOfPackage = 60;
const longestFile = 80_000;
const leastFiles = 4;
const mostDepth = 7;
/** Stems below are the rarest there are, and need no entry. */
const leastShare = 0.005;
const step = 0.25;

function filesBelow(folder: string, depth = 0): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory())
      return depth < mostDepth && !/^(?:node_modules|__pycache__|\.git)$/.test(entry.name)
        ? filesBelow(path, depth + 1)
        : [];
    const fits = entry.isFile() && text.test(entry.name) && !leftOut.test(entry.name);
    return fits && statSync(path).size <= longestFile ? [path] : [];
  });
}

/** Files at even distances, so that a large package is met in all its parts. */
function sample(files: readonly string[]): string[] {
  const distance = Math.max(1, files.length / filesOfPackage);
  return Array.from(
    { length: Math.min(files.length, filesOfPackage) },
    (_, at) => files[Math.floor(at * distance)] ?? '',
  );
}

const stems = new Map<string, readonly string[]>();
function stemsIn(word: string): readonly string[] {
  const known = stems.get(word);
  if (known !== undefined) return known;
  const found = identifierParts(word).filter((part) => part.length > 1 && part.length < 25 && /^\p{L}+$/u.test(part));
  stems.set(word, found.map(wordStem));
  return stems.get(word) ?? [];
}

function sharesIn(files: readonly string[]): Map<string, number> {
  const shares = new Map<string, number>();
  for (const file of files) {
    const words = readFileSync(file, 'utf8').matchAll(/[\p{L}_$][\p{L}\p{M}\p{N}_$]{0,80}/gu);
    for (const stem of new Set([...words].flatMap(([word]) => stemsIn(word))))
      shares.set(stem, (shares.get(stem) ?? 0) + 1 / files.length);
  }
  return shares;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { output: { type: 'string', short: 'o' } },
});
const packages = positionals.map((folder) => sample(filesBelow(folder))).filter((files) => files.length >= leastFiles);
const total = new Map<string, number>();
for (const files of packages)
  for (const [stem, share] of sharesIn(files)) total.set(stem, (total.get(stem) ?? 0) + share / packages.length);
const rarities = Map.groupBy(
  [...total].filter(([, share]) => share >= leastShare).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  ([, share]) => Math.round(-Math.log(share) / step) * step,
);
const lines = [...rarities]
  .toSorted(([one], [other]) => one - other)
  .map(([rarity, found]) => [rarity, ...found.map(([stem]) => stem)].join(' '));
if (values.output !== undefined) writeFileSync(values.output, `${lines.join('\n')}\n`);
process.stdout.write(`${packages.length} packages, ${packages.flat().length} files\n`);
