/**
 * Questions as tests of promptfoo, and back. Facts are assertions (`icontains-any`, `contains-any`, `regex`), the whole
 * question travels in the metadata, so that nothing is lost; assertions that somebody changed meanwhile win over it.
 */
import { isDeepStrictEqual } from 'node:util';
import { DatasetQuestion, type Fact } from '../../contracts/dataset.ts';
import { type ImportDefaults, importedQuestion, type Losses } from './imported.ts';

export type PromptfooAssertion = { type: string; value?: unknown; threshold?: number };
export type PromptfooTest = {
  description?: string;
  vars?: Record<string, unknown>;
  assert?: PromptfooAssertion[];
  metadata?: Record<string, unknown>;
};

/** Under it the whole question stands in the metadata. */
export const wholeQuestion = 'switchyard';

const abstains = 'It says that the repository does not hold the answer, and makes none up.';

export function toPromptfoo(question: DatasetQuestion): PromptfooTest {
  const { id, repository, ref, expected_route, split } = question;
  return {
    description: id,
    vars: { question: question.question, repository, ...(ref === null ? {} : { ref }) },
    assert: assertionsOf(question),
    metadata: { route: expected_route, split, [wholeQuestion]: question },
  };
}

function assertionsOf(question: DatasetQuestion): PromptfooAssertion[] {
  const { kind, must_mention, forbidden_claims, reference_answer } = question;
  return [
    ...must_mention.map((fact) => assertionOf(fact)),
    ...forbidden_claims
      .flatMap((claim) => claim.map((wording) => ({ ...assertionOf([wording]), not: true })))
      .map(negated),
    ...(reference_answer === null ? [] : [{ type: 'factuality', value: reference_answer }]),
    ...(kind === 'unanswerable' ? [{ type: 'llm-rubric', value: abstains }] : []),
  ];
}

/** Ways to say a fact that match in different ways are all taken as words there: the metadata has the truth. */
function assertionOf(fact: Fact): PromptfooAssertion {
  const [first] = fact;
  const texts = fact.map(({ text }) => text);
  if (fact.length === 1 && first?.match === 'regex') return { type: 'regex', value: first.text };
  return { type: fact.every(({ match }) => match === 'code') ? 'contains-any' : 'icontains-any', value: texts };
}

const negated = ({ type, value }: PromptfooAssertion): PromptfooAssertion => ({ type: `not-${type}`, value });

/** @throws LineProblem */
export function fromPromptfoo(
  { description, vars = {}, assert = [], metadata = {} }: PromptfooTest,
  defaults: ImportDefaults,
  at: string,
  losses: Losses,
): DatasetQuestion {
  const kept = DatasetQuestion.safeParse(metadata[wholeQuestion]);
  const before = kept.success ? kept.data : null;
  const asked = questionIn(vars);
  const same = before !== null && isDeepStrictEqual(assert, assertionsOf(before));
  const read = same ? {} : readAssertions(assert, losses);
  if (before === null && Object.keys(vars).length > 1 && vars.question === undefined)
    losses.add('variables beside the one that is the question');
  const own: Record<string, unknown> = {
    ...(before ?? { id: description ?? at, tags: [], note: '' }),
    ...(asked === null ? {} : { question: asked }),
    ...(typeof vars.repository === 'string' ? { repository: vars.repository } : {}),
    ...(typeof vars.ref === 'string' ? { ref: vars.ref } : {}),
    ...(before === null && typeof metadata.route === 'string' ? { expected_route: metadata.route } : {}),
    ...read,
  };
  return importedQuestion(own, defaults, at, losses);
}

/** The variable that is called so, else the longest text. */
function questionIn(vars: Record<string, unknown>): string | null {
  const named = ['question', 'input', 'query', 'prompt']
    .map((name) => vars[name])
    .find((value) => typeof value === 'string');
  const texts = Object.values(vars).filter((value) => typeof value === 'string');
  return named ?? texts.toSorted((one, other) => other.length - one.length)[0] ?? null;
}

function readAssertions(assertions: readonly PromptfooAssertion[], losses: Losses): Record<string, unknown> {
  const must_mention: Fact[] = [];
  const forbidden_claims: Fact[] = [];
  let reference_answer: string | null = null;
  let kind: string | null = null;
  for (const { type, value, threshold } of assertions) {
    if (threshold !== undefined) losses.add(`the threshold of an assertion of type ${type}`);
    const facts = factsOf(type.replace(/^not-/, ''), value);
    if (facts !== null && type.startsWith('not-')) forbidden_claims.push(...facts);
    else if (facts !== null) must_mention.push(...facts);
    else if (type === 'llm-rubric' && value === abstains) kind = 'unanswerable';
    else if (/^(factuality|similar|equals|model-graded-factuality)$/.test(type) && typeof value === 'string')
      reference_answer ??= value;
    else losses.add(`an assertion of type ${type}`);
  }
  return {
    must_mention,
    forbidden_claims,
    ...(reference_answer === null ? {} : { reference_answer }),
    ...(kind === null ? {} : { kind }),
  };
}

function factsOf(type: string, value: unknown): Fact[] | null {
  const texts = (Array.isArray(value) ? value : [value])
    .map((each) => String(each ?? '').trim())
    .filter((each) => each !== '');
  if (texts.length === 0) return null;
  const match = type.startsWith('i') ? 'words' : 'code';
  if (/^i?contains(-any)?$/.test(type)) return [texts.map((text) => ({ text, match }))];
  if (/^i?contains-all$/.test(type)) return texts.map((text) => [{ text, match }]);
  return type === 'regex' ? [texts.map((text) => ({ text, match: 'regex' as const }))] : null;
}
