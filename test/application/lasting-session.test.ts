/** One session for many callers: opened once, anew where its runtime is gone, and left by its owner alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandFailure } from '../../lib/errors.ts';
import { ServerUnavailable } from '../../application/errors.ts';
import { LastingSession } from '../../application/session/lasting-session.ts';
import type { Session } from '../../application/session/session.ts';

type Opened = { session: Session; lose: () => void; left: number };

/** Sessions without a server, each of which can be lost. */
function sessions() {
  const opened: Opened[] = [];
  const gate = { wait: Promise.resolve() };
  const kept = new LastingSession(async (closing) => {
    await gate.wait;
    closing.throwIfAborted();
    const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
    const one: Opened = { session: {} as Session, lose, left: 0 };
    const leave = async () => {
      one.left += 1;
    };
    one.session = { lost, runtime: {}, [Symbol.asyncDispose]: leave } as unknown as Session;
    opened.push(one);
    return one.session;
  });
  return { kept, opened, gate };
}

test('callers share a session, which its owner closes', async () => {
  const { kept, opened } = sessions();
  await Promise.all([kept.opened(), kept.opened()]);
  await kept.opened();
  assert.deepEqual(
    opened.map(({ left }) => left),
    [0],
  );
  await kept[Symbol.asyncDispose]();
  assert.deepEqual(
    opened.map(({ left }) => left),
    [1],
  );
});

test('a session whose runtime went away is left and another one opened; work is done again in it', async () => {
  const { kept, opened } = sessions();
  await kept.opened();
  opened[0]?.lose();
  await opened[0]?.session.lost;
  const tries = await kept.use(async (_session, count) => {
    if (count > 1) return count;
    opened[1]?.lose();
    throw new ServerUnavailable('the connection is closed');
  });
  assert.equal(tries, 2);
  assert.deepEqual(
    opened.map(({ left }) => left),
    [1, 1, 0],
  );
  await assert.rejects(
    kept.use(
      () => Promise.reject(new CommandFailure('no')),
      () => {},
      AbortSignal.timeout(5_000),
    ),
    /no/,
  );
  await kept[Symbol.asyncDispose]();
});

test('a caller who gives up leaves the opening to the others; after its owner has left nothing is opened', async () => {
  const { kept, opened, gate } = sessions();
  const held = Promise.withResolvers<void>();
  gate.wait = held.promise;
  const stop = new AbortController();
  const [given, waited] = [kept.opened(stop.signal), kept.opened()];
  stop.abort();
  await assert.rejects(given, { code: 'Interrupted' });
  held.resolve();
  await waited;
  assert.equal(opened.length, 1);
  await kept[Symbol.asyncDispose]();
  await assert.rejects(kept.opened(), { name: 'AbortError' });
});

test('what could not be opened is opened by the next caller', async () => {
  const { kept, opened, gate } = sessions();
  gate.wait = Promise.reject(new CommandFailure('no server'));
  await assert.rejects(kept.opened(), /no server/);
  gate.wait = Promise.resolve();
  await kept.opened();
  assert.equal(opened.length, 1);
  await kept[Symbol.asyncDispose]();
});
