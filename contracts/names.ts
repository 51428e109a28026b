/** Names that client, worker and workflows must agree on. */

export const workflowTypes = {
  answerQuestion: 'answerQuestion',
  routeQuestion: 'routeOnly',
  runBenchmark: 'runBenchmark',
  makeQuestions: 'makeQuestions',
  lookForReplies: 'lookForReplies',
} as const;
/** The workflow that sends traces: none that a person has started. */
export const exporterType = 'exportTraces';
/** The workflow that tells a webhook of a run: none that a person has started. */
export const noticeType = 'deliverNotice';
export const queries = { state: 'state', progress: 'progress', exports: 'exports', pending: 'pending' } as const;
/** A person's decision on what a run asks; the signal of the same name and shape is for where no worker runs. */
export const updates = { decide: 'decide' } as const;
/** `retry` resumes a run that waits for a provider or was paused; its name is older than the word; `pause` pauses a run or a benchmark; `opening` tells it how far its repository is, `call` whether a model call waits for its turn or is under way; `decide` is the update of that name where no worker takes it; `export` hands runs over to the exporter of traces; the others are for benchmarks. */
export const signals = {
  retry: 'retry',
  opening: 'opening',
  call: 'call',
  pause: 'pause',
  resume: 'resume',
  decide: 'decide',
  export: 'export',
} as const;

export const defaultTaskQueue = 'switchyard';

/** What search attributes are called; `runs` and the Web UI filter by them. */
export const attributeNames = {
  route: 'SwitchyardRoute',
  outcome: 'SwitchyardOutcome',
  retryCount: 'SwitchyardRetryCount',
  pipeline: 'SwitchyardPipeline',
  repository: 'SwitchyardRepository',
  benchmark: 'SwitchyardBenchmark',
} as const;

/** Their Temporal types. */
export const searchAttributes = {
  [attributeNames.route]: 'KEYWORD',
  [attributeNames.outcome]: 'KEYWORD',
  [attributeNames.retryCount]: 'INT',
  [attributeNames.pipeline]: 'KEYWORD',
  [attributeNames.repository]: 'KEYWORD',
  [attributeNames.benchmark]: 'KEYWORD',
} as const;

/** The tools that a spec may give to its specialists, and what each searches; `any`: whatever it is pointed at. */
export const toolKinds = {
  search_code: 'code',
  search_docs: 'docs',
  read_lines: 'any',
  find_symbol: 'code',
  find_references: 'code',
  grep: 'any',
  list_files: 'any',
  git_log: 'any',
  repository_map: 'any',
} as const;
export type ToolName = keyof typeof toolKinds;
export const toolNames = Object.keys(toolKinds) as readonly ToolName[];

/** The name that the offline model answers to. */
export const offlineModelName = 'switchyard-offline';

/** A question of a dataset, where traces are compared as experiments: their store takes ids of this length. */
export function datasetItemIdOf(dataset: string, questionId: string): string {
  return `${dataset}:${questionId}`.slice(-200);
}

/** The workflow id of one trial of a question. */
export function trialIdOf(benchmark: string, variant: string, questionId: string, trial: number): string {
  return `${benchmark}/${variant}/${questionId}/${trial}`;
}

/** One trial of one variant of a benchmark, where traces are compared. */
export function experimentNameOf(benchmark: string, variant: string, trial: number): string {
  return `${benchmark}/${variant}/${trial}`.slice(-200);
}

/** @returns what `experimentNameOf` was given; null for a name of another shape */
export function experimentOf(name: string): { benchmark: string; variant: string; trial: number } | null {
  const [, benchmark, variant, trial] = /^([^/]*)\/(.*)\/(\d+)$/.exec(name) ?? [];
  return benchmark === undefined || variant === undefined ? null : { benchmark, variant, trial: Number(trial) };
}

/** What lists of experiments show of that trial: the variant first, since all of a benchmark begin with its id. */
export function experimentTitleOf(name: string): string {
  const found = experimentOf(name);
  return found === null ? name : `${found.variant} ${found.trial} (${found.benchmark})`;
}

/** The environment of traces and scores of benchmarks, so that people's questions stay apart; at most 40 characters. */
export function benchmarkEnvironmentOf(environment: string): string {
  return environment === 'default' ? 'benchmark' : `${environment.slice(0, 30)}-benchmark`;
}

/** The queue of a deployment's exports: an outage of the trace server never takes the slots that answers need. */
export function exportQueueOf(taskQueue: string): string {
  return `${taskQueue}-traces`;
}

/** The queue of notices to a webhook, which only workers that know its address take. */
export function noticeQueueOf(taskQueue: string): string {
  return `${taskQueue}-webhook`;
}

/** Failures of one run's export that no further try can mend: its history is gone, no trace can be made of it, or its trace is refused. */
export const asideFailures = ['HistoryGone', 'TraceUnreadable', 'TraceRefused'] as const;
/** The failure of an export whose run has not ended yet. */
export const runGoesOn = 'RunGoesOn';

/** The one exporter of a deployment. */
export function exporterIdOf(taskQueue: string): string {
  return exportQueueOf(taskQueue);
}

/** In the memo of a run that could not hand itself over to the exporter: a sweep of a worker does it. */
export const untracedMemo = 'untraced';

/**
 * A benchmark stands behind whatever a person asks: 5 is the lowest priority that a server takes, 3 that of an ordinary
 * run. Its fairness key, of 64 bytes at most, keeps benchmarks fair to each other.
 */
export function benchmarkPriority(id: string): { priorityKey: number; fairnessKey: string } {
  return { priorityKey: 5, fairnessKey: `bench-${id}`.slice(0, 64) };
}

/** The queue of a deployment's benchmark calls: however many wait there, the slots that people's questions need stay free. */
export function benchmarkQueueOf(taskQueue: string): string {
  return `${taskQueue}-benchmarks`;
}

/** The endpoints of a deployment: of the models of its settings, and of fallback models. */
export const endpointNames = ['model', 'fallback'] as const;

/** The queue in which the calls to an endpoint wait for their turn, where a limit is set. */
export function modelQueueOf(taskQueue: string, endpoint: (typeof endpointNames)[number]): string {
  return `${taskQueue}-${endpoint}`;
}

/** How long the tools of a turn, or the check of a draft's citations, may take together with the model's call that follows. */
export const toolSeconds = 120;

// How long runs may take beyond their own clocks; free of schemas, since workflow code needs the values.

const daySeconds = 86_400;

/** How long a run or a benchmark waits for a person, where its input does not say. */
export const defaultPersonWaitSeconds = 30 * daySeconds;

/**
 * The server's own limit for questions and benchmarks, continuations included. All of them end by their own code long
 * before; a run that the server ends has neither an outcome nor a trace.
 */
export const backstop = '90 days';

/**
 * After this long the server takes a workflow task for lost with its worker, and hands it out again: a worker that was killed
 * in the middle of one has been started again by then. A task that takes longer is done again from the history, so a worker
 * takes few at once (worker/create-worker.ts). The server's default is 10 s.
 */
export const workflowTaskTimeout = '2s';

/** The server's limit for a run that only routes: it has no clock of its own. Waiting for a worker is within it. */
export function routeLimit({ modelCallTotalSeconds }: { modelCallTotalSeconds: number }): `${number}s` {
  return `${3600 + 3 * modelCallTotalSeconds}s`;
}
