/** Prints how a run ended, for a person: the answer first, then what it rests on, then what it took. */
import type { createColors } from 'picocolors';
import type { CheckedCitation } from '../../contracts/evidence.ts';
import type { AnswerState } from '../../contracts/run.ts';
import { cut, printable, printableLine } from '../../lib/printable.ts';
import { outcomeFacts } from '../../application/words/outcome-facts.ts';
import { headlineOf, placeText } from '../../application/words/outcome-words.ts';
import type { FinishedRun } from '../../application/runs/run-record.ts';
import { changedPlaces, readAs } from '../../application/words/thread-words.ts';
import { wrapText } from '../terminal/wrap-text.ts';
import { padToWidth, widthOf } from '../../lib/terminal-width.ts';

export type TextStyle = { columns: number; colors: ReturnType<typeof createColors> };

/** Of a Web UI whose server was started for one command. */
export const linkNotice = 'closes with this command; "switchyard up" opens it again';

/** A link to the Web UI, and below it whether it is open. */
export function linkLines(webUrl: string | null, serverStops: boolean): string[] {
  if (webUrl === null) return [];
  return serverStops ? [webUrl, `(${linkNotice})`] : [webUrl];
}

/** Paragraphs without a closing line end. */
export function outcomeText(run: FinishedRun, style: TextStyle): string {
  const { outcome } = run;
  const headline = headlineOf(outcome);
  const parts = [
    headline === null ? '' : style.colors.yellow(wrapText(headline, style.columns)),
    style.colors.dim(wrapText(readAs(outcome.state) ?? '', style.columns)),
    wrapText(printable(outcome.state.final_answer ?? '').trim(), style.columns),
    citationsText(outcome.state.evidence, style),
    listText('Said by foreign tools, not verified', foreignTexts(outcome.state), style),
    listText('Left open', outcome.state.gaps, style),
    listText('Cited before, and changed since', changedPlaces(outcome.state), style),
    listText(
      'Superseded',
      outcome.state.superseded.map(({ specialist, reason }) => `${specialist}: ${reason}`),
      style,
    ),
    factsText(run, style),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** Each cited place with what its check said; empty where nothing is cited. */
export function citationsText(evidence: readonly CheckedCitation[], { colors }: TextStyle): string {
  if (evidence.length === 0) return '';
  const marks = { verified: colors.green, repaired: colors.yellow, unresolved: colors.red };
  const width = Math.min(48, Math.max(...evidence.map((citation) => widthOf(placeText(citation)))));
  const lines = evidence.map((citation) => {
    const reason = citation.reason === undefined ? '' : ` (${printableLine(citation.reason)})`;
    return `  ${padToWidth(placeText(citation), width)}  ${marks[citation.status](citation.status)}${reason}`;
  });
  return [colors.bold('Citations'), ...lines].join('\n');
}

/** What the answer rests on that no line of the repository proves. */
function foreignTexts({ foreign_evidence = [] }: AnswerState): string[] {
  return foreign_evidence.map(({ path, quote }) => `${path}: ${cut(quote, 200)}`);
}

/** A heading and its items; empty where there are none. */
export function listText(title: string, items: readonly string[], { columns, colors }: TextStyle): string {
  if (items.length === 0) return '';
  return [colors.bold(title), ...items.map((item) => wrapText(`  - ${printableLine(item)}`, columns))].join('\n');
}

function factsText(run: FinishedRun, { columns, colors }: TextStyle): string {
  const { webUrl, serverStops, workflowId, outcome } = run;
  const facts: [string, string | null][] = [
    ...outcomeFacts(run),
    ['run', workflowId],
    ['Web UI', webUrl],
    ['', webUrl !== null && serverStops ? linkNotice : null],
    ['trace', outcome.state.trace_link],
  ];
  return facts.flatMap(([name, value]) => (value === null ? [] : [factLine(name, value, columns, colors)])).join('\n');
}

/** A link stays whole, whatever the width. */
function factLine(name: string, value: string, columns: number, colors: TextStyle['colors']): string {
  const margin = 13;
  const lines = wrapText(value, columns - margin).split('\n');
  return colors.dim(name.padEnd(margin)) + lines.map((line) => line.trimStart()).join(`\n${' '.repeat(margin)}`);
}
