/** Examines the installation from settings to a real tool call, and prints what it found. */
import type { Config } from '../../config/config.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { loadConfig, placesOf } from '../../config/load-config.ts';
import { ConfigError, withCapitals } from '../../config/read-config.ts';
import { exitCodes } from '../exit-codes.ts';
import { CommandFailure, systemErrorCode } from '../../lib/errors.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { colorsFor, inColumns, note, print, printJson } from '../terminal/output.ts';
import { shownAddress } from '../../lib/redaction.ts';
import { printableLine } from '../../lib/printable.ts';
import { openSession } from '../../application/session/session.ts';
import {
  type CapabilityTable,
  embeddingsFinding,
  modelLater,
  runtimeListens,
  serverFinding,
  tryModel,
} from './answers.ts';
import { circuitFindings } from './circuits.ts';
import { encryptionFindings } from './encryption-finding.ts';
import { foreignServerFindings } from './foreign-servers.ts';
import { type Finding, later, missing } from './finding.ts';
import { storeFindings, storesOfQueueFindings } from './store-finding.ts';
import { tracesFinding } from './trace-finding.ts';
import { gitFinding, nodeFinding, pipFinding, placesFindings, temporalFinding } from './programs.ts';
import { readFileSync } from 'node:fs';
import { parseEnvFile } from '../../config/env-file.ts';
import { decodeText } from '../../lib/text-file.ts';
import { settingNames, settings } from '../../config/settings.ts';

/**
 * @param probed a model, or true for those of the settings: what they take is probed and printed
 * @returns 1 when something that is needed is missing
 */
export async function examine(json: boolean, probed: string | boolean = false): Promise<number> {
  const settings = configuredSettings(process.env);
  const config = readOrExplain();
  const tables: CapabilityTable[] = [];
  const findings = [nodeFinding(), await gitFinding(), await pipFinding()];
  if (Array.isArray(config)) findings.push(...config);
  else {
    const temporal = await temporalFinding(config);
    const trial = { models: modelsToProbe(config, probed), tables };
    findings.push(
      ...placesFindings(config),
      temporal,
      ...encryptionFindings(config),
      ...(await storeFindings(config)),
      ...(await answering(config, temporal.status === 'ok', trial)),
      await embeddingsFinding(config),
      ...(await foreignServerFindings(config)),
      ...circuitFindings(dataPaths(config.dataDirectory).circuits),
    );
  }
  const healthy = findings.every((finding) => finding.status !== 'missing');
  const found = { healthy, settings, findings, ...(probed === false ? {} : { capabilities: tables }) };
  if (json) printJson(found);
  else {
    const lines = [...inColumns(settings.map(settingCells)), '', ...findings.map(findingText)];
    print([...lines, ...tables.flatMap(capabilityLines)].join('\n'));
  }
  return healthy ? exitCodes.worked : exitCodes.failed;
}

function readOrExplain(): Config | Finding[] {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.mistakes.map((mistake) => missing('configuration', mistake, 'correct the setting'));
  }
}

/** Where tables of probed capabilities go. */
type Trial = { models: string[]; tables: CapabilityTable[] };

function modelsToProbe({ model }: Config, probed: string | boolean): string[] {
  if (typeof probed === 'string') return [probed];
  return probed ? [...new Set([model.specialist, model.router, model.judge, model.synthesizer])] : [];
}

/** Tries server and model; a runtime is started for it only where that takes no download. */
async function answering(config: Config, canStart: boolean, trial: Trial): Promise<Finding[]> {
  if (!canStart && !(await runtimeListens(config))) {
    const server = later('Temporal server', 'is not running', 'switchyard up fetches and starts it');
    return [server, config.model.offline ? modelLater() : await modelOrFailure(config, config.model.baseUrl, trial)];
  }
  using interrupt = listenForInterrupt();
  try {
    const need = config.model.offline ? 'worker' : 'server';
    await using session = await openSession({ settings: config, need, onProgress: note, signal: interrupt.signal });
    const { offline, baseUrl } = config.model;
    const ready = session.runtime?.ready;
    const where = offline ? (ready?.modelUrl ?? null) : baseUrl;
    const server = await serverFinding(session);
    const traces = await tracesFinding(session, config);
    const stores = await storesOfQueueFindings(session, config);
    return [
      server,
      ...stores,
      traces,
      offline && where === null ? modelLater() : await modelOrFailure(config, where, trial),
    ];
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return [missing('runtime', printableLine(error.message), 'see the log that it names')];
  }
}

async function modelOrFailure(config: Config, baseUrl: string | null, trial: Trial): Promise<Finding> {
  try {
    const { finding, tables } = await tryModel(config, baseUrl, trial.models);
    trial.tables.push(...tables);
    return finding;
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return missing('model', error.message, 'look at OPENAI_BASE_URL and OPENAI_API_KEY');
  }
}

function settingCells({ name, value, from, unset }: ConfiguredSetting): [string, string] {
  const what =
    value === null ? (unset === null ? 'not set' : `not set: ${unset}`) : `${printableLine(value)} (${from})`;
  return [name, what];
}

function findingText({ name, status, detail, remedy }: Finding): string {
  const { green, red, yellow } = colorsFor(process.stdout);
  const paint = { ok: green, missing: red, later: yellow }[status];
  return `${paint(status.padEnd(8))}${name}: ${detail}${remedy === null ? '' : `; ${remedy}`}`;
}

/** Under the names of SWITCHYARD_MODEL_CAPABILITIES. */
function capabilityLines({ model, rows, problems }: CapabilityTable): string[] {
  const cells = rows.map(({ name, value, source }): [string, string] => [name, `${JSON.stringify(value)} (${source})`]);
  const untried = problems.map((problem) => `not tried: ${printableLine(problem)}`);
  return ['', `What ${printableLine(model)} takes:`, ...inColumns(cells), ...untried];
}

// Lists every setting with its value and where it came from; secrets are never shown.

export type ConfiguredSetting = {
  name: string;
  /** Null when it is not set. A secret shows as `set (51 characters)`. */
  value: string | null;
  from: 'environment' | '.env' | 'default';
  /** What holds when it is not set; null: nothing. */
  unset: string | null;
};

/** The environment wins over the file, and an empty value there unsets what the file says: as `readConfig` does it. */
export function configuredSettings(given: Record<string, string | undefined>): ConfiguredSetting[] {
  const [env, file] = [withCapitals(given), withCapitals(fileValues())];
  const temporal = Object.keys({ ...file, ...env })
    .filter((name) => name.startsWith('TEMPORAL_'))
    .sort();
  return [...settingNames, ...temporal].map((name) => {
    const { unset = null, secret = /KEY|TLS|METADATA/.test(name) } = settingOf(name);
    const text = (env[name] ?? file[name] ?? '').trim();
    if (text === '') return { name, value: null, from: 'default', unset };
    const value = secret
      ? `set (${text.length} characters)`
      : /^https?:/i.test(text)
        ? shownAddress(text)
        : withoutUser(text);
    return { name, value, from: env[name] === undefined ? '.env' : 'environment', unset };
  });
}

function settingOf(name: string): { unset?: string | null; secret?: boolean } {
  const known: Record<string, { unset: string | null; secret: boolean }> = settings;
  return Object.hasOwn(known, name) ? (known[name] ?? {}) : {};
}

/** An address may carry a user and a password. */
function withoutUser(text: string): string {
  return text.replace(/(\/\/)[^/@\s]+@/, '$1…@');
}

function fileValues(): Record<string, string> {
  try {
    const path = placesOf(process.env).envFile;
    return parseEnvFile({ path, text: decodeText(readFileSync(path)) }).values;
  } catch (error) {
    // Why it cannot be read is among the mistakes of the configuration, which are shown beside this list.
    if (systemErrorCode(error) === null) throw error;
    return {};
  }
}
