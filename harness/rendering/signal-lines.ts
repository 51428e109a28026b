/** Writes the three signals as lines of text, each with its evidence. */
import type { QualityGap } from '../signals/quality-gap.ts';
import {
  type ConflictSignal,
  type Found,
  type SplitSignals,
  signalLimits,
  type WasteSignal,
} from '../signals/split-signals.ts';
import { chance, percent } from './figures.ts';

/** @returns the advice first, then each signal with its evidence, then the notes; names of other people's data stand in them as they are */
export function signalLines(signals: SplitSignals): string[] {
  const { variant, records, advice, notes } = signals;
  return [
    `${variant}, ${records} records: ${adviceSentence(advice)}`,
    ...gapLines(signals.qualityGap),
    ...wasteLines(signals.waste),
    ...conflictLines(signals.conflictingTools),
    ...notes.map((note) => `note: ${note}`),
  ];
}

export function adviceSentence(advice: SplitSignals['advice']): string {
  switch (advice) {
    case 'do-not-split':
      return 'none of the signals is present: do not split';
    case 'a-split-may-help':
      return 'a split may help';
    case 'too-few':
      return 'none of the signals is present, and there are too few questions to rule them out: undecided';
    case 'unknown':
      return 'none of the signals is present, and the log does not say enough to rule them out: unknown';
    default:
      return advice satisfies never;
  }
}

const foundText = (found: Found) => (found === 'too-few' ? 'too few questions' : found);

/** The gap with its p-value, then a line a route. */
export function gapLines({ found, routes, gap, p }: QualityGap): string[] {
  const size = gap === null ? '' : `: ${percent(gap)} between the best and the worst route (p ${chance(p ?? 1)})`;
  return [
    `quality gap: ${foundText(found)}${size}; counts from ${percent(signalLimits.gap)} on`,
    ...routes.map(
      ({ route, n, accuracy, failed }) => `  ${route}: ${percent(accuracy)} of ${n} right${listed('wrong', failed)}`,
    ),
  ];
}

export function wasteLines({ found, share, unknown, limit, questions }: WasteSignal): string[] {
  return [
    `waste: ${foundText(found)}${share === null ? '' : `: ${percent(share)} of the runs are right but wasteful`}${unsaid(unknown, 'runs')}; counts from ${percent(limit)} on${listed('such', questions)}`,
  ];
}

export function conflictLines({ found, share, unknown, limit, conflicts }: ConflictSignal): string[] {
  return [
    `conflicting tools: ${foundText(found)}${share === null ? '' : `: ${percent(share)} of the questions have a call of the wrong kind`}${unsaid(unknown, 'questions')}; counts from ${percent(limit)} on`,
    ...conflicts
      .slice(0, 10)
      .map(
        ({ route, tool, calls, questions }) =>
          `  ${tool} on a ${route} question: ${calls} calls${listed('in', questions)}`,
      ),
  ];
}

/** Of the others the share is shown. */
function unsaid(unknown: number, what: string): string {
  return unknown === 0 ? '' : `; not known of ${unknown} ${what}`;
}

function listed(what: string, questions: readonly string[]): string {
  if (questions.length === 0) return '';
  return `; ${what}: ${questions.slice(0, 8).join(', ')}${questions.length > 8 ? ` and ${questions.length - 8} more` : ''}`;
}
