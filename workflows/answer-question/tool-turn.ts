/**
 * The tools of one turn: what was asked for, and which results are known so far. A result is noted in the run's state once,
 * whichever activity has brought it, and is asked for no more.
 */
import type { SpecialistCall } from '../../contracts/agent-calls.ts';
import type { SpecialistResult } from '../../contracts/agent.ts';
import type { PlaceId, ToolRequest, ToolResult } from '../../contracts/tools.ts';
import type { DoneOnTheWay } from '../../contracts/trace.ts';
import type { Run } from './state.ts';

/** `order`: that of a search whose places a model has put in order. */
export type KnownResult = { result: ToolResult; order?: PlaceId[] };

type Of = { specialist: { name: string }; tryNumber: number; turnNumber: number };

export class ToolTurn {
  readonly #run: Run;
  readonly #of: Of;
  readonly #turn: Extract<SpecialistResult, { kind: 'tools' }>;
  readonly #known = new Map<string, KnownResult>();

  /** Shows what is asked for as under way, until its results are known or the turn has ended. */
  constructor(run: Run, of: Of, turn: Extract<SpecialistResult, { kind: 'tools' }>) {
    this.#run = run;
    this.#of = of;
    this.#turn = turn;
    this.#show(turn.requests);
  }

  /** Of the turn, from 1. */
  get number(): number {
    return this.#of.turnNumber;
  }

  /** What has no result yet. */
  get missing(): ToolRequest[] {
    return this.#turn.requests.filter(({ callId }) => !this.#known.has(callId));
  }

  /** The call that follows: with the results where all are known, else it runs the tools first. */
  call(mustAnswer: boolean): SpecialistCall {
    const { turn, requests } = this.#turn;
    if (this.missing.length > 0) return { kind: 'tools', turn, requests, mustAnswer };
    const answers = requests.flatMap(({ callId }) => this.#known.get(callId) ?? []).map(answerOf);
    return { kind: 'next', turn, answers, mustAnswer };
  }

  /** Takes the results that an activity has come to on the way. */
  readonly onDone = ({ tools = [] }: DoneOnTheWay): void => {
    this.know(tools.map((result) => ({ result })));
  };

  know(results: readonly KnownResult[]): void {
    for (const known of results) {
      const { callId } = known.result;
      const request = this.missing.find((each) => each.callId === callId);
      if (request === undefined) continue;
      this.#known.set(callId, known);
      this.#note(request, known.result);
    }
    this.#show(this.missing);
  }

  end(): void {
    this.#show([]);
  }

  #note({ tool, argumentsText }: ToolRequest, { status, content, evidence, problem }: ToolResult): void {
    const paths = [...new Set(evidence.map(({ path }) => path))];
    const { specialist, tryNumber } = this.#of;
    const called = { specialist: specialist.name, try: tryNumber, tool, argumentsText, status, content, paths };
    this.#run.state.tools_called.push({ ...called, ...(problem === undefined ? {} : { problem }) });
  }

  #show(requests: readonly ToolRequest[]): void {
    const { specialist, tryNumber } = this.#of;
    const asked = requests.map(({ tool, argumentsText }) => {
      return { specialist: specialist.name, try: tryNumber, tool, argumentsText };
    });
    this.#run.visibility.asks(specialist.name, asked);
  }
}

function answerOf({ result: { callId, content, renderer }, order }: KnownResult) {
  return { callId, content, renderer, ...(order === undefined ? {} : { order }) };
}
