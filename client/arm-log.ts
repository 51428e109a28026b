/** Reads one arm out of a run log, graded, and the pipeline that it ran where a benchmark says so. */
import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BenchmarkManifest } from '../contracts/benchmark.ts';
import type { PipelineSpec } from '../contracts/pipeline-spec.ts';
import type { RunLogRecord } from '../contracts/run-log.ts';
import type { GradedTrial } from '../harness/graded-trial.ts';
import { toGradedTrial } from '../harness/to-graded-trial.ts';
import { UsageError } from './failures.ts';
import { type GradeOptions, gradedCases } from './graded-log.ts';

/** An arm of a log; `arm` is null where the log has only one. */
export type ArmReference = { file: string; arm: string | null };
export type ReadArm = {
  file: string;
  name: string;
  trials: GradedTrial[];
  spec: PipelineSpec | null;
  /** Mean of the records that say it. */
  tokens: number | null;
  offline: boolean;
};

/** `LOG` or `LOG:ARM`; a file whose own name holds a colon is found first. */
export function armReference(text: string): ArmReference {
  const colon = text.lastIndexOf(':');
  if (colon <= 0 || existsSync(text)) return { file: text, arm: null };
  return { file: text.slice(0, colon), arm: text.slice(colon + 1) };
}

/** What a record that names no dataset gets, until the other log is known. */
export const unnamedDataset = '';

/** @throws UsageError where the log cannot be graded, or does not have this one arm */
export async function readArm({ file, arm }: ArmReference, options: GradeOptions): Promise<ReadArm> {
  const trials: GradedTrial[] = [];
  const arms = new Set<string>();
  const usage = { records: 0, tokens: 0 };
  let [offline, specHash]: [boolean, string | null] = [false, null];
  for await (const { record, graded } of gradedCases(file, options)) {
    arms.add(record.arm);
    if (arm !== null && record.arm !== arm) continue;
    trials.push(toGradedTrial(record, graded, unnamedDataset));
    offline ||= record.offline === true;
    specHash ??= record.spec_hash;
    count(usage, record);
  }
  if (arms.size === 0) throw new UsageError(`${file} has no records`);
  const names = [...arms].join(', ');
  if (trials.length === 0) throw new UsageError(`${file} has no arm "${arm}", but ${names}`);
  if (arm === null && arms.size > 1) throw new UsageError(`${file} has several arms (${names}): name one as LOG:ARM`);
  const name = trials[0]?.arm ?? '';
  const tokens = usage.records === 0 ? null : usage.tokens / usage.records;
  return { file, name, trials, spec: await specOf(file, name, specHash), tokens, offline };
}

function count(total: { records: number; tokens: number }, { usage }: RunLogRecord): void {
  if (usage === null) return;
  total.records += 1;
  total.tokens += usage.inputTokens + usage.outputTokens;
}

/** The manifest that lies beside a benchmark's run log; null where there is none. @throws UsageError for one that does not fit */
export async function manifestBeside(log: string): Promise<BenchmarkManifest | null> {
  const file = join(dirname(log), 'benchmark.json');
  if (!existsSync(file)) return null;
  try {
    return BenchmarkManifest.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    throw new UsageError(`${file} is not the manifest of a benchmark`);
  }
}

async function specOf(log: string, arm: string, specHash: string | null): Promise<PipelineSpec | null> {
  const manifest = await manifestBeside(log);
  const found = manifest?.arms.find((each) => each.name === arm && (specHash === null || each.specHash === specHash));
  return found?.pipeline ?? null;
}

/** Logs that name no dataset answer the one that another of them names, or else the file they were graded by. */
export function withOneDataset(arms: readonly ReadArm[], file: string): ReadArm[] {
  const named = arms.flatMap(({ trials }) => trials).find(({ dataset }) => dataset !== unnamedDataset)?.dataset;
  const name = named ?? file;
  return arms.map((arm) => ({
    ...arm,
    trials: arm.trials.map((trial) => (trial.dataset === unnamedDataset ? { ...trial, dataset: name } : trial)),
  }));
}
