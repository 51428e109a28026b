/** Itemises what a run spent for nothing. It looks at the record and its gold alone, never at the arm's name or at another run. */
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { LoggedOutput, RunLogRecord } from '../../contracts/run-log.ts';
import { overlap } from './gold-places.ts';
import { rightRoutes, routesRun, wasRouted } from './needed-kinds.ts';
import { gradeTools } from './tool-grader.ts';
import { plainWording } from './wording.ts';

export type WasteFigures = {
  /** Redundant, wrong-kind and unused calls among all calls; null where the log does not say which were made. */
  wastedCalls: number | null;
  /** Null without calls. */
  share: number | null;
  /** Tokens that went into failed attempts of model calls; null where the log does not say. */
  failedAttemptTokens: number | null;
  /** Tries that ended with the answer and citations of the try before. */
  retriesWithoutChange: number;
  /** Calls that repeat an earlier one, by any specialist; null where the log does not say. */
  duplicateReads: number | null;
  /** Specialists whose last word is in no part of the final answer. */
  unusedOutputs: string[];
  /** Routes that ran beside a right one and that the question does not need. */
  needlessRoutes: string[];
};

export function gradeWaste(record: RunLogRecord, question: DatasetQuestion): WasteFigures {
  const tools = gradeTools(record, question);
  const wasted = tools === null ? null : tools.calls.length - tools.counts.needed;
  return {
    wastedCalls: wasted,
    share: tools === null || wasted === null || tools.calls.length === 0 ? null : wasted / tools.calls.length,
    failedAttemptTokens:
      record.failed_usage === null ? null : record.failed_usage.inputTokens + record.failed_usage.outputTokens,
    retriesWithoutChange: retriesWithoutChange(record.specialist_output ?? []),
    duplicateReads: tools?.counts.redundant ?? null,
    unusedOutputs: unusedOutputs(record),
    needlessRoutes: needlessRoutes(record, question),
  };
}

function retriesWithoutChange(outputs: readonly LoggedOutput[]): number {
  const said = ({ kind, answer, citations }: LoggedOutput) =>
    JSON.stringify([
      kind,
      plainWording(answer),
      citations.map(({ path, firstLine, lastLine }) => [path, firstLine, lastLine]),
    ]);
  return outputs.filter((output, at) => {
    const before = outputs.slice(0, at).findLast(({ specialist }) => specialist === output.specialist);
    return before !== undefined && said(before) === said(output);
  }).length;
}

function unusedOutputs({ specialist_output, final_answer, evidence, superseded }: RunLogRecord): string[] {
  const outputs = specialist_output ?? [];
  const last = outputs.filter(
    ({ specialist }, at) => !outputs.slice(at + 1).some((later) => later.specialist === specialist),
  );
  const replaced = (superseded ?? []).map(({ specialist }) => specialist);
  const used = (output: LoggedOutput) => {
    if (replaced.includes(output.specialist) || replaced.includes(`${output.specialist}, try ${output.try}`))
      return false;
    if (output.answer !== '' && plainWording(output.answer) === plainWording(final_answer ?? '')) return true;
    return output.citations.some((mine) =>
      (evidence ?? []).some((place) => place.path === mine.path && overlap(place, mine)),
    );
  };
  return last.filter((output) => !used(output)).map(({ specialist }) => specialist);
}

function needlessRoutes(record: RunLogRecord, question: DatasetQuestion): string[] {
  const [run, right] = [routesRun(record), rightRoutes(question)];
  if (!wasRouted(record) || !run.some((route) => right.includes(route))) return [];
  return run.filter((route) => !right.includes(route));
}
