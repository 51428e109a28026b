/** Text outside of history in the shared store, by the contract of the folder's (retrieval/store/content-store.ts). */
import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import type { Cipher } from '../codecs/cipher.ts';
import { ContentId } from '../contracts/snapshot.ts';
import { ContentUnavailable } from '../retrieval/failures.ts';
import { type ContentStore, unpackedPiece } from '../retrieval/store/content-store.ts';
import type { StoreDatabase } from './database.ts';
import { shownStore } from './failures.ts';

/** A mark is not renewed more often, as in the folder's store: what gc removes has been older for far longer. */
const putPiece = `
  INSERT INTO switchyard.piece (id, packed) VALUES ($1, $2)
  ON CONFLICT (id) DO UPDATE SET stored_at = now(), packed = excluded.packed
  WHERE piece.stored_at < now() - interval '5 minutes'`;

/** Characters that are kept in memory: a turn of a conversation reads all turns before it. */
const cachedCharacters = 16_000_000;

/**
 * @param cipher encrypts each piece; its id stays the hash of its clear bytes
 * @param before where runs that began before the store was shared have their text; read only
 */
export function createSharedContent(
  database: StoreDatabase,
  cipher: Cipher,
  before: Pick<ContentStore, 'get'> | null = null,
): ContentStore {
  const known = new TextCache(cachedCharacters);
  const read = async (id: ContentId): Promise<string> => {
    const [row] = await database.query<{ packed: Buffer }>('SELECT packed FROM switchyard.piece WHERE id = $1', [
      Buffer.from(id, 'hex'),
    ]);
    if (row === undefined) throw unavailable(database, id, 'is not stored');
    const bytes = unpackedPiece(row.packed, cipher);
    if (bytes === null || sha256(bytes).toString('hex') !== id)
      throw unavailable(database, id, 'is damaged: its bytes do not match its id');
    return bytes.toString('utf8');
  };
  return {
    async put(text) {
      const bytes = Buffer.from(text, 'utf8');
      const hash = sha256(bytes);
      await database.query(putPiece, [hash, cipher.seal(zstdCompressSync(bytes), true)]);
      const id = hash.toString('hex');
      known.add(id, text);
      return id;
    },
    async get(id) {
      if (!ContentId.safeParse(id).success) throw unavailable(database, String(id), 'is not a content id');
      const cached = known.get(id);
      if (cached !== undefined) return cached;
      const text = await read(id).catch((error: unknown) => {
        if (before === null || !(error instanceof ContentUnavailable)) throw error;
        return before.get(id).catch(() => Promise.reject(error));
      });
      known.add(id, text);
      return text;
    },
  };
}

/** Texts never change, so that nothing of it is ever old; the one used longest ago goes first. */
class TextCache {
  readonly #texts = new Map<ContentId, string>();
  readonly #most: number;
  #characters = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get(id: ContentId): string | undefined {
    const text = this.#texts.get(id);
    if (text !== undefined) {
      this.#texts.delete(id);
      this.#texts.set(id, text);
    }
    return text;
  }

  add(id: ContentId, text: string): void {
    if (this.#texts.has(id) || text.length > this.#most / 4) return;
    this.#texts.set(id, text);
    this.#characters += text.length;
    for (const [oldest, { length }] of this.#texts) {
      if (this.#characters <= this.#most) break;
      this.#texts.delete(oldest);
      this.#characters -= length;
    }
  }
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function unavailable({ address }: StoreDatabase, id: string, what: string): ContentUnavailable {
  return new ContentUnavailable(`content ${id} ${what} in the shared store at ${shownStore(address)}`);
}
