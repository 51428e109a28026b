/** `npm run bench:retrieval`: retrieval on queries with expected files. */
import { checkoutFolder } from '../../config/load-config.ts';
import { join } from 'node:path';
import { rankFiles } from '../../retrieval/search/ranking.ts';
import type { Weights } from '../../retrieval/search/weights.ts';
import { rankingVariants } from './ranking-variants.ts';
import { fusedWithVectors, reranked, type Stage } from './retrieval-stages.ts';
import { openCorpus } from './retrieval-corpus.ts';
import { scoreRanking, type Scores } from './retrieval-figures.ts';
import { type BenchRecord, readDataset } from './retrieval-records.ts';
import { ablationTable, jsonReport, type Scored, textReport } from './retrieval-report.ts';
import { readOptions, refuse } from '../support/bench-options.ts';

const program = 'npm run bench:retrieval --';
const values = readOptions(
  program,
  'Scores retrieval on queries with expected files at their commits, beside plain BM25 over whole files.',
  {
    dataset: {
      type: 'string',
      value: 'file.jsonl',
      required: true,
      multiple: true,
      about: 'queries with their files; give it several times',
    },
    repositories: {
      type: 'string',
      value: 'folder',
      required: true,
      about: 'clones of the repositories that they are about',
    },
    dataDirectory: {
      type: 'string',
      value: 'folder',
      default: join(checkoutFolder, '.switchyard', 'bench-retrieval'),
      about: 'for the indexes',
    },
    variant: {
      type: 'string',
      value: 'name',
      default: 'default',
      about: `of the ranking: ${Object.keys(rankingVariants).join(', ')}`,
    },
    ablate: { type: 'boolean', about: 'a table of all variants' },
    json: { type: 'boolean', about: 'a line of JSON instead of the text' },
    embeddings: { type: 'boolean', about: 'rank once more with vectors of your embedding model' },
    rerank: { type: 'boolean', about: 'rank once more with your model' },
    details: { type: 'boolean', about: 'where each expected file came, on stderr' },
  },
);

async function main(): Promise<number> {
  const { dataset, repositories } = values;
  const variant = rankingVariants[values.variant];
  if (variant === undefined) return refuse(program, `--variant: there is no variant "${values.variant}"`);
  const records = (await Promise.all(dataset.map(readDataset))).flat().sort(byCorpus);
  const variants = values.ablate ? rankingVariants : { [values.variant]: variant };
  const stages = [...(values.embeddings ? [fusedWithVectors()] : []), ...(values.rerank ? [reranked()] : [])];
  const scored = await scoreAll(records, repositories, variants, stages);
  if (values.ablate || stages.length > 0) process.stdout.write(ablationTable(scored));
  else process.stdout.write(values.json ? jsonReport(scored, values.variant) : textReport(scored, values.variant));
  return 0;
}

/** Records of one snapshot follow each other, so that each is opened once. */
function byCorpus(one: BenchRecord, other: BenchRecord): number {
  const key = ({ repository, commit }: BenchRecord) => `${repository}@${commit}`;
  return key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0;
}

async function scoreAll(
  records: BenchRecord[],
  clones: string,
  variants: Record<string, Weights>,
  stages: readonly Stage[],
): Promise<Scored[]> {
  const corpus = openCorpus(clones, values.dataDirectory);
  const scored: Scored[] = [];
  for (const record of records) {
    const view = await corpus.open(record);
    const plain = scoreRanking(corpus.plain(view, record), record.expected);
    const ours: Record<string, Scores> = {};
    for (const [name, weights] of Object.entries(variants)) {
      const startMs = performance.now();
      const ranked = rankFiles(view, { query: record.query, kind: record.kind, accepts: () => true }, weights);
      const paths = ranked.slice(0, 50).map(({ file }) => file.path);
      ours[name] = scoreRanking(paths, record.expected);
      if (values.details) tellDetails(record, paths, performance.now() - startMs);
      for (const stage of stages) Object.assign(ours, await stage(view, record, ranked));
    }
    scored.push({ record, plain, ours });
    if (scored.length % 25 === 0) process.stderr.write(`${scored.length} of ${records.length}\n`);
  }
  return scored;
}

function tellDetails(record: BenchRecord, paths: readonly string[], milliseconds: number): void {
  const places = record.expected.map((path) => `${path} at ${paths.indexOf(path) + 1 || '-'}`);
  process.stderr.write(`${record.id} (${Math.round(milliseconds)} ms): ${places.join(', ')}\n`);
  for (const path of paths.slice(0, 5))
    process.stderr.write(`    ${record.expected.includes(path) ? '*' : ' '} ${path}\n`);
}

process.exitCode = await main();
