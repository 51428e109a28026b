/** What came out of the making of a dataset: its questions with the place of their repository, and the counts. */
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { DatasetQuestion } from '../../contracts/dataset.ts';
import { apart } from '../../contracts/evaluation/drop-counts.ts';
import type { MadeQuestions } from '../../contracts/evaluation/question-making.ts';

type Where = { repo: string; output?: string; commit: string | null };

export function toQuestions({ questions }: MadeQuestions, { repo, output, commit }: Where): DatasetQuestion[] {
  const repository = repositoryIn(repo, output);
  return questions.map((question) => DatasetQuestion.parse({ ...question, repository, ref: commit }));
}

/** A URL as it stands; a folder relative to the dataset's own file where it is near, else absolute. */
export function repositoryIn(repo: string, output: string | undefined): string {
  if (/^[\w+.-]+:\/\/|^[\w.-]+@[\w.-]+:/.test(repo)) return repo;
  const folder = resolve(repo);
  if (output === undefined) return folder;
  const path = relative(dirname(resolve(output)), folder);
  if (path === '') return '.';
  return isAbsolute(path) || path.split('/').filter((part) => part === '..').length > 2 ? folder : path;
}

export type MadeSummary = ReturnType<typeof madeSummary>;

export function madeSummary(
  { found, dropped, usage, cut, snapshot }: MadeQuestions,
  questions: readonly DatasetQuestion[],
  { id, output, wanted }: { id: string; output: string | null; wanted: number },
) {
  const count = (key: (question: DatasetQuestion) => string) =>
    Object.fromEntries([...Map.groupBy(questions, key)].map(([name, members]) => [name, members.length]));
  return {
    id,
    file: output,
    repository: snapshot.label,
    ref: questions[0]?.ref ?? null,
    wanted,
    questions: questions.length,
    phrased: questions.filter(({ origin }) => origin !== null && origin.phrased_by !== 'template').length,
    routes: count(({ expected_route }) => expected_route),
    kinds: count(({ kind }) => kind),
    sources: count(({ origin }) => origin?.source ?? 'other'),
    splits: count(({ split }) => split),
    first_in_search: questions.filter(({ origin }) => origin?.search_rank === 1).length,
    found,
    ...apart(dropped),
    usage,
    /** Why a model did not phrase all of them. */
    cut,
  };
}

export function madeText(summary: MadeSummary): string {
  const list = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, many]) => `${name} ${many}`)
      .join(', ') || 'none';
  const { questions, wanted, phrased, usage, cut } = summary;
  const cost = usage.costUsd === null ? 'cost unknown' : `$${usage.costUsd.toFixed(4)}`;
  const spent =
    usage.modelCalls === 0
      ? []
      : [`model       ${usage.modelCalls} calls, ${usage.inputTokens + usage.outputTokens} tokens, ${cost}`];
  return [
    `${summary.file ?? 'dataset'}: ${questions} of ${wanted} questions about ${summary.repository}${summary.ref === null ? '' : ` at ${summary.ref.slice(0, 12)}`}`,
    `phrased     by a model ${phrased}, by templates ${questions - phrased}${cut === null ? '' : ` (${cut})`}`,
    `routes      ${list(summary.routes)}`,
    `kinds       ${list(summary.kinds)}`,
    `sources     ${list(summary.sources)}`,
    `splits      ${list(summary.splits)}; no file is in both`,
    `search      ${summary.first_in_search} of them have an expected file first in a plain search`,
    `candidates  ${list(summary.found)}`,
    `dropped     ${list(summary.dropped)}`,
    ...(Object.keys(summary.refused).length === 0
      ? []
      : [`refused     phrasings of the model: ${list(summary.refused)}`]),
    ...spent,
    ...(questions < wanted ? [`note: the repository gave too little for ${wanted - questions} more`] : []),
    'nobody has reviewed them: see "switchyard dataset review"',
  ].join('\n');
}
