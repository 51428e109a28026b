/** Questions that are made: by a model that is busy, by one that stays away, within a limit, and without any. */
import type { WorkflowHandle } from '@temporalio/client';
import type { MakeQuestionsInput, MakingProgress } from '../../contracts/evaluation/question-making.ts';
import { quickLimits } from '../support/scene.ts';
import { openAiError, type ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import { says } from '../support/team.ts';
import { until } from '../support/until.ts';

export type Making = {
  /** What the model says to its first calls; undefined: a question, as to all others. */
  replies: (ScriptedReply | undefined)[];
  input?: Partial<MakeQuestionsInput>;
  /** What happens to the workflow meanwhile. */
  meanwhile?: (handle: WorkflowHandle) => Promise<void>;
};

const down = openAiError(503, 'down for maintenance');
const once = { ...quickLimits, modelCallAttempts: 1 };
const few = { questions: 2, seed: 1, mix: { code: 1 }, unanswerable: 0, split: { dev: 1, test: 1 } };
const busy = { ...openAiError(429, 'slow down'), headers: { 'retry-after': '1' } };

export const makings: Record<string, Making> = {
  // Two runs of the workflow. Of one candidate the model says that it is none, and it is busy once.
  'make-questions': { replies: [undefined, says('none'), busy] },
  'ways/make-questions-without-a-model': { replies: [], input: { choice: few, phrasing: null } },
  'ways/make-questions-out-of-tokens': {
    replies: [],
    input: { choice: few, phrasing: { model: null, limit: { kind: 'tokens', most: 400 } }, eventLimit: 1_800 },
  },
  'ways/make-questions-resumed': {
    replies: [down],
    input: { choice: few, limits: once, concurrency: 1, eventLimit: 1_800 },
    meanwhile: async (handle) => {
      await until(async () => ((await handle.query<MakingProgress>('progress')).note === null ? null : true), 60);
      await handle.signal('resume');
    },
  },
  'ways/make-questions-nobody-came': {
    replies: Array.from({ length: 40 }, () => down),
    input: { choice: few, limits: { ...once, personWaitSeconds: 1 }, concurrency: 1, eventLimit: 1_800 },
  },
};
