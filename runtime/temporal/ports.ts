/** Gives a data directory its own ports and keeps them, so that links into the Web UI stay good from one start to the next. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { z } from 'zod';
import { replaceFileLocked } from '../../lib/fs.ts';

const Port = z.int().min(1).max(65_535);
export const Ports = z.object({ grpc: Port, ui: Port });
export type Ports = z.infer<typeof Ports>;

/** What Temporal itself uses, so that its tools find the server without being told. */
const usual: Ports = { grpc: 7233, ui: 8233 };

/** Below the range from which systems take ports for outgoing connections. */
const firstOwnPort = 20_000;
const ownPorts = 6_000;
const candidates = 50;

/**
 * Two free ports of 127.0.0.1: those of the last start, else Temporal's usual ones, else some that depend on the
 * data directory's path only. The choice is not yet kept: see `keepPorts`.
 * @param file the data directory's ports.json.
 * @param refused ports that looked free but were not.
 * @throws Error when none of the candidates is free.
 */
export async function choosePorts(
  file: string,
  dataDirectory: string,
  refused: readonly number[] = [],
): Promise<Ports> {
  const kept = keptPorts(file);
  for (const ports of [...(kept === null ? [] : [kept]), usual, ...portsOf(dataDirectory)]) {
    if (refused.includes(ports.grpc) || refused.includes(ports.ui)) continue;
    if ((await isFree(ports.grpc)) && (await isFree(ports.ui))) return ports;
  }
  throw new Error(`no free port on 127.0.0.1 among ${candidates} from ${firstOwnPort}: stop what listens there`);
}

/** The ports of the last start; null where there was none, or where the file is not ours. */
export function keptPorts(file: string): Ports | null {
  try {
    return Ports.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // A missing or broken file costs a choice of ports anew, nothing more.
    return null;
  }
}

export function keepPorts(file: string, ports: Ports): void {
  replaceFileLocked(file, (temporary) => writeFileSync(temporary, `${JSON.stringify(ports)}\n`, { mode: 0o600 }));
}

function portsOf(dataDirectory: string): Ports[] {
  const start = createHash('sha256').update(dataDirectory).digest().readUInt32BE(0);
  return Array.from({ length: candidates }, (_, index) => {
    const grpc = firstOwnPort + ((start + index * 2) % ownPorts);
    return { grpc, ui: grpc + ownPorts };
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
