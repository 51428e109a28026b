/** What a measurement found, as it is written to JSON: figures of each system and their ratios to plain Temporal code. */
import { median, round } from '../../support/figures.ts';
import { type Figure, figureOf, pairedRatio } from '../measures/figures.ts';
import type { Block, Blocks } from '../measures/blocks.ts';
import type { KillFigures } from '../measures/kills.ts';
import { type Measured, slowLatencyMs } from '../measures/measure-all.ts';
import type { LeftOut } from '../systems/start-systems.ts';
import type { Role, SystemName } from '../systems/system.ts';

/** A figure, and how many times that of plain Temporal code it is; null where that was not measured. */
export type Compared = Figure & { ratio: number | null };

export type SystemFigures = {
  name: SystemName;
  /** Questions without an answer, kills aside, with what the first said. */
  failed: { count: number; first: string | null };
  /** Milliseconds of a question, one at a time. */
  oneAtATimeMs: Compared;
  /** Questions a second, by how many are in flight. */
  perSecond: { inFlight: number; rate: Compared }[];
  /** Milliseconds of CPU a question, one at a time. */
  cpuMs: { worker: number; server: number; ratio: number | null };
  memoryMiB: { afterQuestions: number; worker: number; server: number | null } | null;
  /** Bytes a question, by part. */
  diskBytes: Record<string, number> | null;
  /** Of all requests of a question, counted as four bytes each. */
  inputTokens: number | null;
  idlePercent: Partial<Record<Role, number>>;
  /** With a second in each of the five model calls: what comes on top, in percent. */
  addedPercent: number | null;
};

export type Results = {
  startedAt: string;
  endedAt: string;
  machine: { cpus: number; model: string; memoryGiB: number; platform: string; node: string };
  /** Of the checkout that is measured. */
  commit: string;
  loadBefore: string;
  loadAfter: string;
  options: Record<string, unknown>;
  leftOut: LeftOut[];
  systems: SystemFigures[];
  kills: KillFigures[];
};

const reference: SystemName = 'temporal';
const modelCalls = 5;

/** @param names in the order of the report */
export function figuresOf(names: readonly SystemName[], measured: Measured): SystemFigures[] {
  return names.map((name) => ({
    name,
    failed: failuresOf(measured, name),
    oneAtATimeMs: compared(measured.oneAtATime, name, ({ times }) => times),
    perSecond: [...measured.inFlight].map(([inFlight, blocks]) => ({ inFlight, rate: compared(blocks, name, rateOf) })),
    cpuMs: cpuOf(measured.oneAtATime, name),
    memoryMiB: memoryOf(measured, name),
    diskBytes: measured.disk.get(name) ?? null,
    inputTokens: measured.inputTokens.get(name) ?? null,
    idlePercent: measured.idle.get(name) ?? {},
    addedPercent: addedBy(measured.slow, name),
  }));
}

function failuresOf({ oneAtATime, inFlight, slow }: Measured, name: SystemName): SystemFigures['failed'] {
  const all = [oneAtATime, ...inFlight.values(), ...(slow === null ? [] : [slow])];
  const failures = all.flatMap((blocks) => (blocks.get(name) ?? []).flatMap((block) => block.failures));
  return { count: failures.length, first: failures[0]?.slice(0, 300) ?? null };
}

const rateOf = ({ times, wallMs }: Block): number[] => [times.length / (wallMs / 1000)];

function compared(blocks: Blocks, name: SystemName, pick: (block: Block) => number[]): Compared {
  const picked = (of: SystemName) => (blocks.get(of) ?? []).map(pick);
  const medians = (of: SystemName) => picked(of).map((values) => median(values));
  return { ...figureOf(picked(name)), ratio: pairedRatio(medians(name), medians(reference)) };
}

/** The clock of CPU time counts hundredths of a second: means over all blocks, not medians of single ones. */
function cpuOf(blocks: Blocks, name: SystemName): SystemFigures['cpuMs'] {
  const mean = (of: SystemName, role: Role) => {
    const all = blocks.get(of) ?? [];
    return all.reduce((sum, { cpu }) => sum + (cpu[role] ?? 0), 0) / all.length;
  };
  const total = (of: SystemName) => mean(of, 'worker') + mean(of, 'server');
  const ratio = blocks.has(reference) ? round(total(name) / total(reference), 3) : null;
  return { worker: round(mean(name, 'worker'), 1), server: round(mean(name, 'server'), 1), ratio };
}

function memoryOf({ memory }: Measured, name: SystemName): SystemFigures['memoryMiB'] {
  const found = memory.get(name);
  if (found === undefined) return null;
  const { worker = 0, server } = found.byRole;
  return {
    afterQuestions: found.questions,
    worker: Math.round(worker),
    server: server === undefined ? null : Math.round(server),
  };
}

function addedBy(slow: Blocks | null, name: SystemName): number | null {
  const times = slow?.get(name)?.flatMap((block) => block.times) ?? [];
  if (times.length === 0) return null;
  const model = modelCalls * slowLatencyMs;
  return round((100 * (median(times) - model)) / model, 1);
}
