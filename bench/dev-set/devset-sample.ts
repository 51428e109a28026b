/** Draws records from candidates: seeded, without repeats, more of the long texts than chance would give. */
import { createHash } from 'node:crypto';
import type { Candidate } from './devset-candidates.ts';
import { wordKey } from '../../question-maker/message-text.ts';

/** Reports are long and commit messages short, so texts from here on come first for two thirds of the places. */
const longCharacters = 300;
const longShare = 2 / 3;
/** Some files are in every other commit; a set of such records would test one file. */
const sameExpectedLimit = 3;

/**
 * All candidates in the order in which they are to be taken. It follows a hash of seed and commit, so that one more
 * candidate moves no other; of texts or subjects that repeat (backports, second tries), the first in order stays.
 */
export function drawOrder(candidates: readonly Candidate[], seed: string): Candidate[] {
  const keyed = candidates.map((candidate) => ({ candidate, key: hash(`${seed}:${candidate.id}`) }));
  keyed.sort((one, other) => (one.key < other.key ? -1 : 1));
  const seen = new Set<string>();
  return keyed.flatMap(({ candidate }) => {
    const keys = [wordKey(candidate.subject), wordKey(candidate.text)];
    if (keys.some((key) => seen.has(key))) return [];
    for (const key of keys) seen.add(key);
    return [candidate];
  });
}

/** At most `limit` of the candidates, in their order except that long texts fill their share of places first. */
export function takeSample(ordered: readonly Candidate[], limit: number): Candidate[] {
  const counts = new Map<string, number>();
  const few = ordered.filter(({ expected }) => {
    const key = expected.join('\0');
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return (counts.get(key) ?? 0) <= sameExpectedLimit;
  });
  const isLong = ({ text }: Candidate) => text.length >= longCharacters;
  const long = few.filter(isLong).slice(0, Math.ceil(limit * longShare));
  const taken = new Set(long);
  const short = few.filter((candidate) => !isLong(candidate)).slice(0, limit - long.length);
  for (const candidate of [...short, ...few]) if (taken.size < limit) taken.add(candidate);
  return few.filter((candidate) => taken.has(candidate));
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
