/** Keeps in memory what was stored or read last: the next turn, the check of a draft and the trace read it again. */
import type { ContentId } from '../../contracts/snapshot.ts';
import type { ContentStore } from './content-store.ts';

/** Of all texts that are kept: those of some questions at once. */
const mostCharacters = 4_000_000;
/** One text beyond this is not kept: it would take the place of many. */
const mostOfOne = mostCharacters / 16;

/** @param store still told of every text that is stored, so that its age is right */
export function withRecent(store: ContentStore): ContentStore {
  const texts = new Map<ContentId, string>();
  let characters = 0;
  const forget = (id: ContentId) => {
    characters -= texts.get(id)?.length ?? 0;
    texts.delete(id);
  };
  const keep = (id: ContentId, text: string) => {
    // What is no Unicode comes back from the store with replacement characters.
    if (text.length > mostOfOne || !text.isWellFormed()) return text;
    forget(id);
    texts.set(id, text);
    characters += text.length;
    // The walk to the oldest passes all that was deleted since the map was last packed: only where one has to go.
    if (characters > mostCharacters) makeRoom();
    return text;
  };
  const makeRoom = () => {
    for (const oldest of texts.keys()) {
      if (characters <= mostCharacters) break;
      forget(oldest);
    }
  };
  return {
    async put(text) {
      const id = await store.put(text);
      keep(id, text);
      return id;
    },
    get: async (id) => keep(id, texts.get(id) ?? (await store.get(id))),
  };
}
