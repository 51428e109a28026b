/** Starts one Temporal server for all test files of a run, and stops it after them. */
import { shareServer, startTestServer, type TestServer } from './temporal.ts';

let server: TestServer | null = null;

export async function globalSetup(): Promise<void> {
  server = await startTestServer();
  shareServer(server);
}

export async function globalTeardown(): Promise<void> {
  shareServer(null);
  await server?.[Symbol.asyncDispose]();
}
