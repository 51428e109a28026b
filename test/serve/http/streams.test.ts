/** Answers that come in pieces: no faster than they are read, ended where nobody reads, and with last words at a stop. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { type Route, ServerStopping } from '../../../serve/http/route.ts';
import { until } from '../../support/until.ts';
import { aServer, key, send, withKey } from './a-server.ts';

/** A stream that is pulled as the connection takes it, and what has become of it. */
function counted(pieces: number, bytes: number) {
  const seen = { pulled: 0, cancelled: false, aborted: null as unknown };
  const route: Route = {
    ...{ method: 'GET', path: '/stream', access: 'key' },
    handle: async (_request, { signal }) => {
      signal.addEventListener('abort', () => {
        seen.aborted = signal.reason;
      });
      const body = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            seen.pulled += 1;
            controller.enqueue(new Uint8Array(bytes).fill(97));
            if (seen.pulled === pieces) controller.close();
          },
          cancel() {
            seen.cancelled = true;
          },
        },
        { highWaterMark: 1 },
      );
      return new Response(body);
    },
  };
  return { seen, route };
}

const ask = `GET /stream HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\n\r\n`;

test('a stream arrives whole', async (t) => {
  const { seen, route } = counted(50, 10_000);
  const { port } = await aServer(t, { routes: [route] });
  const { text } = await send(port, { path: '/stream', headers: withKey });
  assert.deepEqual([text.length, seen.pulled], [500_000, 50]);
});

test('who does not read is waited for, and who goes away ends the stream', async (t) => {
  const { seen, route } = counted(10_000, 100_000);
  const { port } = await aServer(t, { routes: [route] });
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  socket.write(ask);
  await until(async () => (seen.pulled > 2 ? true : null));
  let before = -1;
  await until(async () => {
    const same = seen.pulled === before;
    before = seen.pulled;
    return same ? true : null;
  });
  assert.ok(seen.pulled < 1_000, `${seen.pulled} pieces are held for one that does not read`);
  socket.destroy();
  await until(async () => (seen.cancelled && seen.aborted !== null ? true : null));
  assert.ok(!(seen.aborted instanceof ServerStopping));
});

test('a server that stops takes nothing new, lets a stream say its last words, and ends', async (t) => {
  let begun = false;
  const lastWords: Route = {
    ...{ method: 'GET', path: '/stream', access: 'key' },
    handle: async (_request, { signal }) => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(Buffer.from('first '));
          begun = true;
          signal.addEventListener('abort', () => {
            if (!(signal.reason instanceof ServerStopping)) return;
            controller.enqueue(Buffer.from('last'));
            controller.close();
          });
        },
      });
      return new Response(body);
    },
  };
  const server = await aServer(t, { routes: [lastWords] });
  const answer = send(server.port, { path: '/stream', headers: withKey });
  await until(async () => begun || null);
  const stopped = server.stop();
  assert.equal((await answer).text, 'first last');
  await stopped;
  await assert.rejects(send(server.port, {}), { code: 'ECONNREFUSED' });
});

test('a stream that has no last words is cut when the time for them is over', async (t) => {
  const { route } = counted(1, 10);
  let begun = false;
  const handle = async () => {
    begun = true;
    return new Response(new ReadableStream());
  };
  const silent: Route = { ...route, handle };
  const server = await aServer(t, { routes: [silent], times: { stopMs: 200 } });
  const answer = send(server.port, { path: '/stream', headers: withKey });
  await until(async () => begun || null);
  await Promise.all([server.stop(), assert.rejects(answer, { code: 'ECONNRESET' })]);
});
