/**
 * The switch inside of a workflow bundle. Each workflow loads it anew, and reads its settings from a file then, so one
 * bundle and one worker serve all mutants; what was reached leaves the sandbox through a file, too.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type BundledSettings = {
  active: number /** Rounds of loops. */;
  most: number /** Where what was reached goes. */;
  report: string;
};

const settingsOf = (folder: string) => join(folder, 'workflow-settings-');

/**
 * The switch as a module for the bundle.
 * @param folder for the settings of each process that runs the bundle
 */
export const bundledSwitch = (folder: string): string => `
// The sandbox has no files. URL comes from the thread around it, and so does its constructor's constructor.
const thread = URL.constructor('return process')();
const files = thread.getBuiltinModule('node:fs');
const { active, most, report } = JSON.parse(files.readFileSync(${JSON.stringify(settingsOf(folder))} + thread.pid, 'utf8'));
const reached = new Set();
let rounds = 0;
export function __round__() {
  rounds += 1;
  if (rounds > most) throw new Error('the mutant would never end');
}
export function __mutant__(id) {
  if (report !== '' && !reached.has(id)) {
    reached.add(id);
    files.appendFileSync(report, id + '\\n');
  }
  return id === active;
}
`;

/** Workflows that begin in this process from now on have these settings. */
export function writeSettings(folder: string, settings: BundledSettings): void {
  writeFileSync(settingsOf(folder) + process.pid, JSON.stringify(settings));
}
