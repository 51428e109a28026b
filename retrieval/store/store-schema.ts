/** The tables of a repository's file: what was copied from it, and the index made from that. */

/**
 * Raised when the tables of the text change. A file of the version before is brought up to date, so that its snapshots
 * stay; one of another version is emptied, and snapshots opened again.
 */
export const textVersion = 3;
/** Raised when anything that indexing writes changes; the index is then made again from the stored text. */
export const indexVersion = 5;

export const textTables = ['commit_path', 'history', 'snapshot_file', 'snapshot', 'file', 'blob'] as const;
export const indexTables = ['import', 'reference', 'definition', 'chunk_words', 'chunk'] as const;

export const createStateTable = `
  CREATE TABLE IF NOT EXISTS state (
    only INTEGER PRIMARY KEY CHECK (only = 1), text_version INTEGER NOT NULL, index_version INTEGER NOT NULL
  ) STRICT`;

/**
 * blob: a file's content by git's blob id, or by an id of its own where it is not read as it is (reading/file-text.ts);
 * \`text\` is null where it is not kept, \`skip\` then says why; \`reading\` is the last version of the rules that reads it so.
 * snapshot: \`skipped\` is the list of what was left out, as JSON; \`failure\` says why its index could not be built:
 * opening it again tries again.
 * file: a blob under a path: what is indexed. \`indexed\` is 1 once its chunks and definitions are
 * there, 2 when they had to be made without its syntax, which could not be read.
 */
export const createTextTables = `
  CREATE TABLE blob (
    id INTEGER PRIMARY KEY, oid TEXT NOT NULL UNIQUE, text TEXT, skip TEXT, lines INTEGER NOT NULL, bytes INTEGER NOT NULL,
    reading INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE file (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL, blob INTEGER NOT NULL, indexed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (path, blob)
  ) STRICT;
  CREATE TABLE snapshot (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, label TEXT NOT NULL, url TEXT,
    state TEXT NOT NULL CHECK (state IN ('building', 'ready', 'failed')), skipped TEXT NOT NULL, failure TEXT
  ) STRICT;
  CREATE TABLE snapshot_file (
    snapshot INTEGER NOT NULL, file INTEGER NOT NULL, PRIMARY KEY (snapshot, file)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE history (
    snapshot INTEGER NOT NULL, position INTEGER NOT NULL, oid TEXT NOT NULL, date TEXT NOT NULL, author TEXT NOT NULL,
    subject TEXT NOT NULL, PRIMARY KEY (snapshot, position)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE commit_path (
    snapshot INTEGER NOT NULL, path TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (snapshot, path, position)
  ) STRICT, WITHOUT ROWID`;

/** Of version 2: marks the texts that the rules of reading 2 read alike. What they do not is read again under another id. */
export const upgradeTextTables = `
  ALTER TABLE blob ADD COLUMN reading INTEGER NOT NULL DEFAULT 1;
  UPDATE blob SET reading = 2 WHERE text IS NOT NULL AND instr(text, char(65533)) = 0
    AND text NOT LIKE 'version https://git-lfs.github.com/spec/%' AND instr(substr(text, 1, 8000), 'PRIVATE KEY-----') = 0`;

/** chunk_words keeps no text of its own: its rows are found by chunk.id. */
export const createIndexTables = `
  CREATE TABLE chunk (
    id INTEGER PRIMARY KEY, file INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, symbol TEXT, kind TEXT
  ) STRICT;
  CREATE INDEX chunk_of_file ON chunk (file, first);
  CREATE VIRTUAL TABLE chunk_words USING fts5 (
    path, names, parts, body, comments, content = '', contentless_delete = 1, tokenize = 'porter unicode61'
  );
  CREATE TABLE definition (
    file INTEGER NOT NULL, line INTEGER NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, lower TEXT NOT NULL,
    last INTEGER NOT NULL, PRIMARY KEY (file, line, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX definition_by_name ON definition (lower, name);
  CREATE TABLE reference (
    name TEXT NOT NULL, file INTEGER NOT NULL, kind TEXT NOT NULL, count INTEGER NOT NULL, line INTEGER NOT NULL,
    PRIMARY KEY (name, file, kind)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE import (
    file INTEGER NOT NULL, specifier TEXT NOT NULL, PRIMARY KEY (file, specifier)
  ) STRICT, WITHOUT ROWID`;

/** Not part of a version: see snapshot-use.ts. */
export const createUseTables = `
  CREATE TABLE IF NOT EXISTS snapshot_use (snapshot INTEGER PRIMARY KEY, used_ms INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS sweep (only INTEGER PRIMARY KEY CHECK (only = 1), generation INTEGER NOT NULL) STRICT`;
