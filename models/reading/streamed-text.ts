/** What is passed over in a text that comes in pieces: thinking before a reply, and the space around a text. */
import { literal, templateTags } from './thinking.ts';

/** Longer than any tag of a template. */
const longestTag = 20;

/** Gives a reply on from where it begins behind the thinking in tags. */
export class PastThinking {
  /** The beginning of a reply that may be a tag, or the end of a thought that may be a part of its closing tag. */
  #held = '';
  #close: RegExp | null = null;
  #begun = false;

  past(piece: string): string {
    if (this.#begun) return piece;
    let rest = this.#held + piece;
    this.#held = '';
    for (;;) {
      if (this.#close !== null) {
        const end = this.#close.exec(rest);
        if (end === null) return this.#hold(rest.slice(-longestTag));
        rest = rest.slice(end.index + end[0].length);
        this.#close = null;
      }
      rest = rest.trimStart();
      const head = rest.slice(0, longestTag).toLowerCase();
      const tag = templateTags.find(([open]) => head.startsWith(open.toLowerCase()));
      if (tag === undefined) {
        if (templateTags.some(([open]) => open.toLowerCase().startsWith(head))) return this.#hold(rest);
        this.#begun = true;
        return rest;
      }
      this.#close = new RegExp(literal(tag[1]), 'i');
      rest = rest.slice(tag[0].length);
    }
  }

  #hold(text: string): string {
    this.#held = text;
    return '';
  }
}

/** Gives a text on as it grows, up to a length, without the space around it and without half a character. */
export class TrimmedText {
  #room: number;
  #ready = '';
  /** What may turn out to be the space behind the text. */
  #space = '';
  /** The first half of a pair of surrogates. */
  #half = '';
  #begun = false;

  constructor(most: number) {
    this.#room = most;
  }

  /** False once no more is wanted. */
  add(piece: string): boolean {
    const text = this.#begun ? this.#half + piece : (this.#half + piece).trimStart();
    const ink = text.trimEnd().length;
    this.#half = '';
    if (ink > 0) {
      const end = /[\ud800-\udbff]/.test(text[ink - 1] ?? '') && ink === text.length ? ink - 1 : ink;
      this.#half = text.slice(end, ink);
      this.#give(text.slice(0, end));
    }
    // What is longer would only be cut.
    if (this.#space.length < this.#room) this.#space += text.slice(ink);
    return this.#room > 0;
  }

  end(): void {
    this.#give(this.#half);
  }

  take(): string {
    const ready = this.#ready;
    this.#ready = '';
    return ready;
  }

  #give(text: string): void {
    if (text === '') return;
    this.#begun = true;
    const given = (this.#space + text).slice(0, this.#room);
    this.#space = '';
    this.#ready += given.toWellFormed();
    this.#room -= given.length;
  }
}
