/** A finished benchmark's folder, made of recorded histories: no server, no model. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BenchmarkManifest } from '../../../contracts/benchmark.ts';
import { AnswerOutcome, QuestionInput } from '../../../contracts/run.ts';
import type { RunLogRecord } from '../../../contracts/run-log.ts';
import { toRunLogRecord } from '../../../harness/run-log/run-log-record.ts';
import { readRunHistory } from '../../../observability/read-run-history.ts';
import { writeLines } from '../evaluate/variant-logs.ts';

const histories = join(import.meta.dirname, '../../histories');
const recorded = {
  'single-agent': ['single-agent', 'single-agent-ungated'],
  orchestrated: [
    'orchestrated',
    'orchestrated-weak-then-better',
    'fan-out-and-synthesis',
    'orchestrated-busy-provider',
  ],
} as const;
const routes = ['code', 'docs', 'debug', 'general'];

export type BenchmarkScene = {
  questions: number;
  /** Last words on a record before it is written. */
  change?: (record: RunLogRecord, at: number) => RunLogRecord;
  /** More variants, with the runs of the orchestrated one. */
  more?: string[];
};

/** Writes manifest, dataset, run log and compressed histories into `folder`. */
export function writeBenchmark(
  folder: string,
  { questions, change = (record) => record, more = [] }: BenchmarkScene,
): void {
  mkdirSync(join(folder, 'histories'), { recursive: true });
  const places = Array.from({ length: questions }, (_, at) => at);
  const variants = ['single-agent', 'orchestrated', ...more];
  const runs = variants.flatMap((variant) => places.map((at) => runOf(folder, variant, at)));
  writeLines(folder, 'dataset.jsonl', places.map(questionOf));
  writeLines(
    folder,
    'run-log.jsonl',
    runs.map(({ record, at }) => change(record, at)),
  );
  const manifest = BenchmarkManifest.parse({
    ...{ id: 'b-1', dataset: 'made-up 0123456789ab', questions, trials: 1, plan: {}, offline: true },
    variants: variants.map((name) => ({
      name,
      specHash: `hash-${name}`,
      pipeline: runs.find(({ variant }) => variant === name)?.pipeline,
    })),
    startedAt: '2026-11-26T01:00:00Z',
  });
  writeFileSync(join(folder, 'benchmark.json'), JSON.stringify(manifest));
}

function questionOf(at: number) {
  return {
    id: `q-${at}`,
    question: `Which error does boil throw when there is no water (${at})?`,
    repository: '.',
    expected_route: routes[at % 4],
    kind: 'answerable',
    gold: { paths: ['lib/'] },
    must_mention: [at % 3 === 0 ? 'error' : 'repository'],
    reference_answer: 'It throws an error.',
  };
}

function runOf(folder: string, variant: string, at: number) {
  const names = recorded[variant === 'single-agent' ? variant : 'orchestrated'];
  const json = readFileSync(join(histories, `${names[at % names.length]}.json`));
  const run = readRunHistory(JSON.parse(json.toString('utf8')));
  const outcome = AnswerOutcome.parse(run.result);
  const history = `histories/b-1_${variant}_q-${at}_1.json.gz`;
  writeFileSync(join(folder, history), gzipSync(json));
  const total = (run.endMs ?? run.startMs) - run.startMs;
  const record = toRunLogRecord(outcome, {
    ...{ questionId: `q-${at}`, dataset: 'made-up 0123456789ab', variant, trial: 1, specHash: `hash-${variant}` },
    ...{ workflowId: `b-1/${variant}/q-${at}/1`, runId: '01234567-89ab-cdef-0123-456789abcdef', failedUsage: null },
    links: { web: 'http://127.0.0.1:8233/namespaces/default/workflows/x', trace: '/tmp/traces/x.jsonl', history },
    startedAt: new Date(run.startMs).toISOString(),
    latencyMs: {
      total,
      queue: 0.1 * total,
      model: 0.4 * total,
      tool: 0.2 * total,
      backoff: 0,
      waiting: 0,
      orchestration: 0.3 * total,
    },
  });
  const shown = { ...record, question: questionOf(at).question, offline: true };
  return { variant, at, record: shown, pipeline: QuestionInput.parse(run.input[0]).pipeline };
}
