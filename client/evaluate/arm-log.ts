/** Reads one arm out of a run log, graded, and the pipeline that it ran where a benchmark says so. */
import { existsSync } from 'node:fs';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { GradedTrial } from '../../harness/graded-trial.ts';
import { toGradedTrial } from '../../harness/to-graded-trial.ts';
import { manifestBeside } from '../benchmark/benchmark-folder.ts';
import { UsageError } from '../../lib/errors.ts';
import { type GradeOptions, gradedCases, warnOfLog } from './graded-log.ts';

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

/**
 * Every arm of a log, in the order in which they first appear.
 * @throws UsageError where the log cannot be graded
 */
export async function readArms(file: string, options: GradeOptions): Promise<ReadArm[]> {
  const arms = new Map<string, Gathered>();
  for await (const { record, graded } of gradedCases(file, options, warnOfLog)) {
    const arm = arms.get(record.arm) ?? {
      trials: [],
      usages: 0,
      tokens: 0,
      offline: false,
      specHash: record.spec_hash,
    };
    arms.set(record.arm, arm);
    arm.trials.push(toGradedTrial(record, graded, unnamedDataset));
    arm.offline ||= record.offline === true;
    if (record.usage === null) continue;
    arm.usages += 1;
    arm.tokens += record.usage.input_tokens + record.usage.output_tokens;
  }
  if (arms.size === 0) throw new UsageError(`${file} has no records`);
  const manifest = await manifestBeside(file);
  return [...arms].map(([name, { trials, usages, tokens, offline, specHash }]) => {
    const planned = manifest?.arms.find((arm) => arm.name === name && (specHash === null || arm.specHash === specHash));
    return {
      file,
      name,
      trials,
      offline,
      spec: planned?.pipeline ?? null,
      tokens: usages === 0 ? null : tokens / usages,
    };
  });
}

type Gathered = Pick<ReadArm, 'trials' | 'offline'> & { usages: number; tokens: number; specHash: string | null };

/** @throws UsageError where the log does not have this one arm */
export function pickArm(arms: readonly ReadArm[], { file, arm }: ArmReference): ReadArm {
  const names = arms.map(({ name }) => name).join(', ');
  const [first] = arms;
  if (arm === null && first !== undefined && arms.length === 1) return first;
  if (arm === null) throw new UsageError(`${file} has several arms (${names}): name one as LOG:ARM`);
  const found = arms.find(({ name }) => name === arm);
  if (found === undefined) throw new UsageError(`${file} has no arm "${arm}", but ${names}`);
  return found;
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
