/**
 * The switch inside of a workflow bundle. Its settings are written into the bundle's text for each mutant, since nothing
 * else enters a workflow's sandbox; what was reached leaves it through a file.
 */

export type BundledSettings = { active: number; most: number; report: string };

/** As long as the settings can become, so that the bundle's source map stays right. */
const settingsLength = 300;
const marks = ['<<mutant', 'mutant>>'] as const;

/** The switch as a module for the bundle. */
export const bundledSwitch = `
const { active, most, report } = JSON.parse(${JSON.stringify(placeholder())}.slice(${marks[0].length}, -${marks[1].length}));
// The sandbox has no files. URL comes from the thread around it, and so does its constructor's constructor.
const thread = report === '' ? null : URL.constructor('return process')();
const reached = new Set();
let rounds = 0;
export function __round__() {
  rounds += 1;
  if (rounds > most) throw new Error('the mutant would never end');
}
export function __mutant__(id) {
  if (thread !== null && !reached.has(id)) {
    reached.add(id);
    thread.getBuiltinModule('node:fs').appendFileSync(report, id + '\\n');
  }
  return id === active;
}
`;

function placeholder(): string {
  return `${marks[0]}${' '.repeat(settingsLength)}${marks[1]}`;
}

/** @throws Error when the bundle holds no switch */
export function withSettings(bundle: string, settings: BundledSettings): string {
  const text = JSON.stringify(settings).replaceAll('"', '\\"').padEnd(settingsLength);
  if (text.length > settingsLength || !bundle.includes(placeholder())) throw new Error('the bundle takes no settings');
  return bundle.replaceAll(placeholder(), () => `${marks[0]}${text}${marks[1]}`);
}
