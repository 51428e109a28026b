/** Grades and labels a run log: no model, no server, no new run. */
import type { GradedRecord } from '../../harness/graded-record.ts';
import { type ArmSummary, summarizeGrades } from '../../harness/grading-summary.ts';
import { offlineNote } from '../../harness/rendering/offline-note.ts';
import { exitCodes } from '../exit-codes.ts';
import { type GradeOptions, gradedLog } from './graded-log.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { snakeKeys } from '../../lib/snake-keys.ts';
import { writeResult } from '../terminal/write-result.ts';

export type GradeLogOptions = GradeOptions & { json: boolean; output?: string };

export async function gradeLog(log: string, options: GradeLogOptions): Promise<number> {
  const graded = await gradedLog(log, options);
  return show(
    graded,
    options,
    (record) => snakeKeys(record),
    () => {},
  );
}

export async function labelLog(log: string, options: GradeLogOptions): Promise<number> {
  const graded = await gradedLog(log, options);
  return show(graded, options, labelsAlone, (record) => print(labelLine(record)));
}

async function show(
  graded: readonly GradedRecord[],
  { json, output }: GradeLogOptions,
  row: (record: GradedRecord) => object,
  tell: (record: GradedRecord) => void,
): Promise<number> {
  const arms = summarizeGrades(graded);
  if (output !== undefined)
    await writeResult(
      output,
      graded.map((record) => `${JSON.stringify(row(record))}\n`),
    );
  if (json) {
    for (const record of graded) printJson(row(record));
    printJson({ summary: true, arms }, { 'arms.unsaid': 'map' });
    return exitCodes.worked;
  }
  if (arms.some(({ offline }) => offline > 0)) note(offlineNote);
  for (const record of graded) tell(record);
  for (const arm of arms) print(summaryText(arm));
  return exitCodes.worked;
}

function labelsAlone({ question_id, arm, trial, label, secondary_labels, waste }: GradedRecord) {
  return { question_id, arm, trial, label, secondary_labels, waste };
}

function labelLine({ question_id, arm, trial, label, secondary_labels }: GradedRecord): string {
  const also = secondary_labels.length === 0 ? '' : ` (also ${secondary_labels.join(', ')})`;
  return printableLine(`${question_id} ${arm} ${trial}: ${label}${also}`);
}

function summaryText(arm: ArmSummary): string {
  const { graded, correct, errors, records } = arm;
  const lines = [
    `${printableLine(arm.arm)}: ${correct} of ${graded} right${graded === 0 ? '' : ` (${((100 * correct) / graded).toFixed(1)} %)`}, ${errors} errors`,
    ...Object.entries(arm.labels).map(([label, count]) => `  ${label.padEnd(22)}${count}`),
    ...evidenceLines(arm),
    callsLine(arm),
    ...Object.entries(arm.unsaid).map(([field, count]) => `  not said by ${count} of ${records} records: ${field}`),
  ];
  return lines.join('\n');
}

/** Null and unknown figures say so. */
function evidenceLines({ rightFile, rightLines, linesInside, correctOnRightLines }: ArmSummary): string[] {
  const of = ({ yes, known }: { yes: number; known: number }) => (known === 0 ? 'unknown' : `${yes} of ${known}`);
  const inside =
    linesInside.mean === null ? 'unknown' : `${(100 * linesInside.mean).toFixed(1)} % of ${linesInside.known} records'`;
  return [
    `  right file            ${of(rightFile)}`,
    `  right lines           ${of(rightLines)}; right answers on them ${of(correctOnRightLines)}`,
    `  cited lines inside    ${inside}`,
  ];
}

function callsLine({ calls, redundantCalls, wrongKindCalls, withoutCalls, records, ...arm }: ArmSummary): string {
  if (withoutCalls === records) return '  tool calls            unknown';
  const unknown = arm.kindUnknownCalls === 0 ? '' : `, ${arm.kindUnknownCalls} of an unknown one`;
  const use = arm.useUnknownCalls === 0 ? '' : `, the use of ${arm.useUnknownCalls} unknown`;
  return `  tool calls            ${calls}: ${redundantCalls} redundant, ${wrongKindCalls} of a wrong kind${unknown}${use}`;
}
