/**
 * What people see of a run while it goes on: the `state` query, the current details in the Web UI, search attributes, and
 * metrics. All are read from the run's state; nothing here decides anything.
 */
import { defineSearchAttributeKey, type SearchAttributePair } from '@temporalio/common';
import { defineQuery, metricMeter, setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import { attributeNames, queries, searchAttributes } from '../../contracts/names.ts';
import type { DecisionRequest } from '../../contracts/decision.ts';
import type { AnswerOutcome, AnswerState, OpeningProgress, RunProgress, ToolAsked } from '../../contracts/run.ts';
import { cut, inertMarkdown, printableLine } from '../../lib/printable.ts';
import { subjectOf } from './absence.ts';
import { fittingState } from './limits/run-size.ts';
import type { OpenWaits } from './limits/waits.ts';

export const stateQuery = defineQuery<RunProgress>(queries.state);

type Stage = RunProgress['stage'];

export class Visibility {
  #searchAttributes: readonly string[] = [];
  readonly #state: AnswerState;
  readonly #waits: OpenWaits;
  #stage: Stage = 'opening';
  #doing = 'opening the repository';
  #opening: OpeningProgress | null = null;
  /** Told when the run begins or ends to wait for a person, and how it ends. */
  onNote: (outcome: AnswerOutcome['kind'] | 'waiting' | 'running') => void = () => {};
  /** What people are asked. */
  pending: () => readonly DecisionRequest[] = () => [];
  /** Told before a run ends. */
  ending: () => void = () => {};
  /** By specialist. */
  readonly #asked = new Map<string, readonly ToolAsked[]>();

  /** Answers the `state` query from here on. */
  constructor(state: AnswerState, waits: OpenWaits) {
    this.#state = state;
    this.#waits = waits;
    setHandler(stateQuery, () => {
      const progress = this.progress();
      return { ...progress, state: fittingState(progress.state) };
    });
  }

  /** Search attributes that the server takes; known once the repository is open. A wait that has begun before is noted. */
  knows(searchAttributes: readonly string[]): void {
    this.#searchAttributes = searchAttributes;
    if (this.#waits.needsPerson) this.note('waiting');
  }

  progress(): RunProgress {
    const { message, waitingFor } = this.#waits;
    const waits = message !== null && this.#stage !== 'finished';
    const shown = waits ? { stage: 'waiting' as const, doing: message } : { stage: this.#stage, doing: this.#doing };
    const tools_asked = [...this.#asked.values()].flat();
    const pending = [...this.pending()];
    const asking = pending.length === 0 ? {} : { pending };
    return { ...shown, opening: this.#opening, waitingFor, ...asking, tools_asked, state: this.#state };
  }

  /** Says what the run does now. */
  say(stage: Stage, doing: string): void {
    this.#stage = stage;
    this.#doing = doing;
    this.show();
  }

  /** Says how far the repository is; null: it is open, and what is done then is routing. */
  opens(opening: OpeningProgress | null, doing: string): void {
    this.#opening = opening;
    this.say(opening === null ? 'routing' : 'opening', doing);
  }

  /** Says as what a follow-up is read. */
  reads(question: string): void {
    if (this.#stage === 'opening' || this.#stage === 'routing') this.say(this.#stage, `read as: ${question}`);
  }

  /** Says which tools a specialist has asked for that have no result yet. */
  asks(specialist: string, tools: readonly ToolAsked[]): void {
    if (tools.length > 0) this.#asked.set(specialist, tools);
    else this.#asked.delete(specialist);
    this.show();
  }

  /** Brings the details in the Web UI up to date. */
  show(): void {
    setCurrentDetails(detailsOf(this.progress()));
  }

  /**
   * Writes the server's search attributes, as far as it knows them: all at once, at the end of a run and where it begins
   * or ends to wait for a person, since each write is an event of the history and a row of the server's index.
   */
  note(outcome: AnswerOutcome['kind'] | 'waiting' | 'running'): void {
    // A run that has ended is neither, whatever arrives while its trace is handed over.
    if (this.#stage === 'finished' && (outcome === 'waiting' || outcome === 'running')) return;
    this.onNote(outcome);
    const { route, retry_count: retryCount } = this.#state;
    const pairs = searchAttributePairs(
      { outcome, retryCount, ...(route !== null && { route }) },
      this.#searchAttributes,
    );
    if (pairs.length > 0) upsertSearchAttributes(pairs);
  }

  /** Shows and counts the outcome. @returns it, with a record that fits into one payload */
  finish(outcome: AnswerOutcome): AnswerOutcome {
    this.ending();
    const { pipeline, route, retry_count: retries } = this.#state;
    this.say('finished', outcome.kind);
    this.note(outcome.kind);
    const tags = { pipeline, route: route ?? 'none' };
    metricMeter.createCounter('switchyard_answers').add(1, { ...tags, outcome: outcome.kind });
    metricMeter.createCounter('switchyard_quality_retries').add(retries, tags);
    return { ...outcome, state: fittingState(outcome.state) };
  }
}

type Attribute = keyof typeof attributeNames;

/** Values of search attributes. */
export type SearchAttributeValues = {
  [Which in Attribute]?: (typeof searchAttributes)[(typeof attributeNames)[Which]] extends 'INT' ? number : string;
};

/** @param known the names that the server takes; others are left out */
export function searchAttributePairs(values: SearchAttributeValues, known: readonly string[]): SearchAttributePair[] {
  return (Object.keys(values) as Attribute[])
    .map((which) => ({ name: attributeNames[which], value: values[which] }))
    .filter(({ name }) => known.includes(name))
    .map(
      ({ name, value }) =>
        ({ key: defineSearchAttributeKey(name, searchAttributes[name]), value }) as SearchAttributePair,
    );
}

/** Markdown for the workflow's current details. */
function detailsOf({ stage, doing, waitingFor, pending = [], tools_asked, state }: RunProgress): string {
  const { usage, routing } = state;
  const routes = routing?.probabilities
    .filter(({ probability }) => probability >= 0.005)
    .map(({ route, probability }) => `${route} ${(probability * 100).toFixed(0)} %`);
  const cost = usage.costUsd === null ? 'unknown' : `$${usage.costUsd.toFixed(4)}`;
  const rows = [
    `**${stage}**: ${inertMarkdown(cut(doing, 300))}`,
    waitingFor === null ? null : `**waiting for** ${waitingFor.kind}: \`switchyard runs resume\` resumes the run`,
    ...pending.map(({ requestId, asked, choices }) => {
      const among = choices.map(({ choice }) => choice).join(', ');
      return `**${requestId}**: ${inertMarkdown(cut(printableLine(asked), 300))} (${among}): \`switchyard runs decide\``;
    }),
    tools_asked.length === 0 ? null : `**tools**: ${inertMarkdown(toolsText(tools_asked))}`,
    state.route === null ? null : `**route**: ${state.route}${routes === undefined ? '' : ` (${routes.join(', ')})`}`,
    state.routes_run.length > 1 ? `**routes run**: ${state.routes_run.join(', ')}` : null,
    `**retries**: ${state.retry_count}`,
    `**spent**: ${usage.modelCalls} model calls, ${usage.inputTokens + usage.outputTokens} tokens, cost ${cost}`,
    state.trace_link === null ? null : `**trace**, once this run has ended: ${state.trace_link}`,
    state.final_answer === null ? null : `**answer**: ${inertMarkdown(cut(printableLine(state.final_answer), 600))}`,
  ];
  return rows.filter((row) => row !== null).join('\n\n');
}

const toolsCharacters = 110;
const subjectCharacters = 40;

/** Tool calls in short, such as `search_code "boil", read_lines lib/kettle.js`. */
export function toolsText(requests: readonly Pick<ToolAsked, 'tool' | 'argumentsText'>[]): string {
  const texts = requests.map(({ tool, argumentsText }) => {
    const subject = cut(subjectOf(argumentsText).replace(/\s+/g, ' ').trim(), subjectCharacters);
    if (subject === '') return tool;
    return tool.startsWith('search') || subject.includes(' ') ? `${tool} "${subject}"` : `${tool} ${subject}`;
  });
  return cut(texts.join(', '), toolsCharacters);
}
