/** Reads JSON objects in a text by RFC 8259, character by character, in linear time whatever the text. */

/** Deeper than any reply schema. What reads a value further on may be recursive, so nothing deeper becomes a value. */
const maxDepth = 64;

export type ScannedObject = {
  /** Index of the closing brace, or -1: from `start` on no whole object stands in the text. */
  end: number;
  /** Where an object that is not whole stopped being one; its strings reach no further than this. */
  stoppedAt: number;
  /** Objects inside a failed one that were not closed: none of them is whole either. */
  open: number[];
  /** The first object inside a failed one that is whole. */
  firstWhole: { start: number; end: number } | null;
};

const literals = new Map([
  ['t', 'true'],
  ['f', 'false'],
  ['n', 'null'],
]);
const space = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** The inside of a string up to what ends it: a quote, an escape, or a character that may not stand there. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON allows no control character inside a string
const plain = /[^"\\\u0000-\u001f]*/y;
const escaped = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** A brace that can open an object; what follows the brace is read again by the scan, and by nothing else. */
const candidate = /\{(?=[ \t\n\r]*["}])/g;

/**
 * The whole objects of a text, those inside others left out, one after the other as they are asked for; `read` counts the
 * characters read so far. A brace is tried only where no earlier attempt has settled it: what an attempt met as a value
 * inside is whole or broken whichever brace one starts from, so only a brace inside a string of a failed attempt is new. A
 * place is inside a string for at most one of two attempts that are alive there; so no place is read by more than two, and
 * the work is linear in the text.
 */
export function objectsIn(text: string): { found: Iterable<{ start: number; end: number }>; read(): number } {
  let read = 0;
  function* search() {
    const settled = new Map<number, number>();
    let behind = 0;
    for (const { index: start } of text.matchAll(candidate)) {
      if (start < behind) continue;
      let end = settled.get(start);
      settled.delete(start);
      if (end === undefined) {
        const scanned = scanObject(text, start);
        read += scanned.stoppedAt - start;
        end = scanned.end;
        for (const open of scanned.open) if (open !== start) settled.set(open, -1);
        if (scanned.firstWhole !== null) settled.set(scanned.firstWhole.start, scanned.firstWhole.end);
      }
      if (end === -1) continue;
      behind = end + 1;
      yield { start, end };
    }
  }
  return { found: search(), read: () => read };
}

/** Reads the object whose brace stands at `start`. The work is linear in what it reads, and it reads nothing twice. */
export function scanObject(text: string, start: number): ScannedObject {
  return new ObjectScan(text, start).run();
}

type Container = { start: number; isObject: boolean };

class ObjectScan {
  #at: number;
  readonly #stack: Container[] = [];
  readonly #text: string;
  readonly #start: number;
  #firstWhole: ScannedObject['firstWhole'] = null;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#start = start;
    this.#at = start;
  }

  run(): ScannedObject {
    let valid = this.#value();
    while (valid && this.#stack.length > 0) valid = this.#closeOrContinue();
    const open = valid ? [] : this.#stack.filter(({ isObject }) => isObject).map(({ start }) => start);
    return { end: valid ? this.#at - 1 : -1, stoppedAt: this.#at, open, firstWhole: this.#firstWhole };
  }

  /** Reads a value; of a container only the way to its first value, the rest follows from the stack. */
  #value(): boolean {
    const first = this.#text[this.#at] ?? '';
    if (first === '{' || first === '[') return this.#open(first === '{');
    if (first === '"') return this.#string();
    const literal = literals.get(first);
    if (literal === undefined) return this.#take(number) > 0;
    if (!this.#text.startsWith(literal, this.#at)) return false;
    this.#at += literal.length;
    return true;
  }

  #open(isObject: boolean): boolean {
    if (this.#stack.length === maxDepth) return false;
    this.#stack.push({ start: this.#at, isObject });
    this.#at += 1;
    this.#take(space);
    if (this.#text[this.#at] === (isObject ? '}' : ']')) return true;
    return this.#member(isObject);
  }

  #member(isObject: boolean): boolean {
    if (isObject) {
      if (!this.#string()) return false;
      this.#take(space);
      if (this.#text[this.#at] !== ':') return false;
      this.#at += 1;
      this.#take(space);
    }
    return this.#value();
  }

  #closeOrContinue(): boolean {
    const container = this.#stack.at(-1);
    if (container === undefined) return false;
    this.#take(space);
    const next = this.#text[this.#at];
    if (next === ',') {
      this.#at += 1;
      this.#take(space);
      return this.#member(container.isObject);
    }
    if (next !== (container.isObject ? '}' : ']')) return false;
    this.#stack.pop();
    this.#at += 1;
    if (container.isObject && container.start !== this.#start) this.#noteWhole(container.start);
    return true;
  }

  #noteWhole(start: number): void {
    const isFirst = this.#firstWhole === null || start < this.#firstWhole.start;
    if (isFirst) this.#firstWhole = { start, end: this.#at - 1 };
  }

  #string(): boolean {
    if (this.#text[this.#at] !== '"') return false;
    this.#at += 1;
    do this.#take(plain);
    while (this.#take(escaped) > 0);
    if (this.#text[this.#at] !== '"') return false;
    this.#at += 1;
    return true;
  }

  /** Length of what the sticky pattern matches here; moves behind it. */
  #take(pattern: RegExp): number {
    pattern.lastIndex = this.#at;
    const length = pattern.exec(this.#text)?.[0].length ?? 0;
    this.#at += length;
    return length;
  }
}
