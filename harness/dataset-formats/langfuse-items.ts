/** Questions as items of a Langfuse dataset, and back: the whole question travels in the metadata, what people see in its fields. */
import { isDeepStrictEqual } from 'node:util';
import { DatasetQuestion } from '../../contracts/dataset.ts';
import { type ImportDefaults, importedQuestion, type Losses } from './imported.ts';
import { wholeQuestion } from './promptfoo.ts';

export type LangfuseItem = {
  id: string;
  input: unknown;
  expectedOutput: unknown;
  metadata: unknown;
  status?: string | undefined;
};

/** Ids are unique within a project there. */
export function toLangfuseItem(dataset: string, question: DatasetQuestion): LangfuseItem {
  return {
    id: `${dataset}:${question.id}`.slice(-200),
    input: question.question,
    expectedOutput: expectedOutputOf(question),
    metadata: { route: question.expected_route, split: question.split, kind: question.kind, [wholeQuestion]: question },
    status: question.review?.verdict === 'rejected' ? 'ARCHIVED' : 'ACTIVE',
  };
}

/** In words: the reference answer, or else the facts. */
export function expectedOutputOf({
  kind,
  reference_answer,
  must_mention,
}: Pick<DatasetQuestion, 'kind' | 'reference_answer' | 'must_mention'>): string {
  if (kind === 'unanswerable') return 'The repository does not hold the answer.';
  return reference_answer ?? must_mention.map((fact) => fact.map(({ text }) => text).join(' / ')).join('; ');
}

/** Input and expected output that were changed there win over the metadata. @throws LineProblem */
export function fromLangfuseItem(
  { id, input, expectedOutput, metadata, status }: LangfuseItem,
  defaults: ImportDefaults,
  losses: Losses,
): DatasetQuestion | null {
  if (status === 'ARCHIVED' && wholeIn(metadata) === null) {
    losses.add('left out: the item is archived');
    return null;
  }
  const before = wholeIn(metadata);
  const question = textOf(input);
  const answer = expectedOutput === null || expectedOutput === undefined ? null : textOf(expectedOutput);
  const changed = before === null || !isDeepStrictEqual(answer, expectedOutputOf(before));
  if (before === null && typeof input !== 'string')
    losses.add('an input of several fields: one of them is the question');
  if (before === null && metadata !== null && metadata !== undefined) losses.add('metadata of the item');
  const own = {
    ...(before ?? { id: id.slice(0, 200) }),
    ...(question === null ? {} : { question }),
    ...(changed && answer !== null && answer !== '' ? { reference_answer: answer } : {}),
  };
  return importedQuestion(own, defaults, `item ${id}`, losses);
}

function wholeIn(metadata: unknown): DatasetQuestion | null {
  const whole =
    typeof metadata === 'object' && metadata !== null
      ? (metadata as Record<string, unknown>)[wholeQuestion]
      : undefined;
  return DatasetQuestion.safeParse(whole).data ?? null;
}

/** A text, or the field of an object that is one. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return null;
  const fields = value as Record<string, unknown>;
  const named = ['question', 'input', 'query', 'prompt', 'answer', 'output', 'expected'].map((name) => fields[name]);
  return named.find((each) => typeof each === 'string') ?? JSON.stringify(value);
}
