/**
 * The first stage of the exercise: specialists that only say who they are, so that what is seen is the routing and the
 * selection alone.
 */
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import { PipelineSpec } from '../../contracts/pipeline.ts';
import { followRun } from '../ask/follow-run.ts';
import { QuestionInput } from '../../contracts/run.ts';
import type { Config } from '../../config/config.ts';
import { modelQueues } from '../../config/model-limits.ts';
import { CommandFailure } from '../../lib/errors.ts';
import { callLimits } from '../../application/questions/call-limits.ts';
import { newRunId, startRun } from '../../application/runs/start-run.ts';
import { watchRun } from '../../application/runs/watch-run.ts';
import { placeOf } from '../evaluate/dataset-repository.ts';
import { inParallel } from '../../lib/in-parallel.ts';
import { repositoryOf } from '../../application/questions/repository-argument.ts';
import { type LoadedRun, runOfServer } from '../../application/runs/load-run.ts';
import type { Session } from '../../application/session/session.ts';
import { failureText } from '../../application/runs/outcome-words.ts';

/** The same router and routes; each specialist has one call, in which it may only answer, and nothing comes after it. */
export function placeholderPipeline(spec: PipelineSpec): PipelineSpec {
  const specialists = spec.specialists.map(({ name, purpose, tools }) => ({
    ...{ name, purpose, tools, turnLimit: 1, maxOutputTokens: 1000 },
    prompt: `You stand in for the specialist "${name}" (${purpose}). You look at nothing. Reply only with this JSON object: ${JSON.stringify({ answer: `The specialist ${name} would answer this.`, citations: [], confidence: 0, insufficient: true, gaps: [] })}`,
  }));
  const { router, budget } = spec;
  return PipelineSpec.parse({ name: 'placeholders', router, specialists, gate: null, budget });
}

export type PlaceholderRun = {
  question: DatasetQuestion;
  run: LoadedRun;
  route: string | null;
  /** Who was selected to answer: more than one where no route was clear. */
  selected: string[];
  /** By route. */
  probabilities: Record<string, number>;
};

type Asked = { questions: readonly DatasetQuestion[]; folder: string; pipeline: PipelineSpec; settings: Config };

const width = 4;

/** @throws CommandFailure where the model stays away */
export async function runPlaceholders(session: Session, asked: Asked, signal: AbortSignal): Promise<PlaceholderRun[]> {
  const runs = new Map<DatasetQuestion, PlaceholderRun>();
  await inParallel(
    asked.questions,
    { width, signal },
    (question) => runOne(session, asked, question, signal),
    (each) => {
      if (each !== null) runs.set(each.question, each);
    },
  );
  return asked.questions.flatMap((question) => runs.get(question) ?? []);
}

/** Null: Ctrl-C came first. */
async function runOne(
  session: Session,
  { folder, pipeline, settings }: Asked,
  question: DatasetQuestion,
  signal: AbortSignal,
): Promise<PlaceholderRun | null> {
  const input = QuestionInput.parse({
    question: question.question,
    repository: await repositoryOf(placeOf(question, folder)),
    pipeline,
    forcedRoute: null,
    limits: callLimits(settings.model, null, modelQueues(settings)),
  });
  const { handle, runId, workflowId } = await startRun(session, input, newRunId('exercise'));
  const ending = await followRun(watchRun(session, { handle, runId }, signal), {
    onProgress: () => {},
    stopWhenWaiting: true,
  });
  if (ending.kind === 'interrupted') return null;
  if (ending.kind === 'waiting') {
    const { waitingFor } = ending.progress;
    throw new CommandFailure(`the model stays away: ${waitingFor === null ? '' : failureText(waitingFor)}`);
  }
  const { route, routing, routes_run } = ending.outcome.state;
  const run = await runOfServer(session, workflowId);
  const probabilities = Object.fromEntries(
    (routing?.probabilities ?? []).map(({ route: name, probability }) => [name, probability]),
  );
  return { question, run, route, selected: routes_run, probabilities };
}
