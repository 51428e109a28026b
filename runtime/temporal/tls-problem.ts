/** Finds out what is wrong with TLS where no connection to a Temporal server came about: its clients do not tell. */
import { isIP } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { messageOf } from '../../lib/errors.ts';
import { connectionProblem } from './connection-problem.ts';

/** How the server is to be reached, as @temporalio/envconfig reads it. */
export type Reached = { address: string; tls?: NativeConnectionOptions['tls'] | undefined };

const triedForMs = 3_000;
/** A server of TLS 1.3 refuses a client's certificate only after the client has taken its own for good. */
const refusedWithinMs = 500;

/** For a person, in one line. */
export async function whyUnreachable(reached: Reached, error: unknown): Promise<string> {
  const problem = (await tlsProblem(reached)) ?? connectionProblem(error);
  return `no Temporal server answers at ${reached.address} (${problem}): start one, or check TEMPORAL_ADDRESS`;
}

/** A clause with the setting to look at; null where TLS is not what is wrong. */
export async function tlsProblem({ address, tls }: Reached): Promise<string | null> {
  const [, host = '', port = ''] = /^\[?([^\]]*)\]?:(\d+)$/.exec(address) ?? [];
  if (host === '') return null;
  const isOn = tls !== undefined && tls !== null && tls !== false;
  const config = isOn && typeof tls === 'object' ? tls : {};
  const name = config.serverNameOverride ?? (isIP(host) === 0 ? host : undefined);
  const options: ConnectionOptions = {
    ...{ host, port: Number(port), ALPNProtocols: ['h2'], rejectUnauthorized: isOn },
    ...(name == null ? {} : { servername: name }),
    ...(config.serverRootCACertificate == null ? {} : { ca: Buffer.from(config.serverRootCACertificate) }),
    ...(config.clientCertPair == null
      ? {}
      : { cert: Buffer.from(config.clientCertPair.crt), key: Buffer.from(config.clientCertPair.key) }),
  };
  const found = await handshake(options);
  if (!isOn) return found === 'done' || found === 'refused' ? 'it asks for TLS: TEMPORAL_TLS' : null;
  if (found === 'refused') return 'it does not take our certificate: TEMPORAL_TLS_CLIENT_CERT_PATH';
  return found instanceof Error ? serverProblem(found) : null;
}

function serverProblem(error: Error): string | null {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'its certificate is for another name: TEMPORAL_TLS_SERVER_NAME';
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired';
  if (/SELF_SIGNED|UNABLE_TO|CERT_/.test(code))
    return 'its certificate is of no authority that is trusted: TEMPORAL_TLS_SERVER_CA_CERT_PATH';
  return /wrong version number|packet length/i.test(messageOf(error)) ? 'it has no TLS: TEMPORAL_TLS' : null;
}

/** `refused`: the server has ended it for what it learned of us. */
function handshake(options: ConnectionOptions): Promise<'done' | 'refused' | 'silent' | Error> {
  const { promise, resolve } = Promise.withResolvers<'done' | 'refused' | 'silent' | Error>();
  let isSecure = false;
  try {
    const socket = connect(options);
    const late = setTimeout(() => resolve('silent'), triedForMs);
    socket.once('secureConnect', () => {
      isSecure = true;
      setTimeout(() => resolve('done'), refusedWithinMs);
    });
    socket.on('error', (error) => resolve(isSecure || /alert/i.test(messageOf(error)) ? 'refused' : error));
    socket.once('close', () => resolve(isSecure ? 'refused' : 'silent'));
    void promise.then(() => {
      clearTimeout(late);
      socket.destroy();
    });
  } catch (error) {
    // A certificate or key that is none.
    resolve(error instanceof Error ? error : new Error(String(error)));
  }
  return promise;
}
