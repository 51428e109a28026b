/** Prints the three signals that a split could help, with their evidence. */
import { offlineNote } from '../../harness/rendering/figures.ts';
import { signalLines } from '../../harness/rendering/signal-lines.ts';
import { splitSignals } from '../../harness/signals/split-signals.ts';
import { variantReference, pickVariant, readVariants, withOneDataset } from './variant-log.ts';
import { exitCodes } from '../exit-codes.ts';
import { datasetOf, type LogOptions } from './graded-log.ts';
import { asUsage } from '../input/json-lines-file.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { printable } from '../../lib/printable.ts';

export type SignalsOptions = LogOptions & { variant?: string; json: boolean };

/** @throws UsageError for a log that has no one reading */
export async function showSignals(log: string, { variant, json, ...given }: SignalsOptions): Promise<number> {
  const reference = variantReference(log, variant);
  const options = { ...given, dataset: await datasetOf(given, reference.file) };
  const [read] = withOneDataset([pickVariant(await readVariants(reference.file, options), reference)], options.dataset);
  const signals = asUsage(() => splitSignals(read?.trials ?? []));
  if (read?.offline) note(offlineNote);
  if (json) printJson(signals);
  else for (const line of signalLines(signals)) print(printable(line).replaceAll('\n', ' '));
  return exitCodes.worked;
}
