/** Scores retrieval on a dataset of queries with expected files at their commits, beside plain BM25 over whole files. */
import { parseArgs } from 'node:util';
import { checkoutFolder } from '../../config/load-config.ts';
import { join } from 'node:path';
import { rankFiles } from '../../retrieval/search/ranking.ts';
import { defaultWeights, type Weights } from '../../retrieval/search/weights.ts';
import { fusedWithVectors, reranked, type Stage } from './retrieval-stages.ts';
import { openCorpus } from './retrieval-corpus.ts';
import { scoreRanking, type Scores } from './retrieval-figures.ts';
import { type BenchRecord, readDataset } from './retrieval-records.ts';
import { ablationTable, jsonReport, type Scored, textReport } from './retrieval-report.ts';

const { values } = parseArgs({
  options: {
    dataset: { type: 'string', multiple: true },
    repositories: { type: 'string' },
    dataDirectory: { type: 'string', default: join(checkoutFolder, '.switchyard', 'bench-retrieval') },
    variant: { type: 'string', default: 'default' },
    ablate: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    embeddings: { type: 'boolean', default: false },
    rerank: { type: 'boolean', default: false },
    details: { type: 'boolean', default: false },
  },
});
const usage =
  'usage: npm run bench:retrieval -- --dataset FILE [--dataset FILE] --repositories DIR [--variant NAME] [--ablate] [--embeddings] [--rerank] [--json] [--details]\n';

async function main(): Promise<number> {
  const { dataset, repositories } = values;
  const variant = ablations[values.variant];
  if (dataset === undefined || repositories === undefined || (variant === undefined && values.variant !== 'default')) {
    process.stderr.write(`${usage}variants: default, ${Object.keys(ablations).join(', ')}\n`);
    return 2;
  }
  const records = (await Promise.all(dataset.map(readDataset))).flat().sort(byCorpus);
  const variants = values.ablate
    ? { default: defaultWeights, ...ablations }
    : { [values.variant]: variant ?? defaultWeights };
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

// The default ranking with one feature switched off or changed, by name.

const { columns, priors } = defaultWeights;

const ablations: Readonly<Record<string, Weights>> = {
  'no path column': { ...defaultWeights, columns: { ...columns, path: 0 } },
  'no names column': { ...defaultWeights, columns: { ...columns, names: 0 } },
  'no identifier parts': { ...defaultWeights, columns: { ...columns, parts: 0 } },
  'best chunk alone': { ...defaultWeights, chunkShares: [1] },
  'no priors': {
    ...defaultWeights,
    priors: {
      ...priors,
      all: { code: 1, test: 1, docs: 1, sample: 1, config: 1, generated: 1 },
      code: { code: 1, test: 1, docs: 1, sample: 1, config: 1, generated: 1 },
    },
  },
  'zones alike': { ...defaultWeights, zones: { title: 1, prose: 1, inline: 1, block: 1, trace: 1, noise: 1 } },
  'identifiers as words': { ...defaultWeights, identifier: 1 },
  'no phrases': { ...defaultWeights, phrase: 0 },
  'no pairs': { ...defaultWeights, pair: 0 },
  'no named files': { ...defaultWeights, namedFile: 0, namedLine: 0 },
  'no symbols': { ...defaultWeights, symbol: 0 },
  'no composed symbols': { ...defaultWeights, composedSymbol: 0 },
  'no imports': { ...defaultWeights, imported: 0 },
};

process.exitCode = await main();
