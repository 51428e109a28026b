/** The calls of Langfuse's public API that fail loudly: scores, datasets, and reading back what was sent. */
import { text as readText } from 'node:stream/consumers';
import { agentsOf, type Network, requestOver } from '../lib/http-request.ts';
import { scoreIdOf } from './trace-ids.ts';

export type LangfuseSettings = {
  /** Without a trailing slash. */
  baseUrl: string;
  /** Where browsers reach it. */
  linkUrl: string;
  publicKey: string;
  secretKey: string;
  timeoutSeconds: number;
  network: Network;
};

export function langfuseHeaders({ publicKey, secretKey }: LangfuseSettings): Record<string, string> {
  return {
    authorization: `Basic ${Buffer.from(`${publicKey}:${secretKey}`).toString('base64')}`,
    'x-langfuse-sdk-name': 'javascript',
    'x-langfuse-public-key': publicKey,
    'x-langfuse-ingestion-version': '4',
  };
}

/** An answer that is not one of success. */
export class LangfuseError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type LangfuseCall = { body?: unknown; signal?: AbortSignal; method?: 'GET' | 'POST' | 'DELETE' };

/** @throws LangfuseError with the status, where the answer is not one of success; Error where it does not come in time */
export async function callLangfuse(
  settings: LangfuseSettings,
  path: string,
  { body, signal, method = body === undefined ? 'GET' : 'POST' }: LangfuseCall = {},
): Promise<unknown> {
  const deadline = AbortSignal.timeout(settings.timeoutSeconds * 1000);
  const incoming = await requestOver(agentsOf(settings.network), new URL(`${settings.baseUrl}/api/public/${path}`), {
    method,
    headers: { ...langfuseHeaders(settings), 'content-type': 'application/json' },
    signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await readText(incoming);
  const status = incoming.statusCode ?? 0;
  if (status < 200 || status > 299)
    throw new LangfuseError(status, `Langfuse answered ${status} to ${path.split('?')[0]}: ${text.slice(0, 200)}`);
  return text === '' ? null : JSON.parse(text);
}

export type ScoreToPost = {
  name: string;
  /** A name is a category. */
  value: number | string;
  comment: string | null;
  traceId: string;
  rootId: string | null;
  /** The trace's: a list that is narrowed to an environment shows no other scores. */
  environment: string;
};

/** Posted again it is the same score: its id is made of the trace and its name. */
export async function postScore(settings: LangfuseSettings, score: ScoreToPost, signal?: AbortSignal): Promise<void> {
  const { name, value, comment, traceId, rootId, environment } = score;
  const body = {
    id: scoreIdOf(traceId, name),
    traceId,
    name,
    value,
    environment,
    dataType: typeof value === 'number' ? 'NUMERIC' : 'CATEGORICAL',
    ...(rootId === null ? {} : { observationId: rootId }),
    ...(comment === null ? {} : { comment }),
  };
  await callLangfuse(settings, 'scores', { body, ...(signal === undefined ? {} : { signal }) });
}

/** Removes a trace with its scores. @returns false where there is none of that id */
export async function deleteTrace(settings: LangfuseSettings, traceId: string): Promise<boolean> {
  try {
    await callLangfuse(settings, `traces/${traceId}`, { method: 'DELETE' });
    return true;
  } catch (error) {
    if (error instanceof LangfuseError && error.status === 404) return false;
    throw error;
  }
}

/** The id of the project that the keys belong to; null where the server does not tell it in time. */
export async function projectOf(settings: LangfuseSettings): Promise<string | null> {
  try {
    const found = (await callLangfuse({ ...settings, timeoutSeconds: 2 }, 'projects')) as { data?: { id?: string }[] };
    return found.data?.[0]?.id ?? null;
  } catch {
    // The link is a convenience; what is wrong with the server shows when the trace is sent.
    return null;
  }
}

/** Where a trace is shown; the general address where the project is not known. */
export function projectLink({ linkUrl }: LangfuseSettings, project: string | null): string {
  return project === null ? `${linkUrl}/trace/{traceId}` : `${linkUrl}/project/${project}/traces/{traceId}`;
}

export type DatasetItem = {
  id: string;
  input: unknown;
  expectedOutput: unknown;
  metadata: unknown;
  /** `ACTIVE` or `ARCHIVED`. */
  status?: string | undefined;
};

/** Makes or updates a dataset with its items, each under an id of our own. @returns the dataset's id */
export async function putDataset(
  settings: LangfuseSettings,
  name: string,
  items: readonly DatasetItem[],
  signal?: AbortSignal,
): Promise<string> {
  const options = signal === undefined ? {} : { signal };
  const dataset = (await callLangfuse(settings, 'v2/datasets', { body: { name }, ...options })) as { id: string };
  for (const item of items)
    await callLangfuse(settings, 'dataset-items', { body: { datasetName: name, ...item }, ...options });
  return dataset.id;
}

const itemsOfPage = 50;

/** All items of a dataset. @throws LangfuseError, also where there is no dataset of that name */
export async function datasetItemsOf(settings: LangfuseSettings, name: string): Promise<DatasetItem[]> {
  await callLangfuse(settings, `v2/datasets/${encodeURIComponent(name)}`);
  const items: DatasetItem[] = [];
  for (let page = 1; ; page += 1) {
    const query = new URLSearchParams({ datasetName: name, page: String(page), limit: String(itemsOfPage) });
    const found = (await callLangfuse(settings, `dataset-items?${query}`)) as {
      data: DatasetItem[];
      meta?: { totalPages?: number };
    };
    items.push(...found.data);
    if (found.data.length === 0 || page >= (found.meta?.totalPages ?? 1)) return items;
  }
}

/** Links an item to a trace the way that servers before version 4 need; version 4 stores nothing and answers. */
export async function linkDatasetItem(
  settings: LangfuseSettings,
  link: { runName: string; datasetItemId: string; traceId: string; observationId: string },
): Promise<void> {
  await callLangfuse(settings, 'dataset-run-items', { body: link });
}
