/** Reads a run log line by line, and refuses what has no one reading: duplicates, and records of several datasets. */
import { RunLogRecord } from '../../contracts/run-log.ts';
import { presentNames } from '../../contracts/run-log-names.ts';
import { LineProblem, readJsonLine } from '../json-lines.ts';

export type RunLogReader = {
  /**
   * @param line its number in the file, from 1
   * @returns null for an empty line
   * @throws LineProblem with the file, the line and, for a conflict, the earlier line
   */
  read(text: string, line: number): RunLogRecord | null;
};

/** Unknown fields that are named; a log may hold any number of them. */
const mostNamed = 20;

/**
 * @param file as messages name it
 * @param warn called once with each field that is not read, with the line where it first stands
 */
export function runLogReader(file: string, warn: (warning: string) => void = () => {}): RunLogReader {
  const named = new Set<string>();
  const nameUnknown = (field: string, place: string) => {
    const name = field.replace(/\.\d+(?=\.|$)/g, '');
    if (named.has(name) || named.size > mostNamed) return;
    named.add(name);
    warn(
      named.size > mostNamed
        ? `${place}: there are more unknown fields, which are not named`
        : `${place}: unknown field "${name.slice(0, 200)}" is not read; "switchyard schema run-log" prints those that are`,
    );
  };
  const lineOfKey = new Map<string, number>();
  let dataset: { name: string; line: number } | null = null;
  return {
    read(text, line) {
      if (text.trim() === '') return null;
      const place = `${file}:${line}`;
      const record = readJsonLine(text, place, RunLogRecord, {
        named: presentNames,
        onUnknown: (field) => nameUnknown(field, place),
      });
      const key = JSON.stringify([record.question_id, record.variant, record.trial]);
      const earlier = lineOfKey.get(key);
      if (earlier !== undefined) throw new LineProblem(`${place}: ${nameOf(record)} stands on line ${earlier} already`);
      lineOfKey.set(key, line);
      if (record.dataset === null) return record;
      dataset ??= { name: record.dataset, line };
      if (record.dataset !== dataset.name)
        throw new LineProblem(
          `${place}: dataset "${record.dataset}", but line ${dataset.line} has "${dataset.name}": split the log by dataset`,
        );
      return record;
    },
  };
}

function nameOf({ question_id, variant, trial }: RunLogRecord): string {
  return `question "${question_id}" of variant "${variant}", trial ${trial},`;
}
