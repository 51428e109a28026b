/** Guesses which setting a name was meant for. */
import { type SettingName, settingNames } from './settings.ts';

/** The known name with the fewest edits (Levenshtein) to `name`. */
export function nearestSetting(name: string): SettingName {
  return settingNames.reduce((best, next) => (edits(name, next) < edits(name, best) ? next : best));
}

function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...to].entries()) {
      const changed = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min((row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1, changed));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
