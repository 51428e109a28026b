/**
 * How a run asks people and waits for what they decide.
 *
 * 1. Decisions are taken from the first task on, by an update, which is answered, or by a signal of the same shape. Their
 *    shape is checked and no more: what a decision is for may not be open yet.
 * 2. The run's clock stands while all that is left of it waits for people; all such waits have one limit together.
 * 3. Where a pipeline asks nothing, nothing here schedules a command.
 */
import { condition, defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import { defaultPersonWaitSeconds, queries, signals, updates } from '../../../contracts/names.ts';
import type {
  Decision,
  DecisionAnswer,
  DecisionKind,
  DecisionRequest,
  DecisionWay,
} from '../../../contracts/decision.ts';
import type { AnswerState, QuestionInput } from '../../../contracts/run.ts';
import { cut } from '../../../lib/printable.ts';
import { validInput } from '../../input/valid-input.ts';
import type { OpenWaits } from '../limits/waits.ts';
import type { Visibility } from '../visibility.ts';
import { type Asked, type Decided, DecisionBuffer, type OpenRequest } from './buffer.ts';
import { openForPerson } from './person-wait.ts';

export const decideUpdate = defineUpdate<DecisionAnswer, [Decision]>(updates.decide);
export const decideSignal = defineSignal<[Decision]>(signals.decide);
export const pendingQuery = defineQuery<DecisionRequest[]>(queries.pending);

/** Where the pipeline of a run has it ask people. */
export function asks({ pipeline: { decisions } }: Pick<QuestionInput, 'pipeline'>, kind: DecisionKind): boolean {
  return kind === 'provider' || decisions?.[kind]?.policy === 'ask';
}

/** A request, but for what the pipeline says of its kind: `proceed` is the choice that its time-out may stand for. */
export type Question = Omit<Asked, 'kind' | 'waitMs' | 'default'> & {
  kind: Exclude<DecisionKind, 'provider'>;
  proceed: string;
  giveUp: string;
};

export class Decisions {
  readonly #input: QuestionInput;
  readonly #state: AnswerState;
  readonly #waits: OpenWaits;
  readonly #visibility: Visibility;
  readonly #buffer: DecisionBuffer;

  /** Takes decisions, and answers what is pending, from here on. */
  constructor(input: QuestionInput, state: AnswerState, waits: OpenWaits, visibility: Visibility) {
    this.#input = input;
    this.#state = state;
    this.#waits = waits;
    this.#visibility = visibility;
    this.#buffer = new DecisionBuffer(
      () => Date.now(),
      (kind) => asks(input, kind),
    );
    visibility.pending = () => this.#buffer.pending.filter(({ kind }) => kind !== 'provider');
    visibility.ending = () => this.#end();
    setHandler(pendingQuery, () => this.#buffer.pending);
    setHandler(decideUpdate, (decision) => this.#take(decision, 'update'), {
      validator: (decision) => void validInput('decide', decision),
    });
    setHandler(decideSignal, (decision) => {
      if (isDecision(decision)) this.#take(decision, 'signal');
    });
  }

  /** Asks a person, and waits until one has decided or the time is over. */
  async ask({ proceed, giveUp, ...question }: Question): Promise<Decided> {
    const policy = this.#input.pipeline.decisions?.[question.kind];
    const choice = policy !== undefined && 'onTimeout' in policy && policy.onTimeout === 'proceed' ? proceed : giveUp;
    const waitMs = Math.min((policy?.waitSeconds ?? 0) * 1000, this.leftMs);
    const open = this.open({ ...question, waitMs, default: choice });
    if (open.decided !== null) return open.decided;
    const { requestId, asked } = open.request;
    const message = `a person is asked (${requestId}): ${cut(asked, 200)}; switchyard runs decide`;
    const close = openForPerson(this.#waits, this.#visibility, { kind: 'decision', message });
    let known = false;
    try {
      known = await condition(() => open.decided !== null, waitMs, { summary: `${requestId}: a person decides` });
      if (!known) this.#buffer.timeOut(open);
      this.#keepRecords();
      known = true;
    } finally {
      this.#buffer.close(open);
      close(known);
    }
    return decidedOf(open);
  }

  /** Opens a request that something else waits for. */
  open(asked: Asked): OpenRequest {
    const open = this.#buffer.open(asked);
    this.#keepRecords();
    return open;
  }

  /** Nothing waits for it any more. */
  close(open: OpenRequest): void {
    this.#buffer.close(open);
  }

  /** Whoever resumes a run wants every provider that it waits for asked again. */
  retry(): void {
    this.#buffer.retry();
  }

  /** What is left of the time in which the run may wait for people. */
  get leftMs(): number {
    const { personWaitSeconds = defaultPersonWaitSeconds } = this.#input.limits;
    return Math.max(1, personWaitSeconds * 1000 - this.#waits.personMs);
  }

  /** The run ends: what is kept for later is refused. */
  #end(): void {
    this.#buffer.end();
    this.#keepRecords();
  }

  #take(decision: Decision, way: DecisionWay): DecisionAnswer {
    const answer = this.#buffer.take(decision, way);
    this.#keepRecords();
    this.#visibility.show();
    return answer;
  }

  #keepRecords(): void {
    const { records } = this.#buffer;
    if (records.length > 0) this.#state.decisions = [...records];
  }
}

function decidedOf({ request, decided }: OpenRequest): Decided {
  if (decided === null) throw new Error(`${request.requestId} is not decided`);
  return decided;
}

/** Anybody may send a signal. */
function isDecision(value: unknown): value is Decision {
  try {
    validInput('decide', value);
    return true;
  } catch {
    return false;
  }
}
