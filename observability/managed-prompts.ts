/** Takes agents' prompts from Langfuse prompt management, each with the pipeline's own text as the fallback. */
import { z } from 'zod';
import type { PipelineSpec } from '../contracts/pipeline.ts';
import type { ManagedPrompt } from '../contracts/trace.ts';
import { callLangfuse, type LangfuseSettings } from './langfuse-api.ts';

/** A server that hangs costs a run this much, once. */
const patienceSeconds = 1.5;

const TextPrompt = z.looseObject({
  type: z.literal('text'),
  prompt: z.string().trim().min(1).max(20_000),
  version: z.int(),
});

export type ManagedPipeline = {
  pipeline: PipelineSpec;
  /** By agent: a specialist's name, `router`, `judge` or `synthesizer`. */
  prompts: Record<string, ManagedPrompt>;
  /** Why the server was not asked further; null where it answered. */
  problem: string | null;
};

/**
 * The pipeline with the prompts that carry the label in Langfuse, named `<pipeline>/<agent>`. What is not there stays as
 * it is; a server that is away leaves everything as it is.
 */
export async function withManagedPrompts(
  spec: PipelineSpec,
  settings: LangfuseSettings,
  label: string,
): Promise<ManagedPipeline> {
  const agents = [...spec.specialists.map(({ name }) => name), 'router', 'judge', 'synthesizer'];
  const prompts: Record<string, ManagedPrompt> = {};
  const texts: Record<string, string> = {};
  let problem: string | null = null;
  const fetchOne = async (agent: string) => {
    const name = `${spec.name}/${agent}`;
    const found = await fetchPrompt(settings, name, label);
    if (found === null) return;
    prompts[agent] = { name, version: found.version };
    texts[agent] = found.prompt;
  };
  const ends = await Promise.allSettled(agents.map(fetchOne));
  for (const end of ends) if (end.status === 'rejected') problem ??= String(end.reason);
  // All of one version of the team, or none: half of it would be a variant that nobody wrote.
  if (problem !== null) return { pipeline: spec, prompts: {}, problem };
  return { pipeline: withTexts(spec, texts), prompts, problem };
}

/** Null where there is no such prompt. @throws Error where the server does not say, or the prompt is no text */
async function fetchPrompt(settings: LangfuseSettings, name: string, label: string) {
  const path = `v2/prompts/${encodeURIComponent(name)}?label=${encodeURIComponent(label)}`;
  try {
    return TextPrompt.parse(await callLangfuse({ ...settings, timeoutSeconds: patienceSeconds }, path));
  } catch (error) {
    if (error instanceof Error && / 404 /.test(error.message)) return null;
    throw error;
  }
}

function withTexts(spec: PipelineSpec, texts: Readonly<Record<string, string>>): PipelineSpec {
  const own = (agent: string) => (texts[agent] === undefined ? {} : { prompt: texts[agent] });
  const { router, gate, synthesis } = spec;
  return {
    ...spec,
    specialists: spec.specialists.map((specialist) => ({ ...specialist, ...own(specialist.name) })),
    router: router === null ? null : { ...router, ...own('router') },
    gate: gate === null || gate.judge === null ? gate : { ...gate, judge: { ...gate.judge, ...own('judge') } },
    synthesis: { ...synthesis, ...own('synthesizer') },
  };
}
