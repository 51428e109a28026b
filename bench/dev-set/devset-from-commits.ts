/**
 * Makes the development set of retrieval from commits of public repositories: what a commit says it fixes, and the
 * source files that it changed, to be found at its parent. The texts are other people's: they stay out of the project.
 *
 *   node bench/dev-set/devset-from-commits.ts --repositories CLONES --out FOLDER --seed 1
 *
 * writes tuning.jsonl and heldout.jsonl. Clones that are missing are named and left out.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readBlobs } from '../../retrieval/snapshot/git-objects.ts';
import { type Candidate, maxExpected, toCandidate } from './devset-candidates.ts';
import { gitDirectoryOf, readCommits } from './devset-history.ts';
import { namesStem } from '../../question-maker/path-naming.ts';
import { looksGenerated } from '../../question-maker/generated-text.ts';
import { majorityLanguage, type SourceLanguage } from './devset-paths.ts';
import { type PlannedRepository, plannedRepositories, type Split } from './devset-repositories.ts';
import { drawOrder, takeSample } from './devset-sample.ts';

/** A line of the set. `gold_stem_in_query`: an expected file's bare name stands in the text as a word or symbol. */
type DevsetRecord = {
  id: string;
  repo: string;
  commit: string;
  base_commit: string;
  language: SourceLanguage;
  query: string;
  gold_code_files: string[];
  gold_stem_in_query: boolean;
  split: Split;
};

const { values } = parseArgs({
  options: {
    repositories: { type: 'string' },
    out: { type: 'string' },
    seed: { type: 'string', default: '1' },
    limit: { type: 'string', default: '12' },
  },
});

process.exitCode = await main();

async function main(): Promise<number> {
  const { repositories, out, seed } = values;
  const limit = Number(values.limit);
  if (repositories === undefined || out === undefined || !(limit >= 1 && limit <= 25)) {
    process.stderr.write(
      'usage: node bench/dev-set/devset-from-commits.ts --repositories DIR --out DIR [--seed 1] [--limit 1..25]\n',
    );
    return 2;
  }
  const records: DevsetRecord[] = [];
  for (const planned of plannedRepositories) {
    const gitDirectory = gitDirectoryOf(repositories, planned.repository);
    if (gitDirectory === null) say(`${planned.repository}: no clone in ${repositories}, left out`);
    else records.push(...(await recordsOf(planned, gitDirectory, seed, limit)));
  }
  await mkdir(out, { recursive: true });
  for (const split of ['tuning', 'heldout'] as const) {
    const lines = records.filter((record) => record.split === split).map((record) => `${JSON.stringify(record)}\n`);
    await writeFile(join(out, `${split}.jsonl`), lines.join(''));
  }
  process.stdout.write(countTable(records));
  return 0;
}

async function recordsOf(
  planned: PlannedRepository,
  gitDirectory: string,
  seed: string,
  limit: number,
): Promise<DevsetRecord[]> {
  const candidates: Candidate[] = [];
  const refusals = new Map<string, number>();
  for await (const commit of readCommits(gitDirectory, planned.head)) {
    const candidate = toCandidate(commit);
    if (typeof candidate === 'string') refusals.set(candidate, (refusals.get(candidate) ?? 0) + 1);
    else candidates.push(candidate);
  }
  const reasons = [...refusals].map(([reason, count]) => `${reason} ${count}`).join(', ');
  say(`${planned.repository}: ${candidates.length} candidates; refused: ${reasons}`);
  const checked = await atParents(gitDirectory, drawOrder(candidates, seed).slice(0, limit * 12));
  return takeSample(checked, limit).map((candidate) => toRecord(planned, candidate));
}

/** The candidates whose expected files all stand at the parent commit, without generated ones among them. */
async function atParents(gitDirectory: string, candidates: readonly Candidate[]): Promise<Candidate[]> {
  const places = candidates.flatMap(({ parent, expected }) => expected.map((path) => `${parent}:${path}`));
  const texts = new Map<string, string | null>();
  let at = 0;
  for await (const blob of readBlobs(gitDirectory, places)) {
    texts.set(places[at] ?? '', blob?.toString('utf8') ?? null);
    at += 1;
  }
  return candidates.flatMap((candidate) => {
    const found = candidate.expected.map((path) => ({ path, text: texts.get(`${candidate.parent}:${path}`) ?? null }));
    if (found.some(({ text }) => text === null)) return [];
    const expected = found.filter(({ text }) => text !== null && !looksGenerated(text)).map(({ path }) => path);
    return expected.length >= 1 && expected.length <= maxExpected ? [{ ...candidate, expected }] : [];
  });
}

function toRecord({ repository, split }: PlannedRepository, candidate: Candidate): DevsetRecord {
  const { id, parent, text, expected } = candidate;
  return {
    id: `${repository.replace('/', '__')}-${id.slice(0, 10)}`,
    repo: repository,
    commit: id,
    base_commit: parent,
    language: majorityLanguage(expected),
    query: text,
    gold_code_files: expected,
    gold_stem_in_query: expected.some((path) => namesStem(text, path)),
    split,
  };
}

function countTable(records: readonly DevsetRecord[]): string {
  const counts = new Map<string, number>();
  for (const { split, repo, language } of records) {
    for (const row of [`${split}\t${language}\t${repo}`, `${split}\t${language}\tall`]) {
      counts.set(row, (counts.get(row) ?? 0) + 1);
    }
  }
  const rows = [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
  return [...rows.map(([row, count]) => `${row}\t${count}\n`), `all\t\t\t${records.length}\n`].join('');
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
