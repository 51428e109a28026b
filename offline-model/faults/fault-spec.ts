/** Reads the fault switch: one line that says which faults a server is to make, and how often. */

/** What can go wrong with one request. A number is an HTTP status; `quota` is a 429 that no waiting cures. */
export type Fault =
  | { kind: 'status'; status: number; quota: boolean }
  | { kind: 'disconnect' | 'cut' | 'truncate' | 'stall' | 'hang' | 'garbage' | 'malformed-json' | 'wrong-tool' };

export type FaultSpec = {
  seed: number;
  /** Each with its probability per request; they add up to at most 1. */
  chances: readonly { fault: Fault; probability: number }[];
  retryAfterSeconds: number | null;
  latencyMs: { from: number; to: number } | null;
  weak: number | 'always';
  /** At most so many faults one after the other for the same request; null sets no limit. */
  maxInARow: number | null;
};

export const noFaults: FaultSpec = {
  seed: 1,
  chances: [],
  retryAfterSeconds: null,
  latencyMs: null,
  weak: 0,
  maxInARow: null,
};

const plainKinds = [
  'disconnect',
  'cut',
  'truncate',
  'stall',
  'hang',
  'garbage',
  'malformed-json',
  'wrong-tool',
] as const;

/** A fault specification that cannot be read; the message names the part. */
export class FaultSpecError extends Error {
  constructor(part: string, problem: string) {
    super(`fault "${part}": ${problem}`);
    this.name = 'FaultSpecError';
  }
}

function number(part: string, text: string, from: number, to: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= from && value <= to) return value;
  throw new FaultSpecError(part, `"${text}" is not a number from ${from} to ${to}`);
}

function count(part: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new FaultSpecError(part, `"${text}" is not a whole number`);
}

function latency(part: string, text: string): FaultSpec['latencyMs'] {
  const [from = '', to = from] = text.split('-');
  const range = { from: number(part, from, 0, 600_000), to: number(part, to, 0, 600_000) };
  if (range.to < range.from) throw new FaultSpecError(part, 'the range ends before it begins');
  return range;
}

function status(part: string, code: string, probability: string): FaultSpec['chances'][number] {
  if (!/^[45]\d\d$/.test(code)) throw new FaultSpecError(part, `"${code}" is not a status from 400 to 599`);
  return {
    fault: { kind: 'status', status: Number(code), quota: false },
    probability: number(part, probability, 0, 1),
  };
}

function chance(part: string, name: string, value: string): FaultSpec['chances'][number] {
  if (name === 'status') {
    const [code = '', probability = '1'] = value.split(':');
    return status(part, code, probability);
  }
  if (/^\d+$/.test(name)) return status(part, name, value);
  const probability = number(part, value, 0, 1);
  if (name === 'quota') return { fault: { kind: 'status', status: 429, quota: true }, probability };
  const kind = plainKinds.find((one) => one === name);
  if (kind !== undefined) return { fault: { kind }, probability };
  const known = [
    'seed',
    'latency',
    'retry-after',
    'weak',
    'max-in-a-row',
    'status',
    '429',
    '500',
    'quota',
    ...plainKinds,
  ];
  throw new FaultSpecError(part, `there is no fault "${name}" (there are ${known.join(', ')})`);
}

function read(spec: FaultSpec, part: string): FaultSpec {
  const at = part.indexOf('=');
  if (at < 1) throw new FaultSpecError(part, 'write it as name=value');
  const name = part.slice(0, at).trim();
  const value = part.slice(at + 1).trim();
  if (name === 'seed') return { ...spec, seed: count(part, value) };
  if (name === 'retry-after') return { ...spec, retryAfterSeconds: number(part, value, 0, 86_400) };
  if (name === 'latency') return { ...spec, latencyMs: latency(part, value) };
  if (name === 'weak') return { ...spec, weak: value === 'always' ? 'always' : count(part, value) };
  if (name === 'max-in-a-row') return { ...spec, maxInARow: count(part, value) };
  return { ...spec, chances: [...spec.chances, chance(part, name, value)] };
}

/**
 * Reads e.g. `seed=7;429=0.3;retry-after=1;500=0.1;garbage=0.1;latency=200-800;weak=1;max-in-a-row=3`.
 * @throws FaultSpecError naming the part that cannot be read
 */
export function parseFaults(text: string): FaultSpec {
  const parts = text.split(/[;,]/).map((part) => part.trim());
  const spec = parts.filter((part) => part !== '').reduce(read, noFaults);
  const sum = spec.chances.reduce((total, one) => total + one.probability, 0);
  if (sum > 1 + 1e-9) throw new FaultSpecError(text, 'the probabilities add up to more than 1');
  return spec;
}
