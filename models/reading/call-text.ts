/** A place in a text that moves forward alone: what reads calls that models wrote as text, in linear time. */
import { scanObject } from '../../lib/json-scan.ts';

export type Values = Record<string, unknown>;

/** Deeper than any tool's arguments. */
const maxDepth = 32;

const word = /[A-Za-z_][\w.:/-]*/y;
const bareKey = /[A-Za-z_]\w{0,99}(?=\s?:)/y;
const number = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const constants: Record<string, unknown> = {
  True: true,
  true: true,
  False: false,
  false: false,
  None: null,
  null: null,
};

/** Where reading fails, the whole text is no call: nothing is read from the same place again. */
export class Unreadable extends Error {}

/** Null for what is `Unreadable`. */
export function readable<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

export class CallText {
  readonly text: string;
  at: number;

  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }

  /** What the sticky pattern matches here, after spaces; null where it does not. */
  take(pattern: RegExp): RegExpExecArray | null {
    this.space();
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found !== null) this.at = pattern.lastIndex;
    return found;
  }

  /** True, and behind it, where the text goes on with this after spaces. */
  has(literal: string): boolean {
    this.space();
    if (!this.text.startsWith(literal, this.at)) return false;
    this.at += literal.length;
    return true;
  }

  /** The text up to the nearest match of a global pattern, and what matched; behind it then. @throws Unreadable */
  until(pattern: RegExp): [before: string, found: string] {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) throw new Unreadable();
    const before = this.text.slice(this.at, found.index);
    this.at = pattern.lastIndex;
    return [before, found[0]];
  }

  space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at += 1;
  }

  get isOver(): boolean {
    this.space();
    return this.at >= this.text.length;
  }

  /** A JSON object, or the same as Python writes it, or with bare keys. @throws Unreadable */
  object(): Values {
    this.space();
    if (this.text[this.at] !== '{') throw new Unreadable();
    const { end } = scanObject(this.text, this.at);
    if (end !== -1) {
      const object = JSON.parse(this.text.slice(this.at, end + 1)) as Values;
      this.at = end + 1;
      return object;
    }
    return this.#dictionary(0);
  }

  /** Objects one after the other, in brackets or not. @throws Unreadable */
  objects(): Values[] {
    const inBrackets = this.has('[');
    const found: Values[] = [];
    do {
      if (inBrackets && this.has(']')) return found;
      found.push(this.object());
    } while (this.has(',') || this.has(';') || (!inBrackets && this.text.startsWith('{', this.at)));
    if (inBrackets && !this.has(']')) throw new Unreadable();
    return found;
  }

  /** `name(a=1, b="x")`, also inside `print(…)`. @throws Unreadable */
  pythonCall(): { name: string; given: Values } {
    const printed = this.take(/print\s*\(/y) !== null;
    const name = this.take(word)?.[0];
    if (name === undefined || !this.has('(')) throw new Unreadable();
    const given: Values = {};
    while (!this.has(')')) {
      const parameter = this.take(word)?.[0];
      if (parameter === undefined || !this.has('=')) throw new Unreadable();
      given[parameter] = this.#value(0);
      if (!this.has(',') && this.text[this.at] !== ')') throw new Unreadable();
    }
    if (printed && !this.has(')')) throw new Unreadable();
    return { name, given };
  }

  #value(depth: number): unknown {
    if (depth > maxDepth) throw new Unreadable();
    this.space();
    const sign = this.text[this.at] ?? '';
    if (sign === '"' || sign === "'") return this.#string(sign);
    if (this.has('<|"|>')) return this.until(/<\|"\|>/g)[0];
    if (sign === '{') return this.#dictionary(depth + 1);
    if (sign === '[') return this.#list(depth + 1);
    const digits = this.take(number)?.[0];
    if (digits !== undefined) return Number(digits);
    const name = this.take(word)?.[0];
    if (name === undefined || !Object.hasOwn(constants, name)) throw new Unreadable();
    return constants[name];
  }

  #list(depth: number): unknown[] {
    const list: unknown[] = [];
    this.at += 1;
    while (!this.has(']')) {
      list.push(this.#value(depth));
      if (!this.has(',') && this.text[this.at] !== ']') throw new Unreadable();
    }
    return list;
  }

  #dictionary(depth: number): Values {
    const values: Values = {};
    this.at += 1;
    while (!this.has('}')) {
      const key = this.take(bareKey)?.[0] ?? this.#value(depth);
      if (typeof key !== 'string' || !this.has(':')) throw new Unreadable();
      values[key] = this.#value(depth);
      if (!this.has(',') && this.text[this.at] !== '}') throw new Unreadable();
    }
    return values;
  }

  /** A string of Python, three quotes included; escapes that JSON does not know keep their sign. */
  #string(quote: string): string {
    const end = this.text.startsWith(quote.repeat(3), this.at) ? quote.repeat(3) : quote;
    const parts: string[] = [];
    this.at += end.length;
    for (;;) {
      const sign = this.text[this.at];
      if (sign === undefined) throw new Unreadable();
      if (this.text.startsWith(end, this.at)) break;
      parts.push(sign === '\\' ? this.#escape() : sign);
      this.at += 1;
    }
    this.at += end.length;
    return parts.join('');
  }

  #escape(): string {
    this.at += 1;
    const sign = this.text[this.at] ?? '';
    if (sign !== 'u') return { n: '\n', t: '\t', r: '\r' }[sign] ?? sign;
    const digits = this.text.slice(this.at + 1, this.at + 5);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) return sign;
    this.at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }
}
