/** Lays out drafts that are being written: the end of each below its name, bounded by the size of the terminal. */
import type { DraftRunEvent } from '../../application/runs/watch-drafts.ts';
import { draftName, elsewhereText } from '../../application/words/draft-words.ts';
import { printable } from '../../lib/printable.ts';
import { wrapText } from './wrap-text.ts';

export type DraftLines = {
  take(event: DraftRunEvent, tries: number): void;
  lines(size: { columns: number; rows: number }): string[];
};

/** Lines of a terminal that the rest of the view takes, at most. */
const linesOfOthers = 14;
const mostLines = 12;
const leastLines = 3;
/** What the view puts before a line, and a margin. */
const indent = 10;

/** Of a specialist the newest draft is shown, and that of the synthesis alone once it is there. */
export function draftLines(): DraftLines {
  const shown = new Map<string, { name: string; text: string }>();
  let elsewhere: string[] = [];
  return {
    take(event, tries) {
      if (event.kind === 'drafts-elsewhere') {
        elsewhere = [elsewhereText];
        return;
      }
      const { draft } = event;
      const { stage, specialist = '', text } = draft;
      if (stage === 'synthesis') shown.clear();
      shown.set(`${stage} ${specialist}`, { name: draftName(draft, tries), text });
    },
    lines({ columns, rows }) {
      const room = Math.max(leastLines, Math.min(mostLines, rows - linesOfOthers));
      const drafts = [...shown.values()].filter(({ text }) => text !== '');
      const each = Math.max(1, Math.floor(room / Math.max(1, drafts.length)) - 1);
      const width = Math.max(20, columns - indent);
      return [...elsewhere, ...drafts.flatMap(({ name, text }) => [name, ...lastLines(text, width, each)])];
    },
  };
}

function lastLines(text: string, width: number, most: number): string[] {
  // What is further up is not laid out again with each piece.
  const end = printable(text.slice(-4 * width * most).toWellFormed());
  const lines = wrapText(end, width)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.slice(-most).map((line) => `  ${line}`);
}
