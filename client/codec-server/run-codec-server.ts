/** `switchyard codec-server`: decodes for the Web UI until Ctrl-C. */
import { once } from 'node:events';
import { codecsOf } from '../../codecs/data-converter.ts';
import { dataPaths } from '../../config/data-paths.ts';
import type { Config } from '../../config/config.ts';
import { CommandFailure, systemErrorCode, UsageError } from '../../lib/errors.ts';
import { keptPorts } from '../../runtime/temporal/ports.ts';
import { exitCodes } from '../exit-codes.ts';
import { readSettings } from '../../application/read-settings.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note, print } from '../terminal/output.ts';
import { type CodecServer, startCodecServer } from './codec-server.ts';

export type CodecServerChoice = { listen: { host: string; port: number } | null; webUi: string[] };

const defaultPort = 8234;
const loopback = '127.0.0.1';

/** @returns the exit code, once Ctrl-C was pressed */
export async function runCodecServer({ listen, webUi }: CodecServerChoice): Promise<number> {
  const settings = readSettings();
  const { token } = settings.codecServer;
  if (token === null) throw new UsageError('SWITCHYARD_CODEC_TOKEN is not set: callers must have a token to show');
  const codecs = codecsOf(settings.encryption);
  if (codecs.length === 0)
    throw new UsageError('SWITCHYARD_ENCRYPTION_KEYS is not set: there is nothing that a codec server could decode');
  using interrupt = listenForInterrupt();
  const where = listen ?? { host: loopback, port: portOf(settings) };
  const origins = () => (webUi.length > 0 ? webUi : originsOf(settings));
  await using server = await started({ ...where, codecs, token, origins });
  print(`codec server: ${server.url}`);
  note(`sign in at ${server.url}/ with the token, once a browser; Ctrl-C stops it`);
  if (!interrupt.signal.aborted) await once(interrupt.signal, 'abort');
  return exitCodes.worked;
}

async function started(options: Parameters<typeof startCodecServer>[0]): Promise<CodecServer> {
  try {
    return await startCodecServer(options);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === null) throw error;
    throw new CommandFailure(`${options.host}:${options.port} cannot be listened at (${code}): give another --listen`);
  }
}

/** That of the setting, so that both agree without a second one. */
function portOf({ codecServer: { endpoint } }: Config): number {
  return Number(endpoint === null ? '' : new URL(endpoint).port) || defaultPort;
}

/** Where the Web UI is: our own server's, else the one that a setting names. */
function originsOf({ temporal, dataDirectory }: Config): string[] {
  if (temporal.uiUrl !== null) return [new URL(temporal.uiUrl).origin];
  const ports = temporal.external ? null : keptPorts(dataPaths(dataDirectory).ports);
  return ports === null ? [] : [loopback, 'localhost'].map((host) => `http://${host}:${ports.ui}`);
}
