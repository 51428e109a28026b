/**
 * The tools of one turn: what was asked for, and which results are known so far. A result is noted in the run's state once,
 * whichever activity has brought it, and is asked for no more.
 */
import type { SpecialistCall } from '../../contracts/agent-calls.ts';
import type { SpecialistResult } from '../../contracts/agent.ts';
import { shownTool } from '../../contracts/foreign/names.ts';
import type { PlaceId, ToolRequest, ToolResult } from '../../contracts/tools.ts';
import type { DoneOnTheWay } from '../../contracts/trace.ts';
import type { Run } from './state.ts';

/** `order`: that of a search whose places a model has put in order. */
export type KnownResult = { result: ToolResult; order?: PlaceId[] };

type Of = { specialist: { name: string; tools: readonly string[] }; tryNumber: number; turnNumber: number };

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

  /** Names a request of the turn by what the turn is made of, so that a reset gives no other request its name. */
  placeOf({ callId }: ToolRequest): string {
    return `${this.#turn.turn.slice(0, 12)}-${this.#turn.requests.findIndex((each) => each.callId === callId) + 1}`;
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

  #note(request: ToolRequest, { status, content, evidence, problem, foreign }: ToolResult): void {
    const paths = [...new Set(evidence.map(({ path }) => path))];
    const called = { ...this.#asked(request), status, content, paths };
    const more = { ...(problem === undefined ? {} : { problem }), ...(foreign === undefined ? {} : { foreign }) };
    this.#run.state.tools_called.push({ ...called, ...more });
  }

  #show(requests: readonly ToolRequest[]): void {
    const asked = requests.map((request) => this.#asked(request));
    this.#run.visibility.asks(this.#of.specialist.name, asked);
  }

  #asked({ tool, argumentsText }: ToolRequest) {
    const { specialist, tryNumber } = this.#of;
    return { specialist: specialist.name, try: tryNumber, tool: shownTool(specialist.tools, tool), argumentsText };
  }
}

function answerOf({ result: { callId, content, renderer, foreign }, order }: KnownResult) {
  const more = {
    ...(order === undefined ? {} : { order }),
    ...(foreign === undefined ? {} : { foreign: true as const }),
  };
  return { callId, content, renderer, ...more };
}
