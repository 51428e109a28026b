/**
 * Regular expressions of a dataset, in time linear in the text: all alternatives are followed side by side, none is gone
 * back to. Source: K. Thompson, Regular Expression Search Algorithm, CACM 11(6), 1968.
 *
 * The syntax is that of JavaScript with the flags `i` and `u`, without what needs going back: backreferences and
 * lookaround; and without named groups and flags inside the pattern.
 */
import { messageOf } from '../../lib/errors.ts';

/** A pattern that is refused; the message says why. */
export class PatternProblem extends Error {
  override name = 'PatternProblem';
}

export type Pattern = { readonly program: readonly Instruction[] };

type Instruction =
  | { op: 'character'; holds(character: string): boolean }
  | { op: 'either'; to: number[] }
  | { op: 'assert'; what: '^' | '$' | '\\b' | '\\B' }
  | { op: 'found' };

type Node =
  | { kind: 'character'; source: string }
  | { kind: 'assert'; what: '^' | '$' | '\\b' | '\\B' }
  | { kind: 'sequence'; parts: Node[] }
  | { kind: 'either'; parts: Node[] }
  | { kind: 'repeat'; part: Node; least: number; most: number };

/** Together they bound the work: a search takes at most their product in steps. */
const mostInstructions = 300;
/** What stands after so many characters of a text is not searched. */
export const searchedCharacters = 200_000;

/** @throws PatternProblem */
export function compilePattern(source: string): Pattern {
  try {
    new RegExp(source, 'iu');
  } catch (error) {
    throw new PatternProblem(messageOf(error));
  }
  const program: Instruction[] = [];
  emit(new PatternReader(source).read(), program);
  add(program, { op: 'found' });
  return { program };
}

/** Reads a pattern that JavaScript takes; only its structure is told here, a single character's test is left to JavaScript. */
class PatternReader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Node {
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'either', parts };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (this.#at < this.#source.length && !/[|)]/.test(this.#source[this.#at] ?? ''))
      parts.push(this.#repeated(this.#atom()));
    return { kind: 'sequence', parts };
  }

  #repeated(part: Node): Node {
    const [quantifier, sign, low, comma, high] = this.#match(/(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/y) ?? [];
    if (quantifier === undefined) return part;
    if (sign !== undefined)
      return { kind: 'repeat', part, least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Infinity };
    const least = Number(low);
    if (Math.max(least, Number(high)) > mostInstructions)
      throw new PatternProblem(`it repeats more than ${mostInstructions} times`);
    return { kind: 'repeat', part, least, most: high ? Number(high) : comma ? Infinity : least };
  }

  #atom(): Node {
    if (this.#take('(')) {
      if (this.#take('?') && !this.#take(':'))
        throw new PatternProblem('lookaround, named groups and flags inside the pattern are not supported');
      const inside = this.read();
      this.#take(')');
      return inside;
    }
    const [anchor] = this.#match(/\^|\$|\\b|\\B/y) ?? [];
    if (anchor !== undefined) return { kind: 'assert', what: anchor as '^' | '$' | '\\b' | '\\B' };
    if (this.#match(/\\[1-9k]/y) !== null) throw new PatternProblem('backreferences are not supported');
    const [source] =
      this.#match(
        /\[(?:\\.|[^\]\\])*\]|\\[pPu]\{[^}]*\}|\\ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|\\u[\da-f]{4}|\\x[\da-f]{2}|\\c.|\\.|./isuy,
      ) ?? [];
    if (source === undefined) throw new PatternProblem('it cannot be read');
    return { kind: 'character', source };
  }

  #take(character: string): boolean {
    const there = this.#source[this.#at] === character;
    if (there) this.#at += 1;
    return there;
  }

  #match(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#source);
    if (found !== null) this.#at = sticky.lastIndex;
    return found;
  }
}

function emit(node: Node, program: Instruction[]): void {
  switch (node.kind) {
    case 'character':
      add(program, { op: 'character', holds: characterTest(node.source) });
      return;
    case 'assert':
      add(program, { op: 'assert', what: node.what });
      return;
    case 'sequence':
      for (const part of node.parts) emit(part, program);
      return;
    case 'either':
      emitEither(node.parts, program);
      return;
    case 'repeat':
      emitRepeat(node, program);
      return;
    default:
      node satisfies never;
  }
}

function add<Added extends Instruction>(program: Instruction[], instruction: Added): Added {
  if (program.length >= mostInstructions)
    throw new PatternProblem(`it is too large: ${mostInstructions} steps at most, repetitions written out`);
  program.push(instruction);
  return instruction;
}

function emitEither(parts: readonly Node[], program: Instruction[]): void {
  const start = add(program, { op: 'either', to: [] as number[] });
  const ends = parts.map((part) => {
    start.to.push(program.length);
    emit(part, program);
    return add(program, { op: 'either', to: [] as number[] });
  });
  for (const { to } of ends) to.push(program.length);
}

function emitRepeat({ part, least, most }: Extract<Node, { kind: 'repeat' }>, program: Instruction[]): void {
  for (let time = 0; time < least; time += 1) {
    const before = program.length;
    emit(part, program);
    if (program.length === before) return; // nothing, however often
  }
  if (most === Infinity) {
    const loop = add(program, { op: 'either', to: [program.length + 1] });
    const start = program.length - 1;
    emit(part, program);
    add(program, { op: 'either', to: [start] });
    loop.to.push(program.length);
    return;
  }
  const skips: { to: number[] }[] = [];
  for (let time = least; time < most; time += 1) {
    skips.push(add(program, { op: 'either', to: [program.length + 1] }));
    emit(part, program);
  }
  for (const { to } of skips) to.push(program.length);
}

/** By code point; a text has few different ones. */
function characterTest(source: string): (character: string) => boolean {
  const single = new RegExp(`^(?:${source})$`, 'iu');
  const known = new Map<string, boolean>();
  return (character) => {
    const before = known.get(character);
    if (before !== undefined) return before;
    const holds = single.test(character);
    if (known.size < 1000) known.set(character, holds);
    return holds;
  };
}

/** Whether a part of the text fits. `\b` is a boundary of letters, digits, marks and `_` of any script. */
export function foundIn(pattern: Pattern, text: string): boolean {
  return search(pattern, text).found;
}

/** @returns `steps` are at most the instructions times the characters, and one round of them more */
export function search({ program }: Pattern, text: string): { found: boolean; steps: number } {
  const characters = [...text.slice(0, searchedCharacters)];
  /** The place at which an instruction was last reached: none is followed twice from one place. */
  const reachedAt = new Int32Array(program.length).fill(-1);
  let [steps, open]: [number, number[]] = [0, []];
  for (let at = 0; at <= characters.length; at += 1) {
    const waiting: number[] = [];
    const pending = [...open, 0];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const instruction = program[next];
      if (instruction === undefined || reachedAt[next] === at) continue;
      reachedAt[next] = at;
      steps += 1;
      if (instruction.op === 'found') return { found: true, steps };
      if (instruction.op === 'either') pending.push(...instruction.to);
      else if (instruction.op === 'character') waiting.push(next);
      else if (stands(instruction.what, characters, at)) pending.push(next + 1);
    }
    const character = characters[at];
    open = [];
    if (character === undefined) break;
    for (const next of waiting) {
      const instruction = program[next];
      if (instruction?.op === 'character' && instruction.holds(character)) open.push(next + 1);
    }
  }
  return { found: false, steps };
}

const wordCharacter = /[\p{L}\p{N}\p{M}_]/u;

function stands(what: '^' | '$' | '\\b' | '\\B', characters: readonly string[], at: number): boolean {
  if (what === '^') return at === 0;
  if (what === '$') return at === characters.length;
  const boundary = wordCharacter.test(characters[at - 1] ?? '') !== wordCharacter.test(characters[at] ?? '');
  return boundary === (what === '\\b');
}
