/** The input of a run that a bench starts by itself. */
import { resolve } from 'node:path';
import { checkoutFolder } from '../../config/load-config.ts';
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import type { CallLimits, QuestionInput } from '../../contracts/run.ts';

const limits: CallLimits = {
  ...{ modelCallSeconds: 60, modelCallTotalSeconds: 300, modelCallAttempts: 5, heartbeatSeconds: 5 },
};

export type AboutQuestion = {
  /** A folder; relative to the checkout. */
  repository?: string;
  /** In place of a minute for a call, five for all its attempts, and a heartbeat every five seconds. */
  limits?: Partial<CallLimits>;
};

export function questionInput(question: string, pipeline: PipelineSpec, about: AboutQuestion = {}): QuestionInput {
  const { repository = 'node_modules/commander' } = about;
  return {
    ...{ question, pipeline, forcedRoute: null },
    repository: { kind: 'path', path: resolve(checkoutFolder, repository) },
    limits: { ...limits, ...about.limits },
  };
}
