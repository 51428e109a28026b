/** Shows a turn that has ended: shorter than `ask` does, since the next question is about it. */
import { type FinishedRun, keyedFields, runRecord } from '../../application/runs/run-record.ts';
import { modelsThatAnswered } from '../../harness/run-log/logged-state.ts';
import { offlineModelName } from '../../contracts/names.ts';
import { printable, printableLine } from '../../lib/printable.ts';
import { headlineOf, offlineNotice, placeText } from '../../application/runs/outcome-words.ts';
import { citationsText, listText, type TextStyle } from '../ask/outcome-text.ts';
import { changedPlaces, readAs } from '../ask/thread-text.ts';
import { print, printJson, styleOf } from '../terminal/output.ts';
import { costText, countText } from '../terminal/progress-text.ts';
import { wrapText } from '../terminal/wrap-text.ts';

/** Prints it; as one line of JSON where that is asked for. */
export function showTurn(run: FinishedRun, json: boolean): void {
  if (json) printJson(runRecord(run), keyedFields);
  else print(`${turnText(run, styleOf(process.stdout))}\n`);
}

/** Paragraphs without a closing line end. */
export function turnText(run: FinishedRun, style: TextStyle): string {
  const { state } = run.outcome;
  const { columns, colors } = style;
  const headline = headlineOf(run.outcome);
  const parts = [
    colors.dim(wrapText(readAs(state) ?? '', columns)),
    headline === null ? '' : colors.yellow(wrapText(headline, columns)),
    wrapText(printable(state.final_answer ?? '').trim(), columns),
    citationsText(state.evidence, style),
    listText('Left open', state.gaps, style),
    listText('Cited before, and changed since', changedPlaces(state), style),
    colors.dim(wrapText(factsLine(run), columns)),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function factsLine({ outcome: { state }, durationMs, workflowId }: FinishedRun): string {
  const { modelCalls, inputTokens, outputTokens, costUsd } = state.usage;
  const facts = [
    ...(state.thread === undefined ? [] : [`turn ${state.thread.turn}`]),
    ...(state.route === null ? [] : [state.route]),
    `${countText(modelCalls)} model ${modelCalls === 1 ? 'call' : 'calls'}`,
    `${countText(inputTokens + outputTokens)} tokens`,
    costText(costUsd),
    ...(durationMs === null ? [] : [`${(durationMs / 1000).toFixed(1)} s`]),
    ...(state.snapshot === null ? [] : [`at ${state.snapshot.id.slice(0, 12)}`]),
    workflowId,
    ...(modelsThatAnswered(state).includes(offlineModelName) ? [offlineNotice] : []),
  ];
  return printableLine(facts.join(', '));
}

/** The cited lines themselves. */
export function sourcesText({ outcome: { state } }: FinishedRun, { columns, colors }: TextStyle): string {
  if (state.evidence.length === 0) return 'the last answer cites nothing';
  const blocks = state.evidence.map((citation) => {
    const quoted = printable(citation.quote)
      .split('\n')
      .map((line) => `    ${line}`)
      .join('\n');
    return `${colors.bold(placeText(citation))} (${citation.status})\n${wrapText(quoted, columns)}`;
  });
  return blocks.join('\n\n');
}
