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

/**
 * @param cipher encrypts each piece; its id stays the hash of its clear bytes
 * @param before where runs that began before the store was shared have their text; read only
 */
export function createSharedContent(
  database: StoreDatabase,
  cipher: Cipher,
  before: Pick<ContentStore, 'get'> | null = null,
): ContentStore {
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
      return hash.toString('hex');
    },
    async get(id) {
      if (!ContentId.safeParse(id).success) throw unavailable(database, String(id), 'is not a content id');
      return read(id).catch((error: unknown) => {
        if (before === null || !(error instanceof ContentUnavailable)) throw error;
        return before.get(id).catch(() => Promise.reject(error));
      });
    },
  };
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function unavailable({ address }: StoreDatabase, id: string, what: string): ContentUnavailable {
  return new ContentUnavailable(`content ${id} ${what} in the shared store at ${shownStore(address)}`);
}
