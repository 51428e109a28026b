/**
 * Switchyard inside a program: `createSwitchyard` for a Temporal worker of one's own, `startSwitchyard` for one of ours in
 * the same process, `connectSwitchyard` for the client alone (docs/own-worker.md).
 */
export * from '../application/errors.ts';
export type {
  RunIds,
  SwitchyardClient,
  Waiting,
} from '../application/program/client.ts';
export type { AskOptions, GivenRating, QuestionAbout } from '../application/program/options.ts';
export type { Rated } from '../application/feedback/rate-run.ts';
export type { Told } from '../application/runs/decide-run.ts';
export type { Pending, PendingRequest } from '../application/runs/pending-requests.ts';
export type { FinishedRun } from '../application/runs/run-record.ts';
export type { WatchEvent } from '../application/runs/watch-drafts.ts';
export type { Decision, DecisionRequest } from '../contracts/decision.ts';
export type { AnswerOutcome, AnswerState, QuestionInput, RunProgress } from '../contracts/run.ts';
export { createSwitchyard, type OwnWorker, type OwnWorkerOptions } from './own-worker/create-switchyard.ts';
export type { SwitchyardPlugin } from './own-worker/plugin.ts';
export {
  connectSwitchyard,
  startSwitchyard,
  type Switchyard,
  type SwitchyardOptions,
} from './own-worker/start-switchyard.ts';
