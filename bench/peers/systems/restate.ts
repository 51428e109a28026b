/** Restate: its server from its npm package, and a service that it calls. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { startApp } from './app.ts';
import { diskBytes, treeOf } from './process-figures.ts';
import { eventually, fetchText, freePort, type Programs } from './programs.ts';
import type { System } from './system.ts';

/** @param folder for its data @throws Error where its program is not there for this platform */
export async function startRestate(programs: Programs, folder: string, env: Record<string, string>): Promise<System> {
  const [ingress, admin, node] = [await freePort(), await freePort(), await freePort()];
  const server = await programs.start({
    name: 'restate-server',
    command: restateProgram(),
    args: ['--base-dir', folder, '--node-name', 'peers', '--auto-provision', 'true'],
    env: {
      RESTATE_DISABLE_TELEMETRY: 'true',
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
      RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
      RESTATE_ROCKSDB_TOTAL_MEMORY_SIZE: '1GB',
      RUST_LOG: 'warn',
    },
    ready: null,
  });
  const system = await startApp(programs, {
    name: 'restate',
    file: 'foreign/restate.ts',
    env,
    server: () => treeOf(server.pid),
    disk: () => ({ folder: diskBytes(folder) }),
    afterKill: 'still waits',
  });
  await eventually(() => fetchText(`http://127.0.0.1:${admin}/health`));
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ uri: `http://127.0.0.1:${system.port}`, force: true });
  await fetchText(`http://127.0.0.1:${admin}/deployments`, { method: 'POST', headers, body });
  await eventually(() => fetchText(`http://127.0.0.1:${ingress}/restate/health`));
  const ask = async (id: string) => {
    await fetchText(`http://127.0.0.1:${ingress}/peers/ask`, { method: 'POST', headers, body: JSON.stringify(id) });
  };
  return { ...system, ask };
}

function restateProgram(): string {
  const require = createRequire(new URL('../apps/foreign/restate.ts', import.meta.url));
  const name = `@restatedev/restate-server-${process.platform}-${process.arch}`;
  const folder = dirname(require.resolve('@restatedev/restate-server/package.json'));
  const places = [join(folder, 'node_modules', name), join(folder, '../..', name)];
  const program = places.map((place) => join(place, 'bin/restate-server')).find(existsSync);
  if (program === undefined)
    throw new Error(`the package ${name} is not there: Restate has no server for this platform`);
  return program;
}
