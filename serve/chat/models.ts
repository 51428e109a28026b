/** The models that chat clients choose among: one for each pipeline and repository. */
import { HttpError } from '../http/http-error.ts';
import type { Served, ServedPipeline, ServedRepository } from '../served.ts';

export type ChatModel = { id: string; pipeline: ServedPipeline; repository: ServedRepository };

/** `switchyard/orchestrated@fastify` and the others. */
export function chatModels({ pipelines, repositories }: Pick<Served, 'pipelines' | 'repositories'>): ChatModel[] {
  return repositories.flatMap((repository) =>
    pipelines.map((pipeline) => ({ id: `switchyard/${pipeline.name}@${repository.name}`, pipeline, repository })),
  );
}

/** @throws HttpError 404 with the ids there are */
export function modelNamed(models: readonly ChatModel[], id: string): ChatModel {
  const model = models.find((each) => each.id === id);
  if (model !== undefined) return model;
  const message = `there is no such model: take one of ${models.map((each) => each.id).join(', ')}`;
  throw new HttpError(404, message, { code: 'model_not_found', param: 'model' });
}

/** @param created when the server was started, in seconds */
export function modelObject({ id }: ChatModel, created: number) {
  return { id, object: 'model' as const, created, owned_by: 'switchyard' };
}
