/**
 * The application layer: what a surface (the command line, a server, a page, a program of your own) does with runs. Nothing
 * here reads a command line, prints or ends a process. Commands import the files that they need, to load no more.
 */
export * from './errors.ts';
export { readSettings } from './read-settings.ts';
export { openSession, type Session, type SessionRequest } from './session/session.ts';
export { inLastingSession, unlessLost } from './session/runtime-loss.ts';
export { KeptSession } from './session/kept-session.ts';
export { questionInput, type QuestionOptions } from './questions/question-input.ts';
export { openAndStart } from './runs/open-and-start.ts';
export { newRunId, type StartedRun, startRun } from './runs/start-run.ts';
export { type DraftRunEvent, type WatchEvent, withDrafts } from './runs/watch-drafts.ts';
export { type RunEvent, stateOfRun, watchRun } from './runs/watch-run.ts';
export { type FinishedRun, openRunRecord, resultOfRun, runRecord } from './runs/run-record.ts';
export { openAndStartTurn, type StartedTurn, startTurn, type TurnRequest } from './threads/start-turn.ts';
export { lastTurn, type ThreadRow, threadsOf, type TurnRow, turnsOf } from './threads/turns.ts';
export { deleteThread } from './threads/delete-thread.ts';
export { forget, listNotes, notesForRun, remember } from './memory/notes.ts';
export { findOpenRun, findRun, type FoundRun, isOpen } from './runs/find-run.ts';
export { decideRun, type Told } from './runs/decide-run.ts';
export { type PendingRequest, pendingRequests } from './runs/pending-requests.ts';
export { listRuns, type RunChoice, type RunRow } from './runs/list-runs.ts';
export { type LoadedRun, runOfServer } from './runs/load-run.ts';
export { forkedRun, forkInput, type ForkOptions, planOfFork, type PreparedFork } from './forks/fork-run.ts';
export { cancelRun, pauseRun, resumeRun, retryRun } from './runs/steer-run.ts';
export { repositoryOfRun } from './runs/run-input.ts';
export { openRetrieval } from './repository/open-retrieval.ts';
export { linesOfSnapshot, mapOfSnapshot, openSnapshot, searchSnapshot } from './repository/read-snapshot.ts';
