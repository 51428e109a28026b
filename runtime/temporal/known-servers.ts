/** Remembers which Temporal servers the workers of a data directory have worked for: each may have runs that need its files. */
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from '@temporalio/client';
import type { DataPaths } from '../../config/data-paths.ts';

/** The data directory's own server, whatever port it has. */
export const ownServerName = 'own';

/** @param address host and port; @returns the name that `noteServer` keeps and `serversSince` gives */
export function serverName(address: string, namespace: string): string {
  return `${address}/${namespace}`;
}

/**
 * The name of the same server for those who may reach it by other addresses.
 * @param name of `serverName`, for servers that do not say who they are
 */
export async function sharedServerName(
  { workflowService }: Pick<Connection, 'workflowService'>,
  { namespace, name }: { namespace: string; name: string },
): Promise<string> {
  const { clusterId } = await workflowService.getClusterInfo({}).catch(() => ({ clusterId: '' }));
  return clusterId ? serverName(clusterId, namespace) : name;
}

/** To be called by a worker when it starts, and now and then while it works. */
export function noteServer(paths: Pick<DataPaths, 'servers'>, name: string): void {
  mkdirSync(paths.servers, { recursive: true, mode: 0o700 });
  writeFileSync(join(paths.servers, encodeURIComponent(name)), '', { mode: 0o600 });
}

/** Those that a worker worked for at or after this moment. */
export function serversSince(paths: Pick<DataPaths, 'servers'>, sinceMs: number): string[] {
  if (!existsSync(paths.servers)) return [];
  const names = readdirSync(paths.servers).filter((name) => statSync(join(paths.servers, name)).mtimeMs >= sinceMs);
  return names.map(decodeURIComponent);
}
