/** Grades and labels a run log: no model, no server, no new run. */
import type { GradedRecord } from '../harness/graded-record.ts';
import { type ArmSummary, summarizeGrades } from '../harness/grading-summary.ts';
import { offlineNote } from '../harness/rendering/offline-note.ts';
import { exitCodes } from './exit-codes.ts';
import { type GradeOptions, gradedLog } from './graded-log.ts';
import { note, print, printableLine, printJson } from './output.ts';
import { writeResult } from './write-result.ts';

export type GradeLogOptions = GradeOptions & { json: boolean; output?: string };

export async function gradeLog(log: string, options: GradeLogOptions): Promise<number> {
  const graded = await gradedLog(log, options);
  return show(
    graded,
    options,
    (record) => record,
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
  row: (record: GradedRecord) => unknown,
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
    printJson({ summary: true, arms });
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
  const { graded, correct, errors, calls, withoutCalls, records } = arm;
  const lines = [
    `${printableLine(arm.arm)}: ${correct} of ${graded} right${graded === 0 ? '' : ` (${((100 * correct) / graded).toFixed(1)} %)`}, ${errors} errors`,
    ...Object.entries(arm.labels).map(([label, count]) => `  ${label.padEnd(22)}${count}`),
    `  tool calls ${calls}: ${arm.redundantCalls} redundant, ${arm.wrongKindCalls} of a wrong kind`,
  ];
  if (withoutCalls > 0) lines.push(`  ${withoutCalls} of ${records} records do not say which tools were called`);
  return lines.join('\n');
}
