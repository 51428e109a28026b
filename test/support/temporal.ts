/** The real embedded Temporal server for tests: one for all files of a run (see global-setup.ts), or one for a lone file. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataPaths } from '../../config/data-paths.ts';
import { resolveTemporalExecutable } from '../../runtime/temporal/temporal-executable.ts';
import { startTemporalServer } from '../../runtime/temporal/temporal-server.ts';

export const checkout = join(import.meta.dirname, '../..');
const sharedAddress = 'TEST_TEMPORAL_ADDRESS';
const sharedDirectory = 'TEST_TEMPORAL_DIRECTORY';

export type TestServer = AsyncDisposable & {
  address: string;
  namespace: string;
  /** Where its database and its log are. */
  dataDirectory: string;
};

/** The `temporal` executable, fetched into the checkout's own data directory where there is none. */
export function temporalExecutable(): Promise<string> {
  const named = process.env.SWITCHYARD_TEMPORAL_EXECUTABLE ?? null;
  return resolveTemporalExecutable(named, dataPaths(join(checkout, '.switchyard')), () => {});
}

export async function startTestServer(): Promise<TestServer> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'switchyard-test-server-'));
  const server = await startTemporalServer(await temporalExecutable(), dataPaths(dataDirectory), () => {});
  return {
    address: server.address,
    namespace: server.namespace,
    dataDirectory,
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** The run's shared server, if there is one; else a server of the caller's own. */
export async function testServer(): Promise<TestServer> {
  const address = process.env[sharedAddress];
  if (address === undefined) return startTestServer();
  const dataDirectory = process.env[sharedDirectory] ?? '';
  return { address, namespace: 'default', dataDirectory, [Symbol.asyncDispose]: async () => {} };
}

export function shareServer(server: TestServer | null): void {
  if (server === null) for (const name of [sharedAddress, sharedDirectory]) delete process.env[name];
  else Object.assign(process.env, { [sharedAddress]: server.address, [sharedDirectory]: server.dataDirectory });
}
