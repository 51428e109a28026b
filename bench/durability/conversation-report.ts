/** What a recorded conversation comes to: its transcript, its table of rewrites, and what was paid twice. */
import { printableLine } from '../../lib/printable.ts';
import { howLost, type Kill, readExchanges } from './call-counts.ts';

export type ShownThread = {
  turns: {
    id: string;
    label: string;
    parent: string | null;
    outcome: string | null;
    status: string;
    question: string | null;
    state: {
      standalone_question?: string;
      thread?: { rewriting: { kind: string; reason?: string }; places: { path: string; status: string }[] };
    } | null;
  }[];
};

/** The transcript as a listing, the rewrites as a table. */
export function markdownOf(transcript: readonly string[], { turns }: ShownThread): string {
  const labels = new Map(turns.map(({ id, label }) => [id, label]));
  const rows = turns.map(({ label, parent, question, state }) => {
    const { kind = '', reason = '' } = state?.thread?.rewriting ?? {};
    const read = state?.standalone_question ?? (kind === 'failed' ? reason : kind);
    const why = kind === 'rewritten' ? reason : '';
    return `| ${[label, parent === null ? '' : labels.get(parent), question, read, why, placesText(state)].map((cell) => printableLine(cell ?? '')).join(' | ')} |`;
  });
  const head = '| turn | after | asked | read as | because | cited before |\n| --- | --- | --- | --- | --- | --- |';
  return ['~~~~~', transcript.join('\n').trimEnd(), '~~~~~', '', head, ...rows].join('\n');
}

function placesText(state: ShownThread['turns'][number]['state']): string {
  const places = state?.thread?.places ?? [];
  const counts = Map.groupBy(places, ({ status }) => status);
  return [...counts].map(([status, all]) => `${all.length} ${status}`).join(', ');
}

/** @param log of the model: one line as each request arrives, one as its reply has left */
export function lossesOf(log: string, kills: readonly Kill[], { turns }: ShownThread): string {
  const exchanges = readExchanges(log);
  const byCall = Map.groupBy(exchanges, ({ key }) => key);
  const lost = [...byCall.values()].flatMap((sent) =>
    sent.slice(1).map((again, at) => howLost(sent[at] ?? again, again, kills).lost),
  );
  const count = (how: string) => lost.filter((one) => one === how).length;
  return [
    '',
    `turns: ${turns.length}, of which ended with an outcome: ${turns.filter(({ outcome }) => outcome !== null).length}`,
    `model calls: ${byCall.size}; requests: ${exchanges.length}; kills: ${kills.length}`,
    `sent again: ${count('in flight')} in flight at a kill, ${count('in journal write') + count('received')} whose reply had arrived`,
  ].join('\n');
}
