/** Reads the source of a regular expression into a tree, as far as this project's expressions need it. */

export type Piece =
  | { kind: 'character'; source: string }
  | { kind: 'edge'; source: string }
  | { kind: 'reference'; name: string }
  | { kind: 'group'; name: string | null; body: Choice }
  | { kind: 'look'; behind: boolean; negative: boolean; body: Choice }
  | { kind: 'repeat'; least: number; most: number; lazy: boolean; body: Piece };
/** Alternatives, each a row of pieces. */
export type Choice = Piece[][];

const edges = ['^', '$', '\\b', '\\B'];

export function parseRegex(source: string): Choice {
  const reader = new Reader(source);
  const choice = reader.choice();
  if (!reader.ended) throw new Error(`cannot read /${source}/`);
  return choice;
}

class Reader {
  #at = 0;
  #groups = 0;
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  get ended(): boolean {
    return this.#at >= this.#source.length;
  }

  choice(): Choice {
    const rows: Choice = [[]];
    while (!this.ended && !this.#next(')')) {
      if (this.#skip('|')) rows.push([]);
      else rows.at(-1)?.push(this.#repeated(this.#piece()));
    }
    return rows;
  }

  #piece(): Piece {
    if (this.#skip('(')) return this.#group();
    const edge = edges.find((one) => this.#skip(one));
    if (edge !== undefined) return { kind: 'edge', source: edge };
    const reference = this.#match(/\\(?:([1-9])|k<(\w+)>)/y);
    if (reference !== null) return { kind: 'reference', name: reference[1] ?? reference[2] ?? '' };
    const one = this.#match(
      /\[(?:\\[\s\S]|[^\]\\])*\]|\\(?:[pPu]\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\s\S])|[\s\S]/uy,
    );
    if (one === null) throw new Error(`cannot read /${this.#source}/ at ${this.#at}`);
    return { kind: 'character', source: one[0] };
  }

  #group(): Piece {
    const [opened, behind, sign] = this.#match(/\?(?:(<?)([=!])|:|<(\w+)>)/y) ?? [''];
    const name = /^\?<(\w+)>$/.exec(opened)?.[1] ?? null;
    if (opened === '' || name !== null) this.#groups += 1;
    const number = String(this.#groups);
    const body = this.choice();
    if (!this.#skip(')')) throw new Error(`a group is open in /${this.#source}/`);
    if (sign !== undefined) return { kind: 'look', behind: behind === '<', negative: sign === '!', body };
    return { kind: 'group', name: name ?? (opened === '' ? number : null), body };
  }

  #repeated(body: Piece): Piece {
    const found = this.#match(/(?:[*+?]|\{(\d+)(,?)(\d*)\})(\??)/y);
    if (found === null) return body;
    const [all, least, comma, most, lazy] = found;
    const counted = least !== undefined;
    const from = counted ? Number(least) : all.startsWith('+') ? 1 : 0;
    const upTo = counted
      ? comma === ''
        ? from
        : most === ''
          ? Infinity
          : Number(most)
      : all[0] === '?'
        ? 1
        : Infinity;
    return { kind: 'repeat', least: from, most: upTo, lazy: lazy === '?', body };
  }

  #next(text: string): boolean {
    return this.#source.startsWith(text, this.#at);
  }

  #skip(text: string): boolean {
    const found = this.#next(text);
    if (found) this.#at += text.length;
    return found;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source);
    this.#at += found?.[0].length ?? 0;
    return found;
  }
}
