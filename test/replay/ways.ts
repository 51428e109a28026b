/** What the ways of questions have in common: see ways-of-questions.ts. */
import type { WorkflowHandle } from '@temporalio/client';
import type { DecisionRequest } from '../../contracts/decision.ts';
import type { RunProgress } from '../../contracts/run.ts';
import { type AskOptions, pipeline } from '../support/scene.ts';
import type { ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import { type Team, unclear } from '../support/team.ts';
import { until } from '../support/until.ts';

export type Way = {
  team?: Partial<Team>;
  /** Replies before those of the team. */
  script?: ScriptedReply[];
  /** Another question than that of all others. */
  question?: string;
  ask?: Partial<AskOptions>;
  /** The provider counts tokens as it is sent them, in place of a few for each call. */
  metered?: true;
  files?: Record<string, string>;
  /** The model's endpoint takes so many requests a minute, in a queue of its own. */
  requestsPerMinute?: number;
  /** With the foreign server of the tests (test/foreign-tools/shop.ts). */
  foreign?: true;
  /** What happens to the run meanwhile. */
  meanwhile?: (handle: WorkflowHandle) => Promise<void>;
};

export const named = ['code', 'docs', 'debug'].map((name) => ({
  name,
  purpose: name,
  prompt: `You are ${name}.`,
  tools: ['search_code', 'read_lines'],
}));
export const isOf = (name: string, system: string) => system.includes(`You are ${name}.`);
export const two = (more: Record<string, unknown> = {}) => pipeline({ specialists: named.slice(0, 2), ...more });
export const undecided = () => unclear('code', 'docs');

/** A part of the play that does one thing the first times, and another from then on. */
export function first(times: number, before: ScriptedReply, then: ScriptedReply): () => ScriptedReply {
  let left = times;
  return () => {
    left -= 1;
    return left >= 0 ? before : then;
  };
}

/** Until the run waits for a person. */
export const untilWaiting = (handle: WorkflowHandle) =>
  until(async () => ((await handle.query<RunProgress>('state')).waitingFor === null ? null : true), 60);

/** Until the run asks people something. @returns the id of the request */
export const untilAsked = (handle: WorkflowHandle) =>
  until(async () => (await handle.query<DecisionRequest[]>('pending'))[0]?.requestId ?? null, 60);
