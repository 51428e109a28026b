/** Reads the path of a request once, so that no later part meets one of several spellings of it. */
import { HttpError } from './http-error.ts';

/** `segments` are decoded; `path` and `search` are as they came. */
export type RequestPath = { segments: string[]; path: string; search: string };

const mostCharacters = 4_000;

/**
 * @param target of the request line
 * @throws HttpError 414; 400 for empty parts, `.` and `..` in any encoding, control characters, and what is no path
 */
export function requestPath(target: string): RequestPath {
  if (target.length > mostCharacters) throw new HttpError(414, 'the address is too long', { code: 'uri_too_long' });
  if (!/^\/[\x21-\x7e]*$/.test(target) || /[\\#]/.test(target)) throw wrong();
  const at = target.indexOf('?');
  const path = at === -1 ? target : target.slice(0, at);
  const segments = path === '/' ? [] : path.slice(1).split('/').map(segmentOf);
  return { segments, path, search: at === -1 ? '' : target.slice(at) };
}

function segmentOf(part: string): string {
  const decoded = decodedPart(part);
  const isWrong = decoded === null || /\p{Cc}/u.test(decoded) || decoded.split(/[/\\]/).some(isStep);
  if (isWrong) throw wrong();
  return decoded;
}

const isStep = (part: string): boolean => part === '' || part === '.' || part === '..';

function decodedPart(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

function wrong(): HttpError {
  const message = 'the path must not have empty parts, "." or "..", nor control characters';
  return new HttpError(400, message, { code: 'invalid_path' });
}
