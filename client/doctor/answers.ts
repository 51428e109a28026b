/** Tries what must answer: the Temporal server, and the model with a real tool call. */
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { z } from 'zod';
import type { Config } from '../../config/config.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { failurePage, isFailureKind } from '../../contracts/failures.ts';
import { CapabilityRow } from '../../contracts/model/capabilities.ts';
import { CommandFailure, messageOf } from '../../lib/errors.ts';
import { shownAddress } from '../../lib/redaction.ts';
import { printableLine } from '../../lib/printable.ts';
import type { Session } from '../../application/session/session.ts';
import { type Finding, later, missing, ok } from './finding.ts';
import { startEmbedder } from '../../application/repository/embedder-process.ts';
import { moduleFile, shownDocument } from '../../lib/own-files.ts';

const CapabilityTable = z.object({ model: z.string(), rows: z.array(CapabilityRow), problems: z.array(z.string()) });
export type CapabilityTable = z.infer<typeof CapabilityTable>;

/** What models/doctor-main.ts prints. */
const Probe = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    tables: z.array(CapabilityTable),
    model: z.string(),
    toolCall: z.boolean(),
    logprobs: z.boolean(),
    latencyMs: z.number(),
  }),
  z.object({
    ok: z.literal(false),
    failure: z.object({ kind: z.string(), message: z.string(), setting: z.string().nullable() }),
  }),
]);

const maxOutputBytes = 1_000_000;

/** True while a runtime of this data directory listens. */
export function runtimeListens(config: Config): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(dataPaths(config.dataDirectory).socket);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

export async function serverFinding(session: Session): Promise<Finding> {
  const { serverVersion } = await session.connection.workflowService.getSystemInfo({});
  const webUrl = session.webUrl === null ? '' : `, Web UI ${session.webUrl}`;
  return ok('Temporal server', `${session.address} answers (server ${serverVersion})${webUrl}`);
}

export type ModelTrial = { finding: Finding; tables: CapabilityTable[] };

/**
 * One tool call and one routing call by the model of the settings, in a child process that gets the key by stdin.
 * @param baseUrl where the model is; null is the provider's own address
 * @param probed models whose capabilities are probed too
 */
export async function tryModel(config: Config, baseUrl: string | null, probed: string[]): Promise<ModelTrial> {
  const { model } = config;
  const answer = await probe({
    apiKey: model.apiKey,
    baseUrl,
    model: model.specialist,
    routerModel: model.router,
    timeoutSeconds: model.timeoutSeconds,
    reasoningTokens: model.reasoningTokens,
    access: model.access,
    stream: model.stream,
    idleSeconds: model.idleSeconds,
    extraBody: model.extraBody,
    capabilities: model.capabilities,
    probed,
  });
  return { finding: modelFinding(config, baseUrl, answer), tables: answer.ok ? answer.tables : [] };
}

function modelFinding({ model }: Config, baseUrl: string | null, answer: z.infer<typeof Probe>): Finding {
  const where = `${model.specialist} at ${baseUrl === null ? 'the provider’s own address' : shownAddress(baseUrl)}`;
  if (!answer.ok) {
    const { kind, message, setting } = answer.failure;
    const page = isFailureKind(kind) ? `, see ${shownDocument(failurePage(kind))}` : '';
    const remedy = `${setting === null ? 'try again later' : `look at ${setting}`}${page}`;
    // Its last words are the remedy's.
    const said = setting === null ? message : message.replace(`; look at ${setting}`, '');
    return missing('model', `${where}: ${kind}: ${printableLine(said)}`, remedy);
  }
  const about = `${answer.model} answered in ${answer.latencyMs} ms, logprobs: ${answer.logprobs ? 'yes' : 'no'}`;
  const offline = model.offline ? ' (the offline model, which is not a language model)' : '';
  return answer.toolCall
    ? ok('model', `${about}, tool call: yes${offline}`)
    : missing(
        'model',
        `${about}, tool call: no`,
        'specialists need a model that calls tools: see SWITCHYARD_MODEL_SPECIALIST',
      );
}

export function modelLater(): Finding {
  return later(
    'model',
    'the offline model starts with the runtime',
    'set OPENAI_API_KEY or OPENAI_BASE_URL for a real one',
  );
}

async function probe(settings: Record<string, unknown>): Promise<z.infer<typeof Probe>> {
  const { code, stdout, stderr } = await runWithInput('models/doctor-main', JSON.stringify(settings));
  if (code !== 0) throw new CommandFailure(`the model could not be tried: ${printableLine(stderr).slice(0, 300)}`);
  return Probe.parse(JSON.parse(stdout));
}

function runWithInput(main: string, input: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [moduleFile(main)], { stdio: 'pipe' });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (piece: string) => {
        output[name] = (output[name] + piece).slice(0, maxOutputBytes);
      });
    // A child that ends before it has read everything says why by its exit code.
    child.stdin.on('error', () => {});
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...output }));
    child.stdin.end(input);
  });
}

// Tries the endpoint that embeds, where one is configured.

/** Search works without it: what is wrong with it is reported, and makes nothing unhealthy that was not asked for. */
export async function embeddingsFinding({ embeddings }: Config): Promise<Finding> {
  if (embeddings === null)
    return later(
      'embeddings',
      'not configured, search is by words alone',
      'set SWITCHYARD_EMBEDDINGS_MODEL to use them',
    );
  await using embedder = startEmbedder(embeddings);
  try {
    const signal = AbortSignal.timeout(embeddings.timeoutSeconds * 1000);
    const [vector] = await embedder.embeddings.embed(['a function that adds two numbers'], 'query', signal);
    if (vector === null || vector === undefined)
      return missing('embeddings', 'the endpoint refused a short text', 'look at SWITCHYARD_EMBEDDINGS_MODEL');
    return ok('embeddings', `${embeddings.model} gives vectors of ${vector.length} numbers`);
  } catch (error) {
    const why = printableLine(messageOf(error));
    return missing('embeddings', why, 'search goes by words alone until it answers');
  }
}
