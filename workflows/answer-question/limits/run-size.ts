/**
 * Keeps a run within what a server takes. A run is never continued as new, since its trace, its journal and its forks hang
 * on its run id; so its history is bounded, and so is what it gives back.
 *
 * 1. From the first mark on, agents are told to answer with what they have; from the second on, nothing more is called.
 *    Between them there is room for what is in flight: each of four branches with a turn of tools, a judge and a synthesis.
 * 2. An outcome, and what the `state` query answers, always fit into one payload. What is cut is the record of the work:
 *    arguments of tool calls first, then drafts that were not accepted; the answer and its evidence stay whole.
 */
import { workflowInfo } from '@temporalio/workflow';
import type { SpecialistOutput } from '../../../contracts/agent.ts';
import type { CheckedCitation } from '../../../contracts/evidence.ts';
import type { AnswerState } from '../../../contracts/run.ts';
import type { ToolCalled } from '../../../contracts/tools.ts';
import { jsonBytes } from '../../../lib/json-bytes.ts';

/** Events and bytes of a history. A server ends a run at 51,200 events or 50 MB, and is slow with it long before. */
export const historyMarks = {
  answer: { events: 8_000, bytes: 30_000_000 },
  stop: { events: 9_000, bytes: 40_000_000 },
} as const;

export type HistorySize = { events: number; bytes: number };

/** Of the run that asks, as its present task was given it: the same in a replay. */
export function historySize(): HistorySize {
  const { historyLength, historySize: bytes } = workflowInfo();
  return { events: historyLength, bytes };
}

/** Whether a history has come to a mark. */
export function isAt(mark: keyof typeof historyMarks, { events, bytes }: HistorySize): boolean {
  return events >= historyMarks[mark].events || bytes >= historyMarks[mark].bytes;
}

/** A server takes payloads of 2 MiB; the rest is for what stands around a state. */
export const mostStateBytes = 1_500_000;

/** Said where something of the record was cut. */
export const cutNote = 'the record of this run was too large for one payload: arguments and drafts in it are cut';

/** @returns the state as it is where it fits, else a copy with a shorter record, which says so among its gaps */
export function fittingState(state: AnswerState): AnswerState {
  let fitting = state;
  for (const shorten of shortenings) {
    if (fits(fitting)) return fitting;
    fitting = { ...fitting, ...shorten(fitting) };
    if (!fitting.gaps.includes(cutNote)) fitting = { ...fitting, gaps: [...fitting.gaps, cutNote] };
  }
  return fitting;
}

/** No unit of a text takes more than three bytes. */
const fits = (state: AnswerState): boolean =>
  JSON.stringify(state).length * 3 <= mostStateBytes || jsonBytes(state) <= mostStateBytes;

type Shortening = (state: AnswerState) => Partial<AnswerState>;

const shortenings: readonly Shortening[] = [
  ({ tools_called }) => ({ tools_called: tools_called.map((call) => ({ ...call, ...shortArguments(call) })) }),
  ({ specialist_output }) => ({ specialist_output: specialist_output.map((output) => withShortDraft(output)) }),
  ({ tools_called }) => ({ tools_called: tools_called.slice(-100).map((call) => ({ ...call, paths: [] })) }),
  ({ specialist_output, superseded }) => ({
    specialist_output: specialist_output.slice(-10).map((output) => ({ ...output, answer: '', citations: [] })),
    superseded: superseded.slice(-10).map(({ specialist, reason }) => ({ specialist, reason: reason.slice(0, 200) })),
  }),
];

const shortArguments = ({ argumentsText, paths }: ToolCalled) => ({
  argumentsText: argumentsText.slice(0, 200),
  paths: paths.slice(0, 2),
});

function withShortDraft(output: SpecialistOutput): SpecialistOutput {
  const { answer, citations, gaps, accepted } = output;
  const shorter = accepted === true ? answer : answer.slice(0, 2_000);
  return { ...output, answer: shorter, citations: citations.slice(0, 10).map(withShortQuote), gaps: gaps.slice(0, 5) };
}

const withShortQuote = (citation: CheckedCitation): CheckedCitation => ({
  ...citation,
  quote: citation.quote.slice(0, 200),
});
