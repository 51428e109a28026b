/** Lists every field in which two variants differ, and which of these make a comparison say nothing about the split. */
import type { PipelineSpec } from '../../contracts/pipeline.ts';
import { fnv1a } from '../../lib/random.ts';

/** `path` such as `specialists.code.turnLimit`; a side that lacks the field is undefined. */
export type SpecDifference = { path: string; baseline: unknown; candidate: unknown };

/** Deep; specialists are matched by name, so that their order is no difference. */
export function specDifferences(baseline: PipelineSpec, candidate: PipelineSpec): SpecDifference[] {
  return differences('', readable(baseline), readable(candidate));
}

/** A fitted router stands for its content: its numbers say nothing to a reader. */
function readable(spec: PipelineSpec): unknown {
  const { router } = spec;
  if (router?.fitted === undefined) return spec;
  const { questions } = router.fitted.fittedOn;
  const hash = fnv1a(JSON.stringify(router.fitted)).toString(16).padStart(8, '0');
  return { ...spec, router: { ...router, fitted: `fitted on ${questions} questions, content ${hash}` } };
}

/** Why the variants are not a matched pair: only routing, prompts and the partition of tools may differ. */
export function unmatchedReasons(baseline: PipelineSpec, candidate: PipelineSpec): string[] {
  const sides = [baseline, candidate] as const;
  const differ = (of: (spec: PipelineSpec) => unknown) =>
    differences('', ...(sides.map(of) as [unknown, unknown])).length > 0;
  const say = (name: string, of: (spec: PipelineSpec) => string) => `${name}: ${of(baseline)} against ${of(candidate)}`;
  const text = (of: (spec: PipelineSpec) => unknown) => (spec: PipelineSpec) => JSON.stringify(of(spec) ?? null);
  const checks: [string, (spec: PipelineSpec) => unknown][] = [
    ['the retry limit differs', (spec) => spec.gate?.retryLimit ?? null],
    ['the gate differs', (spec) => (spec.gate === null ? null : { ...spec.gate, retryLimit: 0 })],
    ['the reranker differs', (spec) => spec.rerank ?? null],
    ['the models differ', modelsOf],
    ['the union of tools differs', (spec) => unique(spec.specialists.flatMap(({ tools }) => tools))],
    ['the budget differs', (spec) => spec.budget],
  ];
  return checks.filter(([, of]) => differ(of)).map(([name, of]) => say(name, text(of)));
}

/** Every model that the spec names; a role without one uses the model of the settings. */
function modelsOf({ router, specialists, gate, synthesis }: PipelineSpec): string[] {
  const roles = [...specialists, synthesis, ...(router ? [router] : []), ...(gate?.judge ? [gate.judge] : [])];
  const retry = gate?.retryModel === undefined ? [] : [gate.retryModel];
  const fallbacks = roles.flatMap(({ fallbackModel }) => fallbackModel ?? []);
  return unique([...roles.map(({ model }) => model ?? '(of the settings)'), ...retry, ...fallbacks]);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

function differences(path: string, baseline: unknown, candidate: unknown): SpecDifference[] {
  const one = branches(baseline);
  const other = branches(candidate);
  if (one === null || other === null)
    return JSON.stringify(baseline) === JSON.stringify(candidate) ? [] : [{ path, baseline, candidate }];
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((key) =>
    differences(path === '' ? key : `${path}.${key}`, one.get(key), other.get(key)),
  );
}

/** Null for a value without parts; a list of named objects is keyed by name, other lists are values. */
function branches(value: unknown): Map<string, unknown> | null {
  if (typeof value !== 'object' || value === null) return null;
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  const named = value.map((each) => (typeof each === 'object' && each !== null && 'name' in each ? each.name : null));
  if (named.length === 0 || !named.every((name) => typeof name === 'string')) return null;
  return new Map(named.map((name, at) => [name as string, value[at]]));
}
