/**
 * Reads the text of one field of a JSON reply while the reply is still being written: in linear time, whatever the pieces,
 * and no further than it has to. What stands before the object, thinking too, is passed over; a text that turns out to be no
 * JSON ends what is read.
 */
import { PastThinking, TrimmedText } from './streamed-text.ts';

export type FieldReader = {
  /** The part of the field's text that this piece completes. Joined, the parts are the text as it is stored: trimmed, cut, well-formed. */
  push(piece: string): string;
};

/** Characters of a reply in which the field has to begin. */
const mostBefore = 1_000_000;
/** As deep as replies are read (lib/json-scan.ts). */
const maxDepth = 64;

const escapes: Readonly<Record<string, string>> = {
  ...{ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' },
  ...{ '"': '"', '\\': '\\', '/': '/' },
};
const isSpace = (character: string) =>
  character === ' ' || character === '\n' || character === '\t' || character === '\r';
/** What ends the plain inside of a string: a quote, an escape, or a character that may not stand there. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON allows no control character inside a string
const special = /["\\\u0000-\u001f]/g;

/** What is expected next. `member`: a key or the end of an object; `rest`: a comma or the end of what is open. */
type State = 'search' | 'member' | 'colon' | 'value' | 'rest' | 'string' | 'token' | 'done';
/** What a string is read for. */
type Use = 'key' | 'field' | 'nothing';

/** @param most characters of the field that are read. */
export function createFieldReader(name: string, most: number): FieldReader {
  return new Reader(name, most);
}

class Reader implements FieldReader {
  readonly #name: string;
  readonly #out: TrimmedText;
  #state: State = 'search';
  #read = 0;
  readonly #thinking = new PastThinking();
  /** True for each object that is open, false for each list. */
  #open: boolean[] = [];
  /** A comma has been read: something must follow. */
  #needsMember = false;
  #use: Use = 'nothing';
  #key = '';
  #escape = '';

  constructor(name: string, most: number) {
    this.#name = name;
    this.#out = new TrimmedText(most);
  }

  push(piece: string): string {
    if (this.#state === 'done') return '';
    const room = this.#use === 'field' ? piece.length : Math.max(0, mostBefore - this.#read);
    this.#read += piece.length;
    this.#take(piece.slice(0, room));
    if (piece.length > room) {
      if (this.#use !== 'field') this.#state = 'done';
      this.#take(piece.slice(room));
    }
    return this.#out.take();
  }

  #take(piece: string): void {
    let rest = this.#thinking.past(piece);
    while (rest !== '' && this.#state !== 'done') rest = rest.slice(this.#step(rest));
  }

  /** @returns how many characters it has read */
  #step(text: string): number {
    if (this.#state === 'string') return this.#string(text);
    if (this.#state === 'search') {
      const brace = text.indexOf('{');
      if (brace < 0) return text.length;
      this.#begin();
      return brace + 1;
    }
    const character = text[0] ?? '';
    if (this.#state === 'token') {
      if (/[\w.+-]/.test(character)) return 1;
      this.#state = 'rest';
      return 0;
    }
    if (isSpace(character)) return 1;
    return this.#accepts(character) ? 1 : this.#giveUp(character);
  }

  #begin(): void {
    this.#state = 'member';
    this.#open = [true];
    this.#needsMember = false;
  }

  /** Not JSON after all: the object may begin further on. */
  #giveUp(character: string): number {
    this.#state = 'search';
    this.#open = [];
    return character === '{' ? 0 : 1;
  }

  #accepts(character: string): boolean {
    switch (this.#state) {
      case 'member':
        if (character === '}' && !this.#needsMember) return this.#closes(true);
        return character === '"' && this.#startString('key');
      case 'colon':
        return character === ':' && this.#expect('value');
      case 'value':
        return this.#startValue(character);
      case 'rest':
        if (character === ',') {
          this.#needsMember = true;
          return this.#expect(this.#open.at(-1) === true ? 'member' : 'value');
        }
        return (character === '}' || character === ']') && this.#closes(character === '}');
      case 'search':
      case 'string':
      case 'token':
      case 'done':
        return false;
    }
  }

  #expect(state: State): true {
    this.#state = state;
    return true;
  }

  #startValue(character: string): boolean {
    if (character === ']' && this.#open.at(-1) === false && !this.#needsMember) return this.#closes(false);
    const isField = this.#open.length === 1 && this.#key === this.#name;
    if (character === '"') return this.#startString(isField ? 'field' : 'nothing');
    if (character !== '{' && character !== '[') return /[-\dtfn]/.test(character) && this.#expect('token');
    if (this.#open.length === maxDepth) return false;
    this.#open.push(character === '{');
    this.#needsMember = false;
    return this.#expect(character === '{' ? 'member' : 'value');
  }

  #closes(isObject: boolean): boolean {
    if (this.#open.pop() !== isObject) return false;
    // The first whole object is the reply, with or without the field.
    return this.#expect(this.#open.length === 0 ? 'done' : 'rest');
  }

  #startString(use: Use): true {
    this.#use = use;
    if (use === 'key') this.#key = '';
    return this.#expect('string');
  }

  #string(text: string): number {
    if (this.#escape !== '') return this.#continueEscape(text);
    special.lastIndex = 0;
    const end = special.exec(text)?.index ?? text.length;
    this.#says(text.slice(0, end));
    if (end === text.length || this.#state === 'done') return text.length;
    const character = text[end] ?? '';
    if (character === '\\') this.#escape = '\\';
    else if (character === '"') this.#endString();
    else this.#breakString();
    return end + 1;
  }

  #continueEscape(text: string): number {
    const character = text[0] ?? '';
    this.#escape += character;
    const { length } = this.#escape;
    const simple = length === 2 ? escapes[character] : undefined;
    if (simple !== undefined) this.#endEscape(simple);
    else if (length === 2 ? character !== 'u' : !/[\da-f]/i.test(character)) this.#breakString();
    else if (length === 6) this.#endEscape(String.fromCharCode(Number.parseInt(this.#escape.slice(2), 16)));
    return 1;
  }

  #endEscape(text: string): void {
    this.#escape = '';
    this.#says(text);
  }

  #says(text: string): void {
    if (this.#use === 'key' && this.#key.length <= this.#name.length) this.#key += text;
    if (this.#use === 'field' && !this.#out.add(text)) this.#state = 'done';
  }

  #endString(): void {
    if (this.#use === 'field') this.#out.end();
    this.#state = this.#use === 'field' ? 'done' : this.#use === 'key' ? 'colon' : 'rest';
  }

  /** What has been read of the field stays read. */
  #breakString(): void {
    this.#escape = '';
    this.#state = this.#use === 'field' ? 'done' : 'search';
  }
}
