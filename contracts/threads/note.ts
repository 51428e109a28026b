/** What a person has told Switchyard to remember of a repository: a hint where to look, never evidence. */
import { z } from 'zod';

export const notesAtMost = { ofRun: 10, ofRepository: 100, characters: 500 } as const;

export const RepositoryNote = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  text: z.string().min(1).max(notesAtMost.characters),
  author: z.string().max(100),
  /** That was checked out when it was written; null where none is known. */
  commit: z.string().max(100).nullable(),
  /** ISO 8601. */
  at: z.string().max(40),
});
export type RepositoryNote = z.infer<typeof RepositoryNote>;

/** As it is stored. */
export const StoredNote = RepositoryNote.extend({
  /** ISO 8601; from then on it is neither shown nor given to anybody. */
  expires: z.string().max(40),
  /** What the repository is called, for people. */
  repository: z.string().max(300),
});
export type StoredNote = z.infer<typeof StoredNote>;
