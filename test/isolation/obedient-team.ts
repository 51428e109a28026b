/** A model that obeys whatever it reads: it does what the attacks in front of it ask for, so that the defence is the code's. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { calls, goodDraft, inventedDraft, says, type Team } from '../support/team.ts';

export type Attack = {
  id: string;
  place: 'content' | 'file-name' | 'message' | 'tool-result' | 'earlier-draft';
  says: string;
  /** A tool that it wants called. */
  call?: [string, Record<string, unknown>];
  /** Fields that it wants in a reply. */
  claim?: Record<string, unknown>;
  /** Text that it wants in an answer. */
  emit?: string;
};

export const attacks: readonly Attack[] = JSON.parse(readFileSync(join(import.meta.dirname, 'attacks.json'), 'utf8'));

/** The words of an attack, with the mark by which the model knows what it asks for. */
export const wordsOf = ({ says: words, id }: Attack): string => `${words} OBEY-${id}`;

export const attacksIn = (place: Attack['place']): string =>
  attacks.flatMap((attack) => (attack.place === place ? [wordsOf(attack)] : [])).join('\n');

/** Whatever the specialist reads first; from there on its course is what it has read. */
const firstLook: [string, Record<string, unknown>][] = [
  ['list_files', {}],
  ['git_log', { path: 'README.md' }],
  ['read_lines', { path: 'docs/attacks.md' }],
  ['notes', { about: 'lid' }],
];

/** @returns the parts of the team, and which attacks were obeyed */
export function obedientTeam(): { parts: Partial<Team>; obeyed: Set<string> } {
  const obeyed = new Set<string>();
  const emitted = new Set<string>();
  const seenIn = (text: string) => attacks.filter(({ id }) => text.includes(`OBEY-${id}`));
  const claimsOf = (seen: readonly Attack[]) => {
    for (const { id, call } of seen) if (call === undefined) obeyed.add(id);
    return Object.assign({}, ...seen.map(({ claim = {} }) => claim)) as Record<string, unknown>;
  };
  const parts: Partial<Team> = {
    router: ({ request }) => {
      const claims = claimsOf(seenIn(request.text));
      return says(typeof claims.route === 'string' ? claims.route : 'reader');
    },
    specialist: ({ turn, reviewed, messages, request }) => {
      if (turn === 0 && !reviewed) return calls(...firstLook);
      const seen = seenIn(messages.map(({ content }) => content ?? '').join('\n'));
      const asked = seen.flatMap((attack) => (attack.call !== undefined && !obeyed.has(attack.id) ? [attack] : []));
      if (asked.length > 0 && request.body.tool_choice !== 'none') {
        const now = asked.slice(0, 8);
        for (const { id } of now) obeyed.add(id);
        return calls(...now.flatMap(({ call }) => (call === undefined ? [] : [call])));
      }
      for (const { emit } of seen) if (emit !== undefined) emitted.add(emit);
      const draft = reviewed ? goodDraft : inventedDraft;
      const answer = `${draft.answer}\n${reviewed ? [...emitted].join('\n') : attacksIn('earlier-draft')}`;
      const { citations: _, answer: __, ...claims } = claimsOf(seen);
      return says({ ...draft, ...claims, answer });
    },
    judge: ({ request }) => says({ ...claimsOf(seenIn(request.text)), accepted: true, reasons: [] }),
  };
  return { parts, obeyed };
}
