/**
 * Counts the steps of a backtracking search, the way the engine of JavaScript searches: from each start in turn,
 * alternatives in order, greedy before lazy. A step is one attempt to match one character or one position.
 */
import { type Choice, type Piece, parseRegex } from './regex-syntax.ts';

type Next = (at: number) => boolean;
type Match = (at: number, next: Next) => boolean;
/** Of a UTF-16 code unit. */
type Test = (code: number) => boolean;

export class TooManySteps extends Error {}

export class CountedRegex {
  steps = 0;
  readonly tree: Choice;
  #text = '';
  #limit = Infinity;
  readonly #flags: string;
  readonly #isMultiline: boolean;
  readonly #mostCounted: number;
  readonly #match: Match;
  readonly #saved = new Map<string, string>();
  readonly #tests = new Map<string, Test>();

  /** @param mostCounted counted repetitions such as `{1,300}` are read as if they went no further than this */
  constructor(source: string, flags: string, mostCounted = Infinity) {
    this.tree = parseRegex(source);
    this.#flags = flags.replaceAll(/[gyd]/g, '');
    this.#isMultiline = flags.includes('m');
    this.#mostCounted = mostCounted;
    this.#match = this.#choice(this.tree);
  }

  /** Ends of all matches that follow one another, as `replace`, `split` and `matchAll` find them, with their starts. */
  matches(text: string, limit = Infinity): [start: number, end: number][] {
    [this.#text, this.#limit, this.steps] = [text, limit, 0];
    const found: [number, number][] = [];
    let end = -1;
    const endsAt = (at: number) => {
      end = at;
      return true;
    };
    for (let start = 0; start <= text.length; start += 1) {
      if (this.#saved.size > 0) this.#saved.clear();
      this.#step();
      if (!this.#match(start, endsAt)) continue;
      found.push([start, end]);
      if (end > start) start = end - 1;
    }
    return found;
  }

  /** Whether a character matches a piece of the kind `character`. */
  accepts(source: string, character: string): boolean {
    return this.#testOf(source)(character.charCodeAt(0));
  }

  #testOf(source: string): Test {
    const known = this.#tests.get(source);
    if (known !== undefined) return known;
    const made = testOf(new RegExp(`^${source}$`, this.#flags.replace('m', '')));
    this.#tests.set(source, made);
    return made;
  }

  #step(): void {
    this.steps += 1;
    if (this.steps > this.#limit) throw new TooManySteps();
  }

  #choice(choice: Choice): Match {
    const rows = choice.map((row) => this.#row(row));
    if (rows.length === 1 && rows[0] !== undefined) return rows[0];
    return (at, next) => {
      for (const row of rows) if (row(at, next)) return true;
      return false;
    };
  }

  #row(row: readonly Piece[]): Match {
    return row.reduceRight<Match>(
      (rest, piece) => this.#before(piece, rest),
      (at, next) => next(at),
    );
  }

  /** A piece and what follows it. Most searches end at their first character: one that fails makes no closure. */
  #before(piece: Piece, rest: Match): Match {
    if (piece.kind === 'character') {
      const test = this.#testOf(piece.source);
      return (at, next) => this.#takes(test, at) && rest(at + 1, next);
    }
    if (piece.kind === 'edge') return (at, next) => this.#holds(piece.source, at) && rest(at, next);
    const part = this.#piece(piece);
    return (at, next) => part(at, (then) => rest(then, next));
  }

  #piece(piece: Piece): Match {
    switch (piece.kind) {
      case 'character':
      case 'edge':
        return this.#row([piece]);
      case 'reference':
        return (at, next) => this.#repeatsSaved(piece.name, at, next);
      case 'group':
        return this.#group(piece.name, this.#choice(piece.body));
      case 'look':
        return this.#look(piece);
      case 'repeat':
        return this.#repeat(piece);
    }
  }

  #takes(test: Test, at: number): boolean {
    this.#step();
    return at < this.#text.length && test(this.#text.charCodeAt(at));
  }

  #holds(edge: string, at: number): boolean {
    this.#step();
    if (edge === '^') return this.#isBreak(at - 1);
    if (edge === '$') return this.#isBreak(at);
    return (edge === '\\b') === (this.#isWord(at - 1) !== this.#isWord(at));
  }

  #isBreak(at: number): boolean {
    return at < 0 || at >= this.#text.length || (this.#isMultiline && lineBreak(this.#text.charCodeAt(at)));
  }

  #isWord(at: number): boolean {
    return at >= 0 && at < this.#text.length && word(this.#text.charCodeAt(at));
  }

  #repeatsSaved(name: string, at: number, next: Next): boolean {
    const saved = this.#saved.get(name) ?? '';
    this.steps += saved.length;
    this.#step();
    return this.#text.startsWith(saved, at) && next(at + saved.length);
  }

  #group(name: string | null, body: Match): Match {
    if (name === null) return body;
    return (at, next) =>
      body(at, (end) => {
        const before = this.#saved.get(name);
        this.#saved.set(name, this.#text.slice(at, end));
        if (next(end)) return true;
        if (before === undefined) this.#saved.delete(name);
        else this.#saved.set(name, before);
        return false;
      });
  }

  #look({ behind, negative, body }: Piece & { kind: 'look' }): Match {
    const rows = body.map((row) => ({ match: this.#row(row), length: behind ? fixedLength(row) : 0 }));
    const found = (at: number) =>
      rows.some(({ match, length }) => at >= length && match(at - length, (end) => !behind || end === at));
    return (at, next) => found(at) !== negative && next(at);
  }

  #repeat({ lazy, body, ...counts }: Piece & { kind: 'repeat' }): Match {
    const isCounted = counts.most !== Infinity;
    const least = Math.min(counts.least, this.#mostCounted);
    const most = isCounted ? Math.min(counts.most, this.#mostCounted) : Infinity;
    if (body.kind === 'character') return this.#repeatCharacter(this.#testOf(body.source), least, most, lazy);
    const match = this.#piece(body);
    const from = (at: number, count: number, next: Next): boolean => {
      const more = () => count < most && match(at, (end) => (end > at || count < least) && from(end, count + 1, next));
      if (count < least) return more();
      return lazy ? next(at) || more() : more() || next(at);
    };
    return (at, next) => from(at, 0, next);
  }

  #repeatCharacter(test: Test, least: number, most: number, lazy: boolean): Match {
    return (at, next) => {
      let count = 0;
      while (count < (lazy ? least : most) && this.#takes(test, at + count)) count += 1;
      if (count < least) return false;
      if (!lazy) {
        for (; count >= least; count -= 1) {
          this.#step();
          if (next(at + count)) return true;
        }
        return false;
      }
      while (!next(at + count)) {
        if (count >= most || !this.#takes(test, at + count)) return false;
        count += 1;
      }
      return true;
    };
  }
}

/** Each of the usual characters is tried once: nearly every step asks. */
function testOf(regex: RegExp): Test {
  const [yes, no] = [1, 2];
  const known = new Uint8Array(256);
  return (code) => {
    if (code >= known.length) return regex.test(String.fromCharCode(code));
    known[code] ||= regex.test(String.fromCharCode(code)) ? yes : no;
    return known[code] === yes;
  };
}

const lineBreak = testOf(/[\n\r\u2028\u2029]/);
const word = testOf(/\w/);

function fixedLength(row: readonly Piece[]): number {
  return row.reduce((sum, piece) => {
    if (piece.kind === 'character') return sum + 1;
    if (piece.kind === 'edge' || piece.kind === 'look') return sum;
    if (piece.kind === 'group' && piece.body.length === 1) return sum + fixedLength(piece.body[0] ?? []);
    throw new Error('a look-behind of no fixed length');
  }, 0);
}
