/** Tells of endpoints that are left alone: in the log, and in a file that `runs` and `doctor` show. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CircuitFile, type OpenCircuit } from '../../contracts/model/circuit.ts';
import { replaceFileLocked } from '../../lib/fs.ts';
import type { Logger } from '../../observability/logging.ts';

export type CircuitReport = Disposable & {
  /** @param endpoint whose circuits these are, all that are open now */
  tell(endpoint: string, open: readonly OpenCircuit[]): void;
};

/** @param folder of the data directory */
export function reportCircuits(folder: string, log: Logger): CircuitReport {
  const file = join(folder, `${process.pid}-${Date.now()}.json`);
  const byEndpoint = new Map<string, readonly OpenCircuit[]>();
  const remove = () => rmSync(file, { force: true });
  return {
    tell(endpoint, open) {
      byEndpoint.set(endpoint, open);
      for (const { model, failures, probeMs, lastFailure } of open)
        log.warn({ endpoint, model, failures, probe: new Date(probeMs), lastFailure }, 'an endpoint is left alone');
      if (open.length === 0) log.info({ endpoint }, 'the endpoint answers again');
      const all = [...byEndpoint.values()].flat();
      try {
        if (all.length === 0) return remove();
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const content = JSON.stringify(CircuitFile.parse({ pid: process.pid, open: all }));
        replaceFileLocked(file, (temporary) => writeFileSync(temporary, content, { mode: 0o600 }));
      } catch (error) {
        log.debug({ err: error }, 'could not note which endpoints are left alone');
      }
    },
    [Symbol.dispose]: remove,
  };
}
