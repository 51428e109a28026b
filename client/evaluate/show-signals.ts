/** Prints the three signals that a split could help, with their evidence. */
import { offlineNote } from '../../harness/rendering/figures.ts';
import { signalLines } from '../../harness/rendering/signal-lines.ts';
import { splitSignals } from '../../harness/signals/split-signals.ts';
import { armReference, pickArm, readArms, withOneDataset } from './arm-log.ts';
import { exitCodes } from '../exit-codes.ts';
import { datasetOf, type LogOptions } from './graded-log.ts';
import { asUsage } from '../input/json-lines-file.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { printable } from '../../lib/printable.ts';

export type SignalsOptions = LogOptions & { arm?: string; json: boolean };

/** @throws UsageError for a log that has no one reading */
export async function showSignals(log: string, { arm, json, ...given }: SignalsOptions): Promise<number> {
  const reference = arm === undefined ? armReference(log) : { file: log, arm };
  const options = { ...given, dataset: await datasetOf(given, reference.file) };
  const [read] = withOneDataset([pickArm(await readArms(reference.file, options), reference)], options.dataset);
  const signals = asUsage(() => splitSignals(read?.trials ?? []));
  if (read?.offline) note(offlineNote);
  if (json) printJson(signals);
  else for (const line of signalLines(signals)) print(printable(line).replaceAll('\n', ' '));
  return exitCodes.worked;
}
