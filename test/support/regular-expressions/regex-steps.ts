/**
 * Counts the steps of a backtracking search, the way the engine of JavaScript searches: from each start in turn,
 * alternatives in order, greedy before lazy. A step is one attempt to match one character or one position.
 */
import { type Choice, type Piece, parseRegex } from './regex-syntax.ts';

type Next = (at: number) => boolean;
type Match = (at: number, next: Next) => boolean;

export class TooManySteps extends Error {}

export class CountedRegex {
  steps = 0;
  readonly tree: Choice;
  #text = '';
  #limit = Infinity;
  readonly #flags: string;
  readonly #mostCounted: number;
  readonly #match: Match;
  readonly #saved = new Map<string, string>();
  readonly #tests = new Map<string, (character: string) => boolean>();

  /** @param mostCounted counted repetitions such as `{1,300}` are read as if they went no further than this */
  constructor(source: string, flags: string, mostCounted = Infinity) {
    this.tree = parseRegex(source);
    this.#flags = flags.replaceAll(/[gyd]/g, '');
    this.#mostCounted = mostCounted;
    this.#match = this.#choice(this.tree);
  }

  /** Ends of all matches that follow one another, as `replace`, `split` and `matchAll` find them, with their starts. */
  matches(text: string, limit = Infinity): [start: number, end: number][] {
    [this.#text, this.#limit, this.steps] = [text, limit, 0];
    const found: [number, number][] = [];
    for (let start = 0; start <= text.length; start += 1) {
      let end = -1;
      this.#saved.clear();
      this.#step();
      const whole = this.#match(start, (at) => {
        end = at;
        return true;
      });
      if (!whole) continue;
      found.push([start, end]);
      if (end > start) start = end - 1;
    }
    return found;
  }

  /** Whether a character matches a piece of the kind `character`. */
  accepts(source: string, character: string): boolean {
    const known = this.#tests.get(source) ?? this.#testOf(source);
    this.#tests.set(source, known);
    return known(character);
  }

  #testOf(source: string): (character: string) => boolean {
    const regex = new RegExp(`^${source}$`, this.#flags.replace('m', ''));
    const known = new Map<string, boolean>();
    return (character) => {
      const answer = known.get(character) ?? regex.test(character);
      known.set(character, answer);
      return answer;
    };
  }

  #step(): void {
    this.steps += 1;
    if (this.steps > this.#limit) throw new TooManySteps();
  }

  #choice(choice: Choice): Match {
    const rows = choice.map((row) => this.#row(row));
    if (rows.length === 1 && rows[0] !== undefined) return rows[0];
    return (at, next) => rows.some((row) => row(at, next));
  }

  #row(row: readonly Piece[]): Match {
    const parts = row.map((piece) => this.#piece(piece));
    return parts.reduceRight<Match>(
      (rest, part) => (at, next) => part(at, (then) => rest(then, next)),
      (at, next) => next(at),
    );
  }

  #piece(piece: Piece): Match {
    switch (piece.kind) {
      case 'character':
        return (at, next) => this.#takes(piece.source, at) && next(at + 1);
      case 'edge':
        return (at, next) => this.#holds(piece.source, at) && next(at);
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

  #takes(source: string, at: number): boolean {
    this.#step();
    const character = this.#text[at];
    return character !== undefined && this.accepts(source, character);
  }

  #holds(edge: string, at: number): boolean {
    this.#step();
    const [before, after] = [this.#text[at - 1], this.#text[at]];
    const isBreak = (one: string | undefined) =>
      one === undefined || (this.#flags.includes('m') && /[\n\r\u2028\u2029]/.test(one));
    if (edge === '^') return isBreak(before);
    if (edge === '$') return isBreak(after);
    return (edge === '\\b') === (/\w/.test(before ?? '') !== /\w/.test(after ?? ''));
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
    if (body.kind === 'character') return this.#repeatCharacter(body.source, least, most, lazy);
    const match = this.#piece(body);
    const from = (at: number, count: number, next: Next): boolean => {
      const more = () => count < most && match(at, (end) => (end > at || count < least) && from(end, count + 1, next));
      if (count < least) return more();
      return lazy ? next(at) || more() : more() || next(at);
    };
    return (at, next) => from(at, 0, next);
  }

  #repeatCharacter(source: string, least: number, most: number, lazy: boolean): Match {
    return (at, next) => {
      let count = 0;
      while (count < (lazy ? least : most) && this.#takes(source, at + count)) count += 1;
      if (count < least) return false;
      if (!lazy) {
        for (; count >= least; count -= 1) {
          this.#step();
          if (next(at + count)) return true;
        }
        return false;
      }
      while (!next(at + count)) {
        if (count >= most || !this.#takes(source, at + count)) return false;
        count += 1;
      }
      return true;
    };
  }
}

function fixedLength(row: readonly Piece[]): number {
  return row.reduce((sum, piece) => {
    if (piece.kind === 'character') return sum + 1;
    if (piece.kind === 'edge' || piece.kind === 'look') return sum;
    if (piece.kind === 'group' && piece.body.length === 1) return sum + fixedLength(piece.body[0] ?? []);
    throw new Error('a look-behind of no fixed length');
  }, 0);
}
