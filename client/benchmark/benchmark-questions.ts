/** Chooses the questions of a benchmark, and names the set by its content. */
import { createHash } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import type { z } from 'zod';
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import { readDataset } from '../../harness/dataset.ts';
import { bringsShipped, folderOf, formerPlaces, placeOf, shippedFolder } from '../evaluate/dataset-repository.ts';
import { UsageError } from '../../lib/errors.ts';
import { codeFolder } from '../../lib/own-files.ts';
import { asUsage, readWholeFile } from '../input/json-lines-file.ts';
import { repositoryOf } from '../../application/questions/repository-argument.ts';

export const shippedDataset = join(codeFolder, 'datasets/fastify.jsonl');

export type QuestionChoice = {
  /** Unset: the one that ships. */
  dataset?: string;
  /** Only questions of this expected route. */
  route?: string;
  /** So many of them, spread evenly over the file. */
  questions?: number;
};

export type BenchmarkQuestions = {
  /** The file's name, and the first 12 hexadecimal digits of the SHA-256 of what is asked. */
  name: string;
  /** The same of the whole file, where not all of it is asked. */
  whole?: string;
  /** JSON lines, as they will lie in the benchmark's folder. */
  text: string;
  questions: DatasetQuestion[];
  /** What their repositories are relative to. */
  folder: string;
  /** Expected routes of the whole file, also where not all of it is asked. */
  routes: string[];
  /** What a reader must know of them. */
  remarks: string[];
};

type Choose = (questions: readonly DatasetQuestion[]) => Promise<readonly DatasetQuestion[]>;

/**
 * @param choose takes some of those of the route; all unless given
 * @throws UsageError for the first mistake, also where a repository cannot be there
 */
export async function benchmarkQuestions(
  choice: QuestionChoice,
  choose: Choose = async (questions) => questions,
): Promise<BenchmarkQuestions> {
  const file = choice.dataset ?? shippedDataset;
  const whole = await readWholeFile(file);
  const all = asUsage(() => readDataset(whole, file));
  const onRoute =
    choice.route === undefined ? all : all.filter(({ expected_route }) => expected_route === choice.route);
  if (onRoute.length === 0) {
    throw new UsageError(
      `no question of ${file} has the route "${choice.route}": there are ${routesOf(all).join(', ')}`,
    );
  }
  const fitting = await choose(onRoute);
  const questions = spread(fitting, choice.questions ?? fitting.length);
  const folder = folderOf(file);
  await expectRepositories(questions, folder);
  const text = questions.length === all.length ? whole : linesOf(questions);
  const nameOf = (content: string) => `${basename(file).replace(/\.jsonl?$/, '')}-${shortHash(content)}`;
  const chosen = text === whole ? {} : { whole: nameOf(whole) };
  const remarks = formerPlaces(questions, folder);
  return { name: nameOf(text), ...chosen, text, questions, folder, routes: routesOf(all), remarks };
}

/**
 * Questions of a program. Their folders are made absolute, so that whoever resumes the benchmark finds them.
 * @throws UsageError for the first mistake, also where a repository cannot be there
 */
export async function givenQuestions(given: readonly z.input<typeof DatasetQuestion>[]): Promise<BenchmarkQuestions> {
  const lines = given.map((question) => ({ ...question, repository: absolute(question.repository) }));
  const whole = lines.map((question) => `${JSON.stringify(question)}\n`).join('');
  const questions = asUsage(() => readDataset(whole, 'data'));
  const folder = process.cwd();
  await expectRepositories(questions, folder);
  const text = linesOf(questions);
  return { name: `data-${shortHash(text)}`, text, questions, folder, routes: routesOf(questions), remarks: [] };
}

const routesOf = (questions: readonly DatasetQuestion[]) => [
  ...new Set(questions.map(({ expected_route }) => expected_route)),
];

const absolute = (repository: unknown) =>
  typeof repository === 'string' && !repository.includes(':') ? resolve(repository) : repository;

/** @throws UsageError that says for a dataset that ships where its repositories come from */
export async function withAdvice<Found>(found: Promise<Found>, folder: string): Promise<Found> {
  try {
    return await found;
  } catch (error) {
    if (!(error instanceof UsageError) || resolve(folder) !== shippedFolder) throw error;
    throw new UsageError(`${error.message} (${bringsShipped})`);
  }
}

async function expectRepositories(questions: readonly DatasetQuestion[], folder: string): Promise<void> {
  const places = new Map(questions.map((question) => [`${question.repository} ${question.ref}`, question]));
  for (const question of places.values()) await withAdvice(repositoryOf(placeOf(question, folder)), folder);
}

/** One JSON line each, in the form of the dataset's schema. */
export function linesOf(questions: readonly DatasetQuestion[]): string {
  return questions.map((question) => `${JSON.stringify(question)}\n`).join('');
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** Files list their questions route by route: the first ones alone would be all of one route. */
function spread<Each>(all: readonly Each[], wanted: number): Each[] {
  const many = Math.min(wanted, all.length);
  return Array.from({ length: many }, (_, at) => all[Math.floor((at * all.length) / many)] as Each);
}
