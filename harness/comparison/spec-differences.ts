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

/**
 * Why the variants are not a matched pair, each reason a sentence that names what the one has and the other lacks: only
 * routing, prompts and the partition of tools may differ. A preview tells the same sentences before anything is paid.
 */
export function unmatchedReasons(baseline: PipelineSpec, candidate: PipelineSpec): string[] {
  const sides = [baseline, candidate] as const;
  const fieldsOf = (name: string, of: (spec: PipelineSpec) => unknown) => fieldReasons(name, sides, of);
  return [
    ...lacking('tool', sides, ({ specialists }) => specialists.flatMap(({ tools }) => tools)),
    ...lacking('model', sides, modelsOf),
    ...gateReasons(sides),
    ...(baseline.gate && candidate.gate ? fieldsOf('gate', ({ gate }) => gate) : []),
    ...fieldsOf('reranker', ({ rerank }) => rerank),
    ...fieldsOf('budget', ({ budget }) => budget),
  ];
}

type Sides = readonly [PipelineSpec, PipelineSpec];

function lacking(what: string, [one, other]: Sides, of: (spec: PipelineSpec) => string[]): string[] {
  const missing = (from: PipelineSpec, there: PipelineSpec) => {
    const names = unique(of(there).filter((name) => !of(from).includes(name)));
    const many = names.length === 1 ? `the ${what}` : `the ${what}s`;
    return names.length === 0 ? [] : [`"${from.name}" lacks ${many} ${names.join(', ')}, which "${there.name}" has`];
  };
  return [...missing(other, one), ...missing(one, other)];
}

function gateReasons([one, other]: Sides): string[] {
  if ((one.gate === null) === (other.gate === null)) return [];
  const [without, having] = one.gate === null ? [one, other] : [other, one];
  return [`"${without.name}" has no gate, and "${having.name}" has one`];
}

/** One sentence for each field: the retry limit is a field of the gate. */
function fieldReasons(name: string, [one, other]: Sides, of: (spec: PipelineSpec) => unknown): string[] {
  return differences('', of(one), of(other)).map(({ path, baseline, candidate }) => {
    const [before, after] = [baseline, candidate].map((value) => JSON.stringify(value) ?? 'absent');
    const field = path === '' ? `the ${name}` : `${path} of the ${name}`;
    return `${field} is ${before} in "${one.name}" and ${after} in "${other.name}"`;
  });
}

/** Every model that the spec names; a role without one uses the model of the settings. */
function modelsOf({ router, specialists, gate, synthesis }: PipelineSpec): string[] {
  const roles = [...specialists, synthesis, ...(router ? [router] : []), ...(gate?.judge ? [gate.judge] : [])];
  const retry = gate?.retryModel === undefined ? [] : [gate.retryModel];
  const fallbacks = roles.flatMap(({ fallbackModel }) => fallbackModel ?? []);
  return unique([...roles.map(({ model }) => model ?? '(that of the settings)'), ...retry, ...fallbacks]);
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
