/**
 * Browsers that have signed in. A cookie names its caller and its end, and is signed with that caller's key: it holds no key,
 * outlives a restart of the server, and ends with the key. The link that is printed at the start is good once.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ApiKeys } from './api-keys.ts';
import type { Caller } from './route.ts';

const cookieName = 'switchyard_session';
const sessionSeconds = 12 * 3600;
const linkSeconds = 3600;

type Link = { caller: Caller; untilMs: number };

export class PageSessions {
  readonly #keys: ApiKeys;
  /** Over https alone. */
  readonly #secure: boolean;
  readonly #now: () => number;
  readonly #links = new Map<string, Link>();

  constructor(keys: ApiKeys, secure: boolean, now: () => number = Date.now) {
    this.#keys = keys;
    this.#secure = secure;
    this.#now = now;
  }

  /** The value of `Set-Cookie` for a browser whose person is this caller. */
  cookieFor({ name }: Caller): string {
    const until = Math.floor(this.#now() / 1000) + sessionSeconds;
    return this.#cookie(`${name}.${until}.${this.#signature(name, until) ?? ''}`, sessionSeconds);
  }

  /** That which ends the session in its browser. */
  endingCookie(): string {
    return this.#cookie('', 0);
  }

  #cookie(value: string, seconds: number): string {
    const rules = `Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${this.#secure ? '; Secure' : ''}`;
    return `${cookieName}=${value}; ${rules}`;
  }

  /** @param header `Cookie`, of which another server of this host may have set a part */
  callerOf(header: string | undefined): Caller | null {
    const cookies = (header ?? '').split(';').map((each) => each.trim());
    for (const cookie of cookies) {
      const [, name = '', until = '', signature = ''] =
        /^switchyard_session=([A-Za-z0-9._-]{1,64})\.(\d{1,12})\.([A-Za-z0-9_-]{43})$/.exec(cookie) ?? [];
      const expected = name === '' ? null : this.#signature(name, Number(until));
      if (expected === null || Number(until) * 1000 <= this.#now()) continue;
      if (timingSafeEqual(Buffer.from(expected), Buffer.from(signature))) return { name };
    }
    return null;
  }

  #signature(name: string, until: number): string | null {
    const key = this.#keys.keyOf(name);
    return key === null ? null : createHmac('sha256', key).update(`page session ${name} ${until}`).digest('base64url');
  }

  /** A token that signs in as this caller, once, within an hour. */
  newLinkToken(caller: Caller): string {
    const token = randomBytes(32).toString('base64url');
    this.#links.set(token, { caller, untilMs: this.#now() + linkSeconds * 1000 });
    return token;
  }

  /** Null for one that there is not, that was used, or that is too old. */
  redeem(token: string): Caller | null {
    const link = this.#links.get(token);
    this.#links.delete(token);
    return link === undefined || link.untilMs <= this.#now() ? null : link.caller;
  }
}
