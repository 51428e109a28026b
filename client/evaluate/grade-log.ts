/** Grades and labels a run log: no model, no server, no new run. */
import type { GradedRecord } from '../../harness/graded-record.ts';
import { type VariantSummary, summarizeGrades } from '../../harness/grading-summary.ts';
import { offlineNote } from '../../harness/rendering/figures.ts';
import { exitCodes } from '../exit-codes.ts';
import { UsageError } from '../../lib/errors.ts';
import { variantReference } from './variant-log.ts';
import { datasetOf, gradedLog, type LogOptions } from './graded-log.ts';
import { gradeWithOwn, loadGraders } from './own-graders.ts';
import { expectWritable, inColumns, note, print, printJson, writeResult } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import type { Printed } from '../output-schemas/output-schemas.ts';

export type GradeLogOptions = LogOptions & { variant?: string; json: boolean; output?: string; grader?: string[] };

/** @returns 1 where a grader of one's own has failed on a record */
export async function gradeLog(log: string, options: GradeLogOptions): Promise<number> {
  await expectWritable(options.output);
  const graders = await loadGraders(options.grader ?? []);
  const { file } = variantReference(log, options.variant);
  const failed = await gradeWithOwn(file, { ...options, dataset: await datasetOf(options, file) }, graders);
  const graded = await chosenRecords(log, options);
  const code = await show(
    graded,
    options,
    (record) => snakeKeys(record),
    () => {},
  );
  return failed === 0 ? code : exitCodes.failed;
}

export async function labelLog(log: string, options: GradeLogOptions): Promise<number> {
  const graded = await chosenRecords(log, options);
  return show(graded, options, labelsAlone, (record) => print(labelLine(record)));
}

/** All of them, or those of one variant. @throws UsageError where there is no such variant */
async function chosenRecords(log: string, { variant: wanted, ...options }: GradeLogOptions): Promise<GradedRecord[]> {
  await expectWritable(options.output);
  const { file, variant } = variantReference(log, wanted);
  const graded = await gradedLog(file, { ...options, dataset: await datasetOf(options, file) });
  const chosen = variant === null ? graded : graded.filter((record) => record.variant === variant);
  const names = [...new Set(graded.map((record) => record.variant))].join(', ');
  if (chosen.length === 0) throw new UsageError(`${file} has no variant "${variant}", but ${names}`);
  return chosen;
}

async function show(
  graded: readonly GradedRecord[],
  { json, output }: GradeLogOptions,
  row: (record: GradedRecord) => object,
  tell: (record: GradedRecord) => void,
): Promise<number> {
  const variants = summarizeGrades(graded);
  if (output !== undefined)
    await writeResult(
      output,
      graded.map((record) => `${JSON.stringify(row(record))}\n`),
    );
  if (json) {
    for (const record of graded) printJson(row(record));
    printJson({ summary: true, variants } satisfies Printed<'grade'>, { 'variants.unsaid': 'map' });
    return exitCodes.worked;
  }
  if (variants.some(({ offline }) => offline > 0)) note(offlineNote);
  for (const record of graded) tell(record);
  for (const variant of variants) print(summaryText(variant));
  return exitCodes.worked;
}

function labelsAlone({ question_id, variant, trial, label, secondary_labels, waste }: GradedRecord) {
  return { question_id, variant, trial, label, secondary_labels, waste };
}

function labelLine({ question_id, variant, trial, label, secondary_labels }: GradedRecord): string {
  const also = secondary_labels.length === 0 ? '' : ` (also ${secondary_labels.join(', ')})`;
  return printableLine(`${question_id} ${variant} ${trial}: ${label}${also}`);
}

function summaryText(variant: VariantSummary): string {
  const { graded, correct, errors, records } = variant;
  const lines = [
    `${printableLine(variant.variant)}: ${correct} of ${graded} right${graded === 0 ? '' : ` (${((100 * correct) / graded).toFixed(1)} %)`}, ${errors} errors`,
    ...inColumns(
      Object.entries(variant.labels).map(([label, count]) => [`  ${label}`, String(count)]),
      24,
    ),
    ...evidenceLines(variant),
    callsLine(variant),
    ...variant.scores.map(
      ({ grader, mean, known }) =>
        `  grader ${grader}: ${mean === null ? 'no score' : `${(100 * mean).toFixed(1)} % of ${known} records'`}`,
    ),
    ...Object.entries(variant.unsaid).map(([field, count]) => `  not said by ${count} of ${records} records: ${field}`),
  ];
  return lines.join('\n');
}

/** Null and unknown figures say so. */
function evidenceLines({ rightFile, rightLines, linesInside, correctOnRightLines }: VariantSummary): string[] {
  const of = ({ yes, known }: { yes: number; known: number }) => (known === 0 ? 'unknown' : `${yes} of ${known}`);
  const inside =
    linesInside.mean === null ? 'unknown' : `${(100 * linesInside.mean).toFixed(1)} % of ${linesInside.known} records'`;
  return [
    `  right file            ${of(rightFile)}`,
    `  right lines           ${of(rightLines)}; right answers on them ${of(correctOnRightLines)}`,
    `  cited lines inside    ${inside}`,
  ];
}

function callsLine({
  calls,
  redundantCalls,
  wrongKindCalls,
  withoutCalls,
  records,
  ...variant
}: VariantSummary): string {
  if (withoutCalls === records) return '  tool calls            unknown';
  const unknown = variant.kindUnknownCalls === 0 ? '' : `, ${variant.kindUnknownCalls} of an unknown one`;
  const use = variant.useUnknownCalls === 0 ? '' : `, the use of ${variant.useUnknownCalls} unknown`;
  return `  tool calls            ${calls}: ${redundantCalls} redundant, ${wrongKindCalls} of a wrong kind${unknown}${use}`;
}
