/** Chooses questions by what stands in the dataset, or by what an earlier benchmark made of them. */
import type { DatasetQuestion } from '../../../contracts/dataset.ts';
import { labels as allLabels } from '../../../harness/labels.ts';
import { UsageError } from '../../../lib/errors.ts';
import type { FilterField as Field, QuestionFilter } from '../../input/option-values.ts';
import { recordedLabels } from './recorded-labels.ts';

const readings: Record<Exclude<Field, 'label'>, (question: DatasetQuestion) => readonly string[]> = {
  route: ({ expected_route }) => [expected_route],
  kind: ({ kind }) => [kind],
  id: ({ id }) => [id],
  tag: ({ tags }) => tags,
  split: ({ split }) => [split],
  text: ({ question }) => [question],
};

/** @param dataDirectory where earlier benchmarks lie; @throws UsageError where a filter leaves no question */
export async function filtered(
  questions: readonly DatasetQuestion[],
  filters: readonly QuestionFilter[],
  dataDirectory: string,
): Promise<DatasetQuestion[]> {
  let left = [...questions];
  for (const filter of filters) {
    const { field, not, values, benchmark, text } = filter;
    if (field === 'label') expectLabels(values);
    const labels = field === 'label' ? await recordedLabels(dataDirectory, left, benchmark) : null;
    const of = (question: DatasetQuestion) =>
      field === 'label' ? (labels?.get(question.id) ?? []) : readings[field](question);
    const fits = (found: string) =>
      values.some((value) => (field === 'text' ? found.toLowerCase().includes(value.toLowerCase()) : found === value));
    const kept = left.filter((question) => of(question).some(fits) !== not);
    if (kept.length === 0) throw new UsageError(`--filter ${text} leaves no question${hint(left, field)}`);
    left = kept;
  }
  return left;
}

function expectLabels(values: readonly string[]): void {
  const unknown = values.find((value) => !allLabels.some((label) => label === value));
  if (unknown !== undefined)
    throw new UsageError(`--filter: there is no label ${unknown}; there are ${allLabels.join(', ')}`);
}

/** What there is to choose from, where that is a few. */
function hint(questions: readonly DatasetQuestion[], field: Field): string {
  if (field === 'label' || field === 'text' || field === 'id') return '';
  const there = [...new Set(questions.flatMap(readings[field]))].sort();
  return there.length === 0 ? ': none has one' : `: there are ${there.slice(0, 20).join(', ')}`;
}
