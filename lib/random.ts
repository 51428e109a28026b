/** Seeded random numbers, so that every figure that is drawn by lot comes out the same twice. */

/** Uniform in [0, 1). */
export type Random = () => number;

/** 32 random bits as an unsigned whole number. Source: Tommy Ettinger's mulberry32 (2017, public domain). */
export function randomBits(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Uniform numbers of one seed. */
export function seededRandom(seed: number): Random {
  const bits = randomBits(seed);
  return () => bits() / 4_294_967_296;
}

/**
 * Shuffles in place (Fisher and Yates).
 * @param below draws a whole number from 0 to less than its argument
 */
export function shuffle<Item>(items: Item[], below: (limit: number) => number): Item[] {
  for (let at = items.length - 1; at > 0; at -= 1) {
    const other = below(at + 1);
    [items[at], items[other]] = [items[other] as Item, items[at] as Item];
  }
  return items;
}

/** FNV-1a of a text's UTF-16 units, 32 bits, as an unsigned whole number (Fowler, Noll, Vo). */
export function fnv1a(text: string, seed = 0): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** A seed of its own for each name. */
export function seedFor(seed: number, name: string): number {
  return fnv1a(name, seed) | 0;
}

/** A standard normal number. Source: Box and Muller, Annals of Mathematical Statistics 29 (1958) 610-611. */
export function normalDraw(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** How often to draw, and from which seed. */
export type Drawing = { draws: number; seed: number };
export const defaultDrawing: Drawing = { draws: 9_999, seed: 20_251_123 };
