/** Remembers, lists, shows and forgets notes on repositories. */
import { InvalidInput } from '../../application/errors.ts';
import { forget, listNotes, type NoteOptions, remember } from '../../application/memory/notes.ts';
import { repositoryOf } from '../../application/questions/repository-argument.ts';
import { readSettings } from '../../application/read-settings.ts';
import type { StoredNote } from '../../contracts/threads/note.ts';
import { exitCodes } from '../exit-codes.ts';
import { columnsOf, note as tell, print, printJson } from '../terminal/output.ts';
import { wrapText } from '../terminal/wrap-text.ts';

/** @returns the exit code @throws InvalidInput */
export async function rememberNote(
  text: string,
  { repo, json, ...options }: NoteOptions & { repo: string; json: boolean },
): Promise<number> {
  const kept = await remember(readSettings(), await repositoryOf({ repo }), text, options);
  if (json) printJson(kept);
  else print(noteText(kept));
  return exitCodes.worked;
}

/** @returns the exit code */
export async function showNotes({ repo, all, json }: { repo: string; all: boolean; json: boolean }): Promise<number> {
  const notes = await listNotes(readSettings(), all ? null : await repositoryOf({ repo }));
  if (json) printJson(notes);
  else if (notes.length === 0) tell('nothing is remembered: switchyard memory remember "…" keeps a note');
  else print(notes.map(noteText).join('\n'));
  return exitCodes.worked;
}

/** @returns the exit code @throws InvalidInput where there is no such note */
export async function showNote(id: string, json: boolean): Promise<number> {
  const found = (await listNotes(readSettings(), null)).find((each) => each.id === id);
  if (found === undefined)
    throw new InvalidInput('id', `there is no note ${id}: "switchyard memory list --all" lists them`);
  if (json) printJson(found);
  else print(noteText(found));
  return exitCodes.worked;
}

/** @returns the exit code @throws InvalidInput where there is no such note */
export async function forgetNote(id: string, json: boolean): Promise<number> {
  if (!(await forget(readSettings(), id)))
    throw new InvalidInput('id', `there is no note ${id}: "switchyard memory list --all" lists them`);
  if (json) printJson({ id, forgotten: true });
  else print(`forgot ${id}`);
  return exitCodes.worked;
}

function noteText({ id, text, author, at, expires, commit, repository }: StoredNote): string {
  const by = `${author}, ${at.slice(0, 10)}${commit === null ? '' : `, at ${commit.slice(0, 12)}`}`;
  const about = `${id}  ${repository} (${by}; until ${expires.slice(0, 10)})`;
  return `${about}\n${wrapText(`  ${text}`, columnsOf(process.stdout))}`;
}
