/** The shared store as its users load it, where a setting names one. */
export { createSharedContent } from './content.ts';
export { openDatabase, type StoreDatabase } from './database.ts';
export { createSharedJournal } from './journal.ts';
export { noteTemporalServer } from './sweep.ts';
