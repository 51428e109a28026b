/** Why encrypted content cannot be read; each ends with the way out. */

const setting = 'SWITCHYARD_ENCRYPTION_KEYS';

/** No key of that id is configured. */
export class EncryptionKeyUnknown extends Error {
  override readonly name = 'EncryptionKeyUnknown';

  constructor(id: string) {
    // The id comes from a file or a server, which may hold anything.
    const shown = id.replace(/[^A-Za-z0-9._-]/g, '?').slice(0, 64);
    super(
      `this is encrypted with the key "${shown}", which is not among the keys of ${setting}: ` +
        `name a file there that has its line`,
    );
  }
}

/** The key of that id is another one than the content was encrypted with, or the content has changed since. */
export class EncryptedDataDamaged extends Error {
  override readonly name = 'EncryptedDataDamaged';

  constructor(why: string) {
    super(
      `encrypted content cannot be read: ${why}. Either the file of ${setting} has another key under that id than the ` +
        'one that encrypted it, or the content is damaged',
    );
  }
}

/** Whether an error says that encrypted content cannot be read. */
export function isUnreadable(error: unknown): error is EncryptionKeyUnknown | EncryptedDataDamaged {
  return error instanceof EncryptionKeyUnknown || error instanceof EncryptedDataDamaged;
}
