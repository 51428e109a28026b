/** What one `switchyard serve` serves: the only repositories and pipelines that its surfaces may ask. */
import { loadPipeline } from '../application/pipelines/pipeline-files.ts';
import { InvalidInput } from '../application/errors.ts';
import type { QuestionBudget } from '../application/questions/question-input.ts';
import { repositoryOf } from '../application/questions/repository-argument.ts';
import type { LastingSession } from '../application/session/lasting-session.ts';
import type { Config } from '../config/config.ts';
import type { Logger } from '../observability/logging.ts';

/** `given`: the folder or URL, or the shipped name or file, as the application layer takes it. */
export type ServedRepository = { name: string; given: string };
export type ServedPipeline = { name: string; given: string };

/** As surfaces are given it. */
export type Served = {
  settings: Config;
  session: LastingSession;
  /** At least one of each; names are unique. */
  repositories: readonly ServedRepository[];
  pipelines: readonly ServedPipeline[];
  budget: QuestionBudget;
  /** Whether questions are given what was remembered of their repository. */
  memory: boolean;
  /** Where people reach this server; null: where the request came in. */
  publicUrl: URL | null;
  log: Logger;
};

/** @throws InvalidInput for a repository that there is not, or two that are the same */
export async function servedRepositories(given: readonly string[]): Promise<ServedRepository[]> {
  const served: ServedRepository[] = [];
  for (const repo of given) {
    const found = await repositoryOf({ repo });
    const place = found.kind === 'path' ? found.path : found.url;
    if (served.some((other) => other.given === place))
      throw new InvalidInput('repo', `--repo ${repo} is named twice: once is enough`);
    served.push({ name: freeName(nameOf(place), served), given: place });
  }
  return served;
}

/** @throws InvalidInput for a pipeline that there is not, or two of one name */
export async function servedPipelines(given: readonly string[], { toolModules }: Config): Promise<ServedPipeline[]> {
  const served: ServedPipeline[] = [];
  for (const pipeline of given) {
    const { name } = await loadPipeline(pipeline, toolModules);
    if (served.some((other) => other.name === name))
      throw new InvalidInput('pipeline', `--pipeline ${pipeline}: there are two of the name "${name}": rename one`);
    served.push({ name, given: pipeline });
  }
  return served;
}

/** The last part of a path or URL, as it may stand in the name of a model. */
function nameOf(place: string): string {
  const last =
    place
      .replace(/[/\\]+$/, '')
      .split(/[/\\:]/)
      .at(-1) ?? '';
  return (
    last
      .replace(/\.git$/, '')
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .slice(0, 60) || 'repository'
  );
}

/** `fastify`, `fastify-2`. */
function freeName(name: string, served: readonly ServedRepository[]): string {
  const isTaken = (each: string) => served.some((other) => other.name === each);
  let free = name;
  for (let number = 2; isTaken(free); number += 1) free = `${name}-${number}`;
  return free;
}
