/**
 * The account of a run's budget: every model call is granted what it may use before it is made, and gives back what it did
 * not use. Retries, fan-out, judges, reranks, repairs and synthesis share it.
 *
 * 1. What was used, and what calls in flight may still use, together never pass a limit, as long as no call uses more than
 *    it was granted. What one uses beyond its grant counts against those after it.
 * 2. A grant is never negative, and once no call is in flight nothing is held.
 * 3. Branches that work side by side share alike: a call gets what is left, divided by the number of branches that have no
 *    call in flight, its own included. A lone branch gets all that is left.
 * 4. A call that does not fit into its share waits until no call is in flight, then gets all that is left; calls that come
 *    meanwhile wait behind it. So a budget is spent only for a call that does not fit into all that is left, and none waits
 *    for ever: each call is tried at most twice, and what is in flight ends.
 * 5. All attempts of a call, and all its sends, use one grant. A call counts as one model call once it is sent, and as one
 *    more for each further reply that was delivered for it; a call that was not sent does not count.
 * 6. The run's history is a limit, too (run-size.ts).
 * 7. A person may raise a limit; a call that was turned away is then as a new one.
 */
import type { Grant } from '../../../contracts/agent-calls.ts';
import type { SpanRecord } from '../../../contracts/trace.ts';
import type { RaisedLimit } from '../../../contracts/decision.ts';
import type { BudgetLimit } from '../../../contracts/run.ts';
import type { Budget } from '../../../contracts/pipeline.ts';
import type { Usage } from '../../../contracts/chat.ts';
import { addUsage, noUsage } from '../../../contracts/usage-sum.ts';
import { Branch } from '../branch.ts';
import { Pool } from './pool.ts';
import { type HistorySize, isAt } from './run-size.ts';

/** Thrown before a call that the budget does not allow; `held`: calls in flight may still give some of it back. */
export class BudgetSpent extends Error {
  readonly limit: BudgetLimit;
  constructor(limit: BudgetLimit, held = false) {
    const what = limit === 'costUsd' ? 'money' : limit;
    super(held ? `calls in flight hold what is left of the ${what}` : `the budget's ${limit} is spent`);
    this.limit = limit;
  }
}

/** From this share of the tokens or the money on, specialists are told to answer with what they have. */
const lastStretch = 0.85;

/** Money is counted in whole billionths of a dollar, so that sums are exact. */
const perDollar = 1_000_000_000;

/** A model call's claim on the account. */
export type Call = {
  /** Names it within its run, however often it is asked. */
  readonly key: string;
  readonly branch: Branch | null;
  /** What it may still use while it is in flight; `money` is null without a limit. */
  tokens: number;
  money: number | null;
  /** Replies beyond its first that may still be delivered for it. */
  repeats: number;
  /** Replies that were delivered for it since it was granted. */
  delivered: number;
  /** It was granted all that was left. */
  hasAll: boolean;
  /** What its share had too little of; null: it has not been turned away. */
  lacked: BudgetLimit | null;
};

export class RunBudget {
  limits: Budget;
  usage: Usage = noUsage;
  readonly #tokens: Pool;
  readonly #money: Pool | null;
  readonly #branches = new Map<string, Branch>();
  readonly #inFlight = new Set<Call>();
  /** Calls that did not fit into their share, in order. */
  readonly #waiting: Call[] = [];
  #numbers = 0;
  /** Model calls: those sent, whether or not they came back, and further replies to them. */
  #begun = 0;
  /** Further replies that are granted to calls in flight. */
  #repeats = 0;
  readonly #historySize: () => HistorySize;

  /** @param size of the run's history at this moment; without it that is no limit */
  constructor(limits: Budget, size: () => HistorySize = () => ({ events: 0, bytes: 0 })) {
    this.limits = limits;
    this.#historySize = size;
    this.#tokens = new Pool(limits.tokens);
    this.#money = limits.costUsd === null ? null : new Pool(Math.floor(limits.costUsd * perDollar));
  }

  /** Opens a branch; one of that name that worked before is known by what its calls took. Whoever opens it closes it. */
  open(name: string): Branch {
    const branch = this.#branches.get(name) ?? new Branch();
    this.#branches.set(name, branch);
    branch.open();
    return branch;
  }

  /** @param branch null: a call beside the branches, such as one that a branch waits for */
  call(branch: Branch | null): Call {
    this.#numbers += 1;
    const nothing = { tokens: 0, money: null, repeats: 0, delivered: 0 };
    return { key: `call-${this.#numbers}`, branch, ...nothing, hasAll: false, lacked: null };
  }

  /** False while calls in flight hold what this one needs, or others have waited longer. */
  mayBegin(call: Call): boolean {
    const [first] = this.#waiting;
    if (call.lacked !== null || first !== undefined) return first === call && this.#inFlight.size === 0;
    // Where all calls are made, waiting gives none back.
    if (this.#inFlight.size === 0 || this.#begun >= this.limits.modelCalls) return true;
    return this.#callsLeft > 0 && this.#tokens.left > 0 && this.#money?.left !== 0;
  }

  /** Why a call that may not begin now is not made, where it does not wait. */
  inTheWay(): BudgetSpent {
    if (this.#begun >= this.limits.modelCalls) return new BudgetSpent('modelCalls');
    const pools: [BudgetLimit, Pool | null][] = [
      ['tokens', this.#tokens],
      ['costUsd', this.#money],
    ];
    const spent = pools.find(([, pool]) => pool !== null && pool.used >= pool.limit);
    if (spent !== undefined) return new BudgetSpent(spent[0]);
    const held = pools.find(([, pool]) => pool?.left === 0)?.[0] ?? (this.#callsLeft === 0 ? 'modelCalls' : null);
    return new BudgetSpent(held ?? this.#waiting[0]?.lacked ?? 'tokens', true);
  }

  /** Model calls that are neither made nor granted. */
  get #callsLeft(): number {
    return Math.max(0, this.limits.modelCalls - this.#begun - this.#repeats);
  }

  /** A person grants more of a limit; of money nothing is raised where there is no limit. */
  raise(limit: RaisedLimit, amount: number): void {
    const before = this.limits[limit];
    if (before === null) return;
    this.limits = { ...this.limits, [limit]: before + amount };
    if (limit === 'tokens') this.#tokens.limit += amount;
    if (limit === 'costUsd' && this.#money !== null) this.#money.limit += Math.floor(amount * perDollar);
  }

  /** The call was turned away for want of what has been raised since: it is tried as if it were new. */
  anew(call: Call): void {
    Object.assign(call, { hasAll: false, lacked: null });
  }

  /** @throws BudgetSpent where the history has no room for another call, paid or not */
  expectHistoryRoom(): void {
    if (isAt('stop', this.#historySize())) throw new BudgetSpent('history');
  }

  /** Grants a call its share; all that is left where it has waited for that. @throws BudgetSpent when a limit is reached */
  begin(call: Call): void {
    this.leave(call);
    this.expectHistoryRoom();
    if (this.#begun >= this.limits.modelCalls) throw new BudgetSpent('modelCalls');
    if (this.#tokens.left === 0) throw new BudgetSpent('tokens');
    if (this.#money?.left === 0) throw new BudgetSpent('costUsd');
    const others = [...this.#branches.values()].filter((branch) => branch !== call.branch && branch.isIdle);
    const parts = call.lacked !== null ? 1 : 1 + others.length;
    call.hasAll = parts === 1 && this.#inFlight.size === 0;
    call.tokens = this.#tokens.take(parts);
    call.money = this.#money?.take(parts) ?? null;
    call.delivered = 0;
    call.repeats = Math.max(0, Math.ceil(this.#callsLeft / parts) - 1);
    this.#repeats += call.repeats;
    this.#begun += 1;
    this.#inFlight.add(call);
    call.branch?.begin();
  }

  /** What a call in flight may still use. */
  grantOf({ tokens, money, repeats, delivered }: Call): Grant {
    const replies = repeats + (delivered === 0 ? 1 : 0);
    return { replies, tokens, costUsd: money === null ? null : money / perDollar };
  }

  /** Adds what a finished call cost, and what its failed attempts did. */
  settle(usage: Usage | null, spans: readonly SpanRecord[], call: Call | null = null): void {
    const failed = spans.filter((span) => span.level === 'ERROR').flatMap((span) => span.usage ?? []);
    for (const used of [...(usage === null ? [] : [usage]), ...failed]) {
      this.usage = addUsage(this.usage, used);
      const tokens = this.#tokens.settle(used.inputTokens + used.outputTokens, call?.tokens ?? 0);
      // A cost that nobody knows takes all that was granted.
      const cost = used.costUsd === null ? (call?.money ?? 0) : Math.round(used.costUsd * perDollar);
      const money = this.#money?.settle(cost, call?.money ?? 0) ?? null;
      if (call === null) continue;
      Object.assign(call, { tokens, money });
      this.#delivered(used.modelCalls, call);
    }
    if (usage !== null) call?.branch?.settle(usage);
  }

  /** The first reply is the call itself. */
  #delivered(replies: number, call: Call): void {
    const further = call.delivered === 0 ? Math.max(0, replies - 1) : replies;
    call.delivered += replies;
    const granted = Math.min(further, call.repeats);
    call.repeats -= granted;
    this.#repeats -= granted;
    this.#begun += further;
  }

  /** The call has ended, whatever came of it: what it did not use is given back. */
  end(call: Call): void {
    this.#tokens.giveBack(call.tokens);
    this.#money?.giveBack(call.money ?? 0);
    this.#repeats -= call.repeats;
    Object.assign(call, { tokens: 0, money: null, repeats: 0 });
    this.#inFlight.delete(call);
    call.branch?.end();
  }

  /** The call has ended without being sent once more, for want of room. @throws BudgetSpent when it had all that there was */
  refuse(call: Call, limit: BudgetLimit): void {
    this.withdraw(call);
    if (call.hasAll) throw new BudgetSpent(limit);
    call.lacked = limit;
    this.#waiting.push(call);
  }

  /** The call has ended without being sent once more: where nothing was delivered for it, it does not count. */
  withdraw(call: Call): void {
    if (call.delivered === 0) this.#begun -= 1;
  }

  /** The call waits no longer. */
  leave(call: Call): void {
    const at = this.#waiting.indexOf(call);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  /** True when the next call should be the last of its kind: `calls` model calls must remain for the rest of the run. */
  nearlySpent(calls: number): boolean {
    if (this.limits.modelCalls - this.#begun <= calls || isAt('answer', this.#historySize())) return true;
    return this.#pools().some(({ used, limit }) => used >= lastStretch * limit);
  }

  /** True when the branch's next call should be its answer: if it called once more before, its answer might not fit. */
  shouldAnswer(branch: Branch, calls: number): boolean {
    if (this.nearlySpent(calls)) return true;
    const expected = branch.twoMoreCalls;
    if (expected === null) return false;
    const open = [...this.#branches.values()].filter(({ isOpen }) => isOpen).length;
    const share = ({ used, limit }: Pool) => (lastStretch * limit - used) / Math.max(1, open);
    if (expected.tokens > share(this.#tokens)) return true;
    return this.#money !== null && (expected.costUsd ?? 0) * perDollar > share(this.#money);
  }

  #pools(): Pool[] {
    return this.#money === null ? [this.#tokens] : [this.#tokens, this.#money];
  }
}
