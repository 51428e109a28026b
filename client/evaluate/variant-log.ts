/** Reads one variant out of a run log, graded, and the pipeline that it ran where a benchmark says so. */
import { existsSync } from 'node:fs';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { GradedCase } from '../../harness/graded-record.ts';
import { scoredTrial } from '../../harness/graders/own-graders.ts';
import type { GradedTrial } from '../../harness/graded-trial.ts';
import { addReuse, noReuse, type Reuse, reuseOf } from '../../harness/reused-replies.ts';
import { toGradedTrial } from '../../harness/to-graded-trial.ts';
import { runLogExportFile } from '../../harness/run-log/run-log-store.ts';
import { benchmarkFolder } from '../../application/benchmarks/benchmark-folders.ts';
import { manifestBeside } from '../benchmark/benchmark-folder.ts';
import { readSettings } from '../../application/read-settings.ts';
import { UsageError } from '../../lib/errors.ts';
import { type GradeOptions, gradedCases, warnOfLog } from './graded-log.ts';

/** A variant of a log; `variant` is null where the log has only one. */
export type VariantReference = { file: string; variant: string | null };
export type ReadVariant = {
  file: string;
  name: string;
  trials: GradedTrial[];
  spec: PipelineSpec | null;
  /** Mean of the records that say it. */
  tokens: number | null;
  offline: boolean;
  reuse: Reuse;
};

/**
 * `LOG` or `LOG:VARIANT`, where LOG is a file or the id of a benchmark; a file whose own name holds a colon is found first.
 * @param variant where it is named by an option: the text is the log alone
 */
export function variantReference(text: string, variant?: string): VariantReference {
  if (variant !== undefined) return { file: logFile(text) ?? text, variant };
  const colon = text.lastIndexOf(':');
  if (colon <= 0 || logFile(text) !== null) return { file: logFile(text) ?? text, variant: null };
  const log = text.slice(0, colon);
  return { file: logFile(log) ?? log, variant: text.slice(colon + 1) };
}

/** Null where there is neither such a file nor such a benchmark. */
function logFile(text: string): string | null {
  if (existsSync(text)) return text;
  if (!/^[A-Za-z0-9][A-Za-z0-9._:-]*$/.test(text)) return null;
  const folder = benchmarkFolder(readSettings().dataDirectory, text);
  return existsSync(folder) ? runLogExportFile(folder) : null;
}

/** What a record that names no dataset gets, until the other log is known. */
export const unnamedDataset = '';

/**
 * Every variant of a log, in the order in which they first appear.
 * @throws UsageError where the log cannot be graded
 */
export async function readVariants(file: string, options: GradeOptions): Promise<ReadVariant[]> {
  const variants = new Map<string, Gathered>();
  for await (const each of gradedCases(file, options, warnOfLog)) {
    const { record } = each;
    const variant = variants.get(record.variant) ?? {
      trials: [],
      usages: 0,
      tokens: 0,
      offline: false,
      reuse: noReuse,
      specHash: record.spec_hash,
    };
    variants.set(record.variant, variant);
    variant.trials.push(trialOf(each, options));
    variant.offline ||= record.offline === true;
    variant.reuse = addReuse(variant.reuse, reuseOf(record));
    if (record.usage === null) continue;
    variant.usages += 1;
    variant.tokens += record.usage.input_tokens + record.usage.output_tokens;
  }
  if (variants.size === 0) throw new UsageError(`${file} has no records`);
  const manifest = await manifestBeside(file);
  return [...variants].map(([name, { trials, usages, tokens, offline, specHash, reuse }]) => {
    const planned = manifest?.variants.find(
      (variant) => variant.name === name && (specHash === null || variant.specHash === specHash),
    );
    return {
      file,
      name,
      trials,
      offline,
      reuse,
      spec: planned?.pipeline ?? null,
      tokens: usages === 0 ? null : tokens / usages,
    };
  });
}

function trialOf(each: GradedCase, { decidedBy }: GradeOptions): GradedTrial {
  if (decidedBy === undefined) return toGradedTrial(each.record, each.graded, unnamedDataset);
  const own = each.graded.scores?.find(({ grader }) => grader === decidedBy);
  return scoredTrial(each, unnamedDataset, own?.score ?? null);
}

type Gathered = Pick<ReadVariant, 'trials' | 'offline' | 'reuse'> & {
  usages: number;
  tokens: number;
  specHash: string | null;
};

/** @throws UsageError where the log does not have this one variant */
export function pickVariant(variants: readonly ReadVariant[], { file, variant }: VariantReference): ReadVariant {
  const names = variants.map(({ name }) => name).join(', ');
  const [first] = variants;
  if (variant === null && first !== undefined && variants.length === 1) return first;
  if (variant === null) throw new UsageError(`${file} has several variants (${names}): name one as LOG:VARIANT`);
  const found = variants.find(({ name }) => name === variant);
  if (found === undefined) throw new UsageError(`${file} has no variant "${variant}", but ${names}`);
  return found;
}

/** Logs that name no dataset answer the one that another of them names, or else the file they were graded by. */
export function withOneDataset(variants: readonly ReadVariant[], file: string): ReadVariant[] {
  const named = variants.flatMap(({ trials }) => trials).find(({ dataset }) => dataset !== unnamedDataset)?.dataset;
  const name = named ?? file;
  return variants.map((variant) => ({
    ...variant,
    trials: variant.trials.map((trial) => (trial.dataset === unnamedDataset ? { ...trial, dataset: name } : trial)),
  }));
}
