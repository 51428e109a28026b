/** A folder with the foreign server of a-server.ts, as a configuration names it, and what tests tell it and see of it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ForeignServers, ForeignServersFile } from '../../contracts/foreign/servers.ts';

export const shopToken = 'key-12345678';

export type Shop = Disposable & {
  folder: string;
  servers: ForeignServers;
  behave(behaviour: Record<string, unknown>): void;
  /** Calls as they have begun, oldest first. */
  calls(): { name: string; given: unknown }[];
  /** Processes that were started: their ids and the names of their environments. */
  starts(): { pid: number; environment: string[] }[];
};

export function openShop(more: Record<string, unknown> = {}): Shop {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-shop-'));
  mkdirSync(folder, { recursive: true });
  const shop = {
    command: process.execPath,
    args: [join(import.meta.dirname, 'a-server.ts'), folder],
    env: { SHOP_TOKEN: shopToken },
    ...more,
  };
  const linesOf = (name: string) => {
    try {
      return readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean);
    } catch {
      return [];
    }
  };
  return {
    folder,
    servers: ForeignServersFile.parse({ mcpServers: { shop } }).mcpServers,
    behave: (behaviour) => writeFileSync(join(folder, 'behaviour.json'), JSON.stringify(behaviour)),
    calls: () => linesOf('calls.txt').map((line) => JSON.parse(line)),
    starts: () =>
      linesOf('starts.txt').map((line) => {
        const [pid = '', names = ''] = line.split(' ');
        return { pid: Number(pid), environment: names.split(',') };
      }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
