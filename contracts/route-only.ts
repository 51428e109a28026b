/** The input and result of a run that only routes: no repository is opened, no specialist works. */
import { z } from 'zod';
import { PipelineSpec } from './pipeline-spec.ts';
import { CallLimits, questionMaxCharacters } from './question.ts';
import { RouteDecision } from './routing.ts';
import { Usage } from './usage.ts';

export const RouteInput = z.object({
  question: z.string().trim().min(1).max(questionMaxCharacters),
  pipeline: PipelineSpec,
  /** Skips the router. */
  forcedRoute: z.string().nullable(),
  limits: CallLimits,
});
export type RouteInput = z.infer<typeof RouteInput>;

export const RouteResult = RouteDecision.extend({
  usage: Usage,
  /** The model that answered; null when none was asked. */
  model: z.string().nullable(),
});
export type RouteResult = z.infer<typeof RouteResult>;
