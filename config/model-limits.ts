/** The limits of endpoints that are in force: those of the data directory's file, else the configuration's. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { EndpointName, isLimited, LimitsFile, type ModelLimits, type ModelQueues } from '../contracts/model/limits.ts';
import { systemErrorCode } from '../lib/errors.ts';
import { replaceFileLocked } from '../lib/fs.ts';
import type { Config } from './config.ts';
import { dataPaths } from './data-paths.ts';

type Settings = Pick<Config, 'dataDirectory'> & { model: Pick<Config['model'], 'limits' | 'fallback'> };

/** @throws Error for a file that cannot be read */
export function readLimitsFile(dataDirectory: string): LimitsFile {
  const { limits } = dataPaths(dataDirectory);
  try {
    return LimitsFile.parse(JSON.parse(readFileSync(limits, 'utf8')));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return {};
    throw new Error(`${limits} cannot be read: set the limits again with "switchyard limits set"`, { cause: error });
  }
}

/** Workers of the data directory take it up within two seconds. */
export function writeLimitsFile(dataDirectory: string, file: LimitsFile): void {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const text = `${JSON.stringify(LimitsFile.parse(file))}\n`;
  replaceFileLocked(dataPaths(dataDirectory).limits, (path) => writeFileSync(path, text, { mode: 0o600 }));
}

/** @throws as `readLimitsFile` */
export function limitsInForce({ dataDirectory, model }: Settings): Record<EndpointName, ModelLimits> {
  return { ...model.limits, ...readLimitsFile(dataDirectory) };
}

/**
 * Endpoints whose calls have a queue of their own: those with a limit, and those that had one, since calls that were
 * scheduled then are still there. @throws as `readLimitsFile`
 */
export function queuedEndpoints({ dataDirectory, model }: Settings): EndpointName[] {
  const file = readLimitsFile(dataDirectory);
  return EndpointName.options.filter((name) => file[name] !== undefined || isLimited(model.limits[name]));
}

/** What a run carries of that; null where no limit is set. @throws as `readLimitsFile` */
export function modelQueues(settings: Settings): ModelQueues | null {
  const queued = queuedEndpoints(settings);
  const queueOf = (name: EndpointName) => (queued.includes(name) ? name : null);
  const model = queueOf('model');
  const fallback = settings.model.fallback === null ? model : queueOf('fallback');
  return model === null && fallback === null ? null : { model, fallback };
}
