/** Reads the `path` that a model gives: a file, a folder or a glob, looked up in the snapshot's table and nowhere else. */
import { pathProblem } from '../reading/path-rule.ts';
import type { SnapshotView, ViewFile } from '../snapshot/snapshot-view.ts';

/** What a tool tells the model when its arguments cannot be used; becomes a tool error. */
export class ToolMisuse extends Error {
  override readonly name = 'ToolMisuse';
}

/** The path as the snapshot would write it. @throws ToolMisuse on one that no file of a snapshot can have */
export function snapshotPath(path: string): string {
  const written = path.replace(/^(\.\/+)+/, '').replace(/(?<!\/)\/+$/, '');
  if (written === '' || written === '.') {
    if (path.startsWith('/')) throw new ToolMisuse(`"${path}" is not relative to the root of the snapshot`);
    return '';
  }
  const problem = pathProblem(written);
  if (problem !== null) throw new ToolMisuse(`the path "${written.slice(0, 200)}" ${problem}`);
  return written;
}

/** The file at exactly this path. @throws ToolMisuse with the nearest paths when there is none */
export function fileAt(view: SnapshotView, path: string): ViewFile {
  const wanted = snapshotPath(path);
  const file = view.byPath.get(wanted);
  if (file !== undefined) return file;
  const similar = similarPaths(view, wanted);
  const hint = similar.length > 0 ? `did you mean ${similar.join(' or ')}?` : 'use list_files to see what there is';
  throw new ToolMisuse(`there is no file "${wanted}" in this snapshot; ${hint}`);
}

/** A path, folder or glob as a test; everything when it is absent. @throws ToolMisuse when it matches no file */
export function pathFilter(view: SnapshotView, path: string | undefined): (path: string) => boolean {
  const wanted = path === undefined ? '' : snapshotPath(path);
  if (wanted === '') return () => true;
  if (view.byPath.has(wanted)) return (candidate) => candidate === wanted;
  const matches = pathTest(wanted);
  if (view.files.some((file) => matches(file.path))) return matches;
  const starts = (candidate: string) => candidate.startsWith(wanted);
  if (view.files.some((file) => starts(file.path))) return starts;
  const similar = similarPaths(view, wanted);
  const hint = similar.length > 0 ? `did you mean ${similar.join(' or ')}?` : 'leave path out, or use list_files';
  throw new ToolMisuse(`no file of this snapshot matches path "${wanted}"; ${hint}`);
}

function pathTest(wanted: string): (path: string) => boolean {
  if (!/[*?[{]/.test(wanted)) return (path) => path === wanted || path.startsWith(`${wanted}/`);
  return globTest(wanted);
}

/** `*` and `?` stay inside a folder, `**` does not; `{a,b}` and `[abc]` as in a shell. Without a `/` it tests the name. */
export function globTest(glob: string): (path: string) => boolean {
  if (glob.length > 200) throw new ToolMisuse('a glob may have at most 200 characters');
  const source = glob.includes('/') ? glob : `**/${glob}`;
  let pattern = '';
  for (const [token] of source.matchAll(/\*\*\/|\*+|\?|\{[^{}]{0,200}\}|\[[^\]/]{0,200}\]|[\s\S]/g))
    pattern += globToken(token);
  let compiled: RegExp;
  try {
    compiled = new RegExp(`^${pattern}$`);
  } catch {
    throw new ToolMisuse(`"${glob}" is not a glob: try a folder, or something like src/**/*.ts`);
  }
  return (path) => compiled.test(path);
}

function globToken(token: string): string {
  if (token === '**/') return '(?:.*/)?';
  if (token.startsWith('**')) return '.*';
  if (token === '*') return '[^/]*';
  if (token === '?') return '[^/]';
  if (token.startsWith('[') && token.length > 2) {
    return `[${token.slice(1, -1).replace(/^!/, '^').replace(/[[\\]/g, '\\$&')}]`;
  }
  if (token.startsWith('{') && token.length > 1) {
    const choices = token.slice(1, -1).split(',');
    return `(?:${choices.map((choice) => [...choice].map((one) => globToken(one)).join('')).join('|')})`;
  }
  return token.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** Up to three paths that are most alike: but for the case, the folder, or how the name goes on. */
export function similarPaths(view: SnapshotView, wanted: string): string[] {
  const lower = wanted.toLowerCase().replaceAll('\\', '/');
  const name = lower.slice(lower.lastIndexOf('/') + 1);
  const stem = name.replace(/\.[^.]*$/, '');
  const rank = (path: string) => {
    const candidate = path.toLowerCase();
    if (candidate === lower) return 4;
    if (candidate.endsWith(`/${lower}`) || lower.endsWith(`/${candidate}`)) return 3;
    if (candidate === name || candidate.endsWith(`/${name}`)) return 2;
    return stem.length > 2 && candidate.slice(candidate.lastIndexOf('/') + 1).startsWith(stem) ? 1 : 0;
  };
  const ranked = view.files.map(({ path }) => ({ path, rank: rank(path) }));
  const best = ranked.reduce((most, one) => Math.max(most, one.rank), 1);
  return ranked.flatMap((one) => (one.rank === best ? [one.path] : [])).slice(0, 3);
}
