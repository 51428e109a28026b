/** The keys of those who may call, by name. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { ServeKey } from '../../config/serve-keys.ts';
import type { Caller } from './route.ts';

export class ApiKeys {
  readonly #keys: readonly (ServeKey & { hash: Buffer })[];

  constructor(keys: readonly ServeKey[]) {
    this.#keys = keys.map((key) => ({ ...key, hash: hashOf(key.key) }));
  }

  /** In a time that says nothing of any key: all are compared, by hashes of one length. */
  callerOf(given: string): Caller | null {
    const hash = hashOf(given);
    const found = this.#keys.filter((key) => timingSafeEqual(key.hash, hash));
    return found[0] === undefined ? null : { name: found[0].name };
  }

  /** Of `Authorization: Bearer KEY`. */
  callerOfHeader(header: string | undefined): Caller | null {
    const [, given] = /^Bearer +([A-Za-z0-9._~+/=-]{1,400})$/i.exec(header ?? '') ?? [];
    return given === undefined ? null : this.callerOf(given);
  }

  /** The key of that name; null where it was taken away. */
  keyOf(name: string): string | null {
    return this.#keys.find((key) => key.name === name)?.key ?? null;
  }
}

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();
