/** `switchyard judge sample`: answers of a run log as a file for a person to label, for `judge calibrate`. */
import type { GradedCase } from '../../harness/graded-record.ts';
import { labelSample } from '../../harness/judges/label-sample.ts';
import { defaultWasteShare } from '../../harness/labels.ts';
import { UsageError } from '../../lib/errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { expectWritable, note, print, writeResult } from '../terminal/output.ts';
import { datasetOf, gradedCases, warnOfLog } from './graded-log.ts';
import { variantReference } from './variant-log.ts';

export type SampleOptions = { dataset?: string; count: number; seed: number; output?: string };

/** @throws UsageError where the log has no answers */
export async function sampleLabels(given: string, options: SampleOptions): Promise<number> {
  await expectWritable(options.output);
  const { file: log, variant } = variantReference(given);
  const cases: GradedCase[] = [];
  const dataset = await datasetOf(options, log);
  for await (const each of gradedCases(log, { dataset, wasteShare: defaultWasteShare }, warnOfLog))
    if (variant === null || each.record.variant === variant) cases.push(each);
  const sample = labelSample(cases, options.count, options.seed);
  if (sample.length === 0) throw new UsageError(`${given} has no answers to label`);
  const lines = sample.map((label) => JSON.stringify(label));
  if (options.output === undefined) for (const line of lines) print(line);
  else await writeResult(options.output, `${lines.join('\n')}\n`);
  note(
    `${sample.length} answers to label: set "correct" to true or false, then "switchyard judge calibrate --labels FILE"`,
  );
  return exitCodes.worked;
}
