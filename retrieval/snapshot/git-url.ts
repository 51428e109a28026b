/** Judges and names the URLs under which a repository can be fetched. */
import { createHash } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { RepositoryUnusable } from '../failures.ts';
import { withoutPasswords } from './git-command.ts';

const schemes = /^(https?|ssh|git|file):\/\/[^\s]+$/i;
/** `user@host:path`, the short form of ssh. */
const scpForm = /^[A-Za-z0-9_][\w.-]*@[A-Za-z0-9][\w.-]*:[^\s:][^\s]*$/;

/** @throws RepositoryUnusable when the text is no URL (or absolute path) that git may be given */
export function checkGitUrl(url: string): string {
  const host = /^[a-z]+:\/\/(?:[^/@]*@)?([^/]*)/i.exec(url)?.[1] ?? '';
  const known = schemes.test(url) || scpForm.test(url) || isAbsolute(url);
  if (!known || host.startsWith('-') || hasControls(url) || url.length > 2000) {
    throw new RepositoryUnusable(
      `"${withoutPasswords(oneLine(url))}" is not a git URL: give https://host/owner/name.git, ssh://…, file:///… or user@host:path`,
    );
  }
  return url;
}

/** A ref as a user writes it: branch, tag, commit, `HEAD~2`. @throws RepositoryUnusable when git could misread it */
export function checkRef(ref: string): string {
  if (ref.startsWith('-') || hasControls(ref) || /[\s:?*[\\^]/.test(ref.replaceAll(/\^\d*/g, '')) || ref.length > 300) {
    throw new RepositoryUnusable(`"${oneLine(ref)}" is not a git ref: give a branch, a tag or a commit`, '--ref');
  }
  return ref;
}

/** Names the store file of a repository: readable, and unique by a hash of what identifies it. */
export function repositoryKeyOf(name: string, identity: string): string {
  const readable = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 60);
  return `${readable || 'repository'}-${createHash('sha256').update(identity).digest('hex').slice(0, 12)}`;
}

/** The last part of a URL or path, without `.git`. */
export function nameOfUrl(url: string): string {
  return (
    url
      .replace(/(?<![/\\])[/\\]+$/, '')
      .replace(/\.git$/i, '')
      .split(/[/\\:]/)
      .at(-1) || 'repository'
  );
}

/** The URL as it may be stored and shown. */
export function publicUrl(url: string): string {
  return /^ssh:/i.test(url) ? url.replace(/^(ssh:\/\/[^/@:]*):[^/@]*@/i, '$1@') : withoutPasswords(url);
}

function hasControls(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return /[\u0000-\u001f\u007f]/.test(text);
}

export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 200);
}

/** For people: the name with the ref that was asked for, or with the commit where none was. */
export function labelOf(name: string, ref: string | undefined, commit: string): string {
  return `${name}@${ref === undefined || ref === commit ? commit.slice(0, 12) : ref}`;
}
