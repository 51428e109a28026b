/** Itemises what a run spent for nothing. It looks at the record and its ground truth alone, never at the variant's name or at another run. */
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { LoggedOutput, RunLogRecord } from '../../contracts/run-log.ts';
import { overlap } from './expected-places.ts';
import { rightRoutes, routesRun, wasRouted } from './needed-kinds.ts';
import { answerOf } from './run-ending.ts';
import { gradeTools } from './tool-grader.ts';
import { plainWording } from './wording.ts';

export type WasteFigures = {
  /** Redundant, wrong-kind and unused calls among all calls; null where the log does not say which were made. */
  wastedCalls: number | null;
  /** Null without calls. */
  share: number | null;
  /** The share if every call of which the log does not say what it was good for was for nothing. */
  shareAtMost: number | null;
  /** Tokens that went into failed attempts of model calls; null where the log does not say. */
  failedAttemptTokens: number | null;
  /** Tries that ended with the answer and citations of the try before; null where the log does not say what came of each. */
  retriesWithoutChange: number | null;
  /** Calls that repeat an earlier one, by any specialist; null where the log does not say. */
  duplicateReads: number | null;
  /** Specialists whose last word is in no part of the final answer; null where the log does not say. */
  unusedOutputs: string[] | null;
  /** Routes that ran beside a right one and that the question does not need; null where the log does not say which ran. */
  needlessRoutes: string[] | null;
};

/** Whether more than `limit` of the calls were for nothing; null where the log does not say enough to tell. */
export function isWasteful({ wastedCalls, share, shareAtMost }: WasteFigures, limit: number): boolean | null {
  if (wastedCalls === null) return null;
  if ((share ?? 0) > limit) return true;
  return (shareAtMost ?? 0) > limit ? null : false;
}

export function gradeWaste(record: RunLogRecord, question: DatasetQuestion): WasteFigures {
  const tools = gradeTools(record, question);
  const wasted = tools === null ? null : tools.calls.length - tools.counts.needed;
  const shareOf = (calls: number) => (tools === null || tools.calls.length === 0 ? null : calls / tools.calls.length);
  return {
    wastedCalls: wasted,
    share: shareOf(wasted ?? 0),
    shareAtMost: shareOf((wasted ?? 0) + (tools?.useUnknown ?? 0)),
    failedAttemptTokens:
      record.failed_usage === null ? null : record.failed_usage.input_tokens + record.failed_usage.output_tokens,
    retriesWithoutChange: record.specialist_output === null ? null : retriesWithoutChange(record.specialist_output),
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
      citations.map(({ path, first_line, last_line }) => [path, first_line, last_line]),
    ]);
  return outputs.filter((output, at) => {
    const before = outputs.slice(0, at).findLast(({ specialist }) => specialist === output.specialist);
    return before !== undefined && said(before) === said(output);
  }).length;
}

function unusedOutputs(record: RunLogRecord): string[] | null {
  const { specialist_output: outputs, evidence, superseded } = record;
  const answer = answerOf(record);
  if (outputs === null || (answer === null && evidence === null)) return null;
  const last = outputs.filter(
    ({ specialist }, at) => !outputs.slice(at + 1).some((later) => later.specialist === specialist),
  );
  const replaced = (superseded ?? []).map(({ specialist }) => specialist);
  const used = (output: LoggedOutput) => {
    if (replaced.includes(output.specialist) || replaced.includes(`${output.specialist}, try ${output.try}`))
      return false;
    if (output.answer !== '' && plainWording(output.answer) === plainWording(answer ?? '')) return true;
    return output.citations.some((mine) =>
      (evidence ?? []).some((place) => place.path === mine.path && overlap(place, mine)),
    );
  };
  return last.filter((output) => !used(output)).map(({ specialist }) => specialist);
}

function needlessRoutes(record: RunLogRecord, question: DatasetQuestion): string[] | null {
  const [run, right] = [routesRun(record), rightRoutes(question)];
  if (run === null) return null;
  if (!wasRouted(record) || !run.some((route) => right.includes(route))) return [];
  return run.filter((route) => !right.includes(route));
}
