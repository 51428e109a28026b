/** The finished model calls of a run, each with its step in the run's course and the step's name; from its history. Pure. */
import type { Usage } from '../../contracts/chat.ts';
import { Payment } from '../../contracts/agent-calls.ts';
import type { CallOfRun, RunStep } from '../../contracts/reuse.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import type { SpanScope } from '../../contracts/trace.ts';
import { addUsage, noUsage } from '../../contracts/usage-sum.ts';
import { isModelCall } from '../../observability/attempt-spans.ts';
import type { ActivityStep, RunHistory } from '../../observability/run-history.ts';

export type RunCall = {
  key: string;
  step: RunStep;
  /** As a person writes it after `--from`. */
  name: string;
  agent: CallOfRun['role'] | 'reranker';
  usage: Usage;
};

/** In the order in which they were scheduled. */
export function callsOfRun(history: RunHistory, outcome: AnswerOutcome | null): RunCall[] {
  const course = new Course(outcome);
  return history.activities.flatMap((activity) => {
    const payment = paymentOf(activity);
    if (!isModelCall(activity.type) || payment === null) return [];
    const usage = usageOf(activity);
    const step = course.stepOf(activity, payment.scope, usage !== null);
    if (usage === null) return [];
    const agent = agents[activity.type] ?? 'specialist';
    return [{ key: payment.key, step, name: course.nameOf(step, agent), agent, usage }];
  });
}

const agents: Record<string, RunCall['agent']> = {
  routeQuestion: 'router',
  judgeDraft: 'judge',
  synthesize: 'synthesizer',
  rerankPlaces: 'reranker',
};

function paymentOf({ input }: ActivityStep): Pick<Payment, 'key' | 'scope'> | null {
  const payment = Payment.pick({ key: true, scope: true }).safeParse(input[1]);
  return payment.success ? payment.data : null;
}

/** Null where no model has answered. */
function usageOf({ state, spans }: ActivityStep): Usage | null {
  const used = spans.filter(({ usage, level }) => usage !== undefined && level !== 'ERROR');
  if (state !== 'completed' || used.length === 0) return null;
  return used.reduce((sum, { usage }) => (usage === undefined ? sum : addUsage(sum, usage)), noUsage);
}

/** Follows the rounds and turns of a run. */
class Course {
  readonly #outcome: AnswerOutcome | null;
  /** By specialist and try. */
  readonly #rounds = new Map<string, number>();
  readonly #turns = new Map<string, number>();
  #reviewed = 0;

  constructor(outcome: AnswerOutcome | null) {
    this.#outcome = outcome;
  }

  stepOf({ type, input }: ActivityStep, scope: SpanScope, answered: boolean): RunStep {
    const { stage, specialist = '', try: tryNumber = 1 } = scope;
    if (stage === 'routing' || stage === 'synthesis') return { stage };
    if (stage === 'gate') {
      this.#reviewed = Math.max(this.#reviewed, tryNumber);
      return { stage, specialist, round: tryNumber };
    }
    const lane = laneOf(specialist, tryNumber);
    const round = this.#rounds.get(lane) ?? this.#roundOf(specialist, tryNumber) ?? this.#reviewed + 1;
    this.#rounds.set(lane, round);
    const turn = this.#turns.get(lane) ?? 0;
    const isNext = type === 'callSpecialist' && !isRepair(input);
    if (isNext && answered) this.#turns.set(lane, turn + 1);
    // A search that is put in order belongs to the turn that asked for it.
    return { stage, specialist, round, turn: Math.max(1, isNext ? turn + 1 : turn) };
  }

  #roundOf(specialist: string, tryNumber: number): number | undefined {
    const outputs = this.#outcome?.state.specialist_output ?? [];
    return outputs.find((output) => output.specialist === specialist && output.try === tryNumber)?.round;
  }

  nameOf({ stage, specialist = '', round = 1, turn = 1 }: RunStep, agent: RunCall['agent']): string {
    if (stage === 'routing') return 'router';
    if (stage === 'synthesis') return 'synthesis';
    const lanes = [...this.#rounds].filter(([lane, at]) => at === round && lane.startsWith(`${specialist}\n`));
    const tryNumber = lanes[0]?.[0].split('\n')[1] ?? '1';
    if (stage === 'gate') return `judge ${specialist} try ${tryNumber}`;
    return `${specialist} try ${tryNumber} turn ${turn}${agent === 'reranker' ? ' reranker' : ''}`;
  }
}

const laneOf = (specialist: string, tryNumber: number): string => `${specialist}\n${tryNumber}`;

const isRepair = ([call]: readonly unknown[]): boolean => (call as { kind?: unknown } | null)?.kind === 'repair';
