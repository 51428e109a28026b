/** The failures of retrieval that a person can act on, by the names of contracts/failures.ts. */
import { hostname } from 'node:os';

/** The repository that was named cannot be read; the message is one line and says what to do. */
export class RepositoryUnusable extends Error {
  override readonly name = 'RepositoryUnusable';
  /** The option that is wrong, where it is not the repository itself. */
  readonly setting: '--ref' | null;

  constructor(message: string, setting: '--ref' | null = null) {
    super(message);
    this.setting = setting;
  }
}

/** This machine does not hold the snapshot and cannot fetch it. */
export class SnapshotUnavailable extends Error {
  override readonly name = 'SnapshotUnavailable';
}

/** Stored text is missing or damaged on this machine. */
export class ContentUnavailable extends Error {
  override readonly name = 'ContentUnavailable';
}

/** @param why a clause that ends the sentence, such as "and it has no URL to fetch it from". */
export function snapshotUnavailable(snapshotId: string, dataDirectory: string, why: string): SnapshotUnavailable {
  return new SnapshotUnavailable(
    `machine ${hostname()} does not hold snapshot ${snapshotId.slice(0, 12)} in ${dataDirectory}, ${why}: ` +
      'run the worker where the repository was opened, or ask about a git URL',
  );
}
