/** Which endpoints the workers of this data directory leave alone, as they have noted it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CircuitFile, type OpenCircuit } from '../../contracts/model/circuit.ts';
import { printableLine } from '../../lib/printable.ts';
import { type Finding, later, ok } from './finding.ts';

/** A worker that was killed leaves its file: what has been due for so long is nobody's. */
const staleMs = 600_000;

/** @param folder of the data directory */
export function openCircuits(folder: string, nowMs = Date.now()): OpenCircuit[] {
  return filesOf(folder)
    .flatMap((name) => openIn(join(folder, name)))
    .filter(({ probeMs }) => nowMs - probeMs < staleMs);
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'));
  } catch {
    return [];
  }
}

/** A file that goes meanwhile, or is of another version, tells nothing. */
function openIn(file: string): OpenCircuit[] {
  try {
    const { pid, open } = CircuitFile.parse(JSON.parse(readFileSync(file, 'utf8')));
    process.kill(pid, 0);
    return open;
  } catch {
    return [];
  }
}

/** One line. */
export function circuitText(
  { endpoint, model, failures, probeMs, lastFailure }: OpenCircuit,
  nowMs = Date.now(),
): string {
  const seconds = Math.max(0, Math.ceil((probeMs - nowMs) / 1000));
  const next = seconds === 0 ? 'the next call tries it again' : `tried again in ${seconds} s`;
  return printableLine(
    `${model} at ${endpoint} is left alone after ${failures} failures in a row, ${next}: ${lastFailure}`,
  );
}

export function circuitFindings(folder: string): Finding[] {
  const open = openCircuits(folder);
  if (open.length === 0) return [ok('circuits', 'no worker here leaves an endpoint alone')];
  return open.map((each) =>
    later('circuit', circuitText(each), 'runs that wait for it: switchyard runs resume --all, once it answers'),
  );
}
