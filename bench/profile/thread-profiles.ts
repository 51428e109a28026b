/** Sums what the probe left of each thread: CPU and allocations, by whose code and by function. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CallFrame, type CodePlace, CodePlaces } from './code-places.ts';
import type { ThreadProfile } from './probe.ts';

export type Share = { name: string; perQuestion: number; percent: number };

export type CodeShares = {
  /** Of what was spent in all, per question: milliseconds of CPU or KiB. */
  total: number;
  groups: Share[];
  functions: Share[];
};

export type WorkerProfile = {
  threads: number;
  /** Milliseconds of JavaScript and of the collector; what runs outside of it, such as the SDK's core, is not in it. */
  cpu: CodeShares;
  /** KiB that were allocated. */
  allocations: CodeShares;
  /** Milliseconds a question that the collector took of all threads. */
  gcMs: number;
};

type CpuNode = { id: number; callFrame: CallFrame; children?: number[] };
type CpuProfile = { nodes: CpuNode[]; samples: number[]; timeDeltas: number[] };
type HeapNode = { callFrame: CallFrame; selfSize: number; children: HeapNode[] };

const shown = 25;
const top: CodePlace = { group: '(native)', name: '' };

/** @param folder of the probe @param pid of the worker */
export function readThreadProfiles(folder: string, pid: number, checkout: string, questions: number): WorkerProfile {
  const files = readdirSync(folder).filter((name) => name.startsWith(`${pid}-`) && name.endsWith('.json'));
  const threads = files.map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ThreadProfile);
  const places = new CodePlaces(checkout);
  const [cpu, allocations] = [new Tally(places), new Tally(places)];
  for (const thread of threads) {
    addCpu(cpu, thread.cpu as CpuProfile | null);
    addAllocations(allocations, (thread.allocations as { head: HeapNode } | null)?.head ?? null);
  }
  return {
    threads: threads.length,
    cpu: cpu.shares(1000 * questions),
    allocations: allocations.shares(1024 * questions),
    gcMs: threads.reduce((sum, { gcMs }) => sum + gcMs, 0) / questions,
  };
}

class Tally {
  readonly #places: CodePlaces;
  readonly #groups = new Map<string, number>();
  readonly #functions = new Map<string, number>();

  constructor(places: CodePlaces) {
    this.#places = places;
  }

  /** @returns where the frame is, for what it calls */
  add(frame: CallFrame, amount: number, caller: CodePlace): CodePlace {
    const place = this.#places.placeOf(frame, caller);
    if (amount === 0 || frame.functionName === '(idle)') return place;
    this.#groups.set(place.group, (this.#groups.get(place.group) ?? 0) + amount);
    this.#functions.set(place.name, (this.#functions.get(place.name) ?? 0) + amount);
    return place;
  }

  shares(by: number): CodeShares {
    const total = [...this.#groups.values()].reduce((sum, amount) => sum + amount, 0);
    const sorted = (amounts: Map<string, number>): Share[] =>
      [...amounts]
        .toSorted(([, a], [, b]) => b - a)
        .map(([name, amount]) => ({ name, perQuestion: amount / by, percent: (100 * amount) / total }));
    return { total: total / by, groups: sorted(this.#groups), functions: sorted(this.#functions).slice(0, shown) };
  }
}

/** Each sample counts for the time until the next; microseconds. */
function addCpu(tally: Tally, profile: CpuProfile | null): void {
  if (profile === null) return;
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const times = new Map<number, number>();
  profile.samples.forEach((id, at) => {
    times.set(id, (times.get(id) ?? 0) + (profile.timeDeltas[at + 1] ?? 0));
  });
  const walk = (node: CpuNode | undefined, caller: CodePlace): void => {
    if (node === undefined) return;
    const place = tally.add(node.callFrame, times.get(node.id) ?? 0, caller);
    for (const child of node.children ?? []) walk(nodes.get(child), place);
  };
  walk(profile.nodes[0], top);
}

function addAllocations(tally: Tally, node: HeapNode | null, caller: CodePlace = top): void {
  if (node === null) return;
  const place = tally.add(node.callFrame, node.selfSize, caller);
  for (const child of node.children) addAllocations(tally, child, place);
}
