/** What is measured: a system that answers the same question through its own means. */

export const systemNames = [
  'floor',
  'switchyard',
  'beside',
  'temporal',
  'fused',
  'langgraph',
  'dbos',
  'restate',
  'mastra-libsql',
  'mastra-pg',
] as const;
export type SystemName = (typeof systemNames)[number];

/** The processes that work for a question. */
export type Role = 'worker' | 'server';

export type System = {
  name: SystemName;
  /** Resolves with the answer in hand. @throws Error when there is none */
  ask(id: string): Promise<void>;
  pids(): Partial<Record<Role, number[]>>;
  /** Bytes on disk now, by part; empty where nothing is kept there. */
  disk(): Record<string, number>;
  /** Null where a kill makes no sense, since nothing is kept. */
  kill: KillableWorker | null;
};

export type KillableWorker = {
  /** SIGKILL, and a new one at once. Resolves once it is up. */
  killAndStart(): Promise<void>;
  /** The answer of a run that was asked before the kill. `asked`: what the caller of then got. */
  answerAfter(id: string, asked: Promise<void>): Promise<void>;
  /** True where nothing goes on until a person acts, which `answerAfter` does. */
  personActs: boolean;
};
