/** A session with the server of a scene, for tests of the application layer. */
import type { Session } from '../../application/session/session.ts';
import { connectLocal } from '../../application/session/temporal.ts';
import { noEncryption } from '../../codecs/cipher.ts';
import type { Scene } from '../support/scene.ts';

export async function sessionOf({ address, taskQueue }: Pick<Scene, 'address' | 'taskQueue'>): Promise<Session> {
  const patience = { tell: () => {}, signal: new AbortController().signal };
  const temporal = await connectLocal({ address, namespace: 'default', encryption: noEncryption }, patience);
  const never = new Promise<void>(() => {});
  return {
    ...temporal,
    taskQueue,
    webUrl: null,
    runtime: null,
    lost: never,
    urlOf: () => null,
    [Symbol.asyncDispose]: temporal.close,
  };
}
