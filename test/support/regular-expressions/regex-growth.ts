/** Looks for texts on which a regular expression takes more than linear time, by pumping what it repeats. */
import type { Choice, Piece } from './regex-syntax.ts';
import { type Likeness, likenessOf } from './regex-likeness.ts';
import { CountedRegex, TooManySteps } from './regex-steps.ts';

/** Counted repetitions multiply the steps a character, whatever the length: they are tried in a smaller size. */
const mostCounted = 6;
const stepsPerCharacter = 500;
/** Of texts of twice the length a linear search takes twice the steps, a quadratic one four times. */
const mostGrowth = 3;
/** Below this many steps a character growth says nothing yet. */
const clearlyCheap = 15;

const alphabet = [...'aA0_ \n\t\r-.:,;=/\\#*<>()[]{}\'"`|@!?+%$&~é…\0'];
const fixedEndings = ['', '\0', '\n', 'a ', '_', '('];

type Growth = { text: string; steps: number; why: string };

/** The first text found on which the search is not linear; null where there is none among those tried. */
export function superlinearText(source: string, flags: string): Growth | null {
  const regex = new CountedRegex(source, flags, mostCounted);
  const { pumps, endings } = unlike(hostilePartsOf(regex), likenessOf(regex));
  for (const [lead, unit] of pumps) {
    for (const ending of endings) {
      const found = grows(regex, (length) => lead + unit.repeat(Math.ceil(length / unit.length)) + ending);
      if (found !== null) return { ...found, text: JSON.stringify(`${lead}(${unit})…${ending}`) };
    }
  }
  return null;
}

function grows(regex: CountedRegex, textOf: (length: number) => string): Omit<Growth, 'text'> | null {
  for (const length of [40, 400]) {
    const steps = stepsOn(regex, textOf(length));
    if (steps === Infinity) return { steps, why: 'too many steps' };
    if (steps < clearlyCheap * length || steps <= mostGrowth * stepsOn(regex, textOf(length / 2))) return null;
    if (length > 40) return { steps, why: 'grows' };
  }
  return null;
}

function stepsOn(regex: CountedRegex, text: string): number {
  try {
    regex.matches(text, stepsPerCharacter * text.length);
    return regex.steps;
  } catch (error) {
    if (error instanceof TooManySteps) return Infinity;
    throw error;
  }
}

type HostileParts = { pumps: (readonly [lead: string, unit: string])[]; endings: string[] };

/** What to repeat with what before it, and what to end with: also characters that each repetition refuses. */
function hostilePartsOf(regex: CountedRegex): HostileParts {
  const pumps = new Set<string>();
  const endings = new Set(fixedEndings);
  const add = (lead: string, unit: string) => {
    if (unit !== '') pumps.add(JSON.stringify([lead, unit]));
  };
  for (const character of alphabet) add('', character);
  const visit = (choice: Choice, leads: readonly string[]) => {
    for (const row of choice) {
      if (leads.length === 1 && leads[0] === '' && !row.some(mayGrow)) continue;
      let before = [...leads];
      for (const piece of row) {
        const refused = refusedBy(regex, piece);
        if (refused !== undefined) endings.add(refused);
        for (const unit of unitsOf(regex, piece)) {
          if (refused !== undefined) add(refused, unit);
          for (const lead of before.slice(0, 6)) {
            add(lead, unit);
            add('', lead + unit);
            add(lead, `${unit}\r`);
          }
        }
        const body = bodyOf(piece);
        if (body !== null) visit(body, before.slice(0, 4));
        const ways = samples(regex, piece);
        before = [...new Set(before.flatMap((lead) => ways.map((way) => lead + way)))].slice(0, 8);
        for (const lead of before) add('', lead);
      }
    }
  };
  visit(regex.tree, ['']);
  return { pumps: [...pumps].map((one) => JSON.parse(one) as [string, string]), endings: [...endings].slice(0, 8) };
}

/** One of those that take the same steps. */
function unlike({ pumps, endings }: HostileParts, likeness: Likeness): HostileParts {
  return {
    pumps: [
      ...new Map(pumps.map(([lead, unit]) => [`${likeness(lead)}\0${likeness(unit)}`, [lead, unit] as const])).values(),
    ],
    endings: [...new Map(endings.map((ending) => [likeness(ending), ending])).values()],
  };
}

/** A row without repetition takes as many steps as it is long. */
function mayGrow(piece: Piece): boolean {
  if (piece.kind === 'repeat') return piece.most >= 8 || mayGrow(piece.body);
  return (piece.kind === 'group' || piece.kind === 'look') && piece.body.some((row) => row.some(mayGrow));
}

/** A character that a repetition does not take. */
function refusedBy(regex: CountedRegex, piece: Piece): string | undefined {
  if (piece.kind !== 'repeat' || piece.body.kind !== 'character') return undefined;
  const { source } = piece.body;
  return alphabet.find((one) => !regex.accepts(source, one));
}

/** Of a piece that may repeat often, what one turn of it takes. */
function unitsOf(regex: CountedRegex, piece: Piece): string[] {
  if (piece.kind !== 'repeat' || piece.most < 8) return [];
  if (piece.body.kind === 'character') return charactersOf(regex, piece.body.source, 5);
  return samples(regex, piece.body).filter((unit) => unit !== '');
}

function bodyOf(piece: Piece): Choice | null {
  if (piece.kind === 'group' || piece.kind === 'look') return piece.body;
  return piece.kind === 'repeat' ? bodyOf(piece.body) : null;
}

/** A few texts that a piece may take: the shortest, and one with what is optional. */
function samples(regex: CountedRegex, piece: Piece): string[] {
  if (piece.kind === 'character') return charactersOf(regex, piece.source, 2);
  if (piece.kind === 'group') return piece.body.slice(0, 6).flatMap((row) => rowSamples(regex, row));
  if (piece.kind !== 'repeat') return [''];
  const one = samples(regex, piece.body);
  const times = Math.max(piece.least, 1);
  return [...(piece.least === 0 ? [''] : []), ...one.map((text) => text.repeat(times))];
}

function rowSamples(regex: CountedRegex, row: readonly Piece[]): string[] {
  return row
    .map((piece) => samples(regex, piece))
    .reduce<string[]>((done, ways) => done.flatMap((lead) => ways.map((way) => lead + way)).slice(0, 6), ['']);
}

function charactersOf(regex: CountedRegex, source: string, most: number): string[] {
  const own = [...source.replace(/^\\(?=.$)/, '')];
  const inside = source.startsWith('[') ? own.slice(1, -1) : own.length === 1 ? own : [];
  const wanted = [...inside, ...alphabet].filter((one) => one.length === 1);
  return [...new Set(wanted)].filter((one) => regex.accepts(source, one)).slice(0, most);
}
