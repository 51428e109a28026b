/** `switchyard model` as a person runs it: an address on stdout, an end by Ctrl-C, clear mistakes. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { complete } from './scene.ts';

const main = fileURLToPath(new URL('../../offline-model/main.ts', import.meta.url));

async function text(stream: NodeJS.ReadableStream | null): Promise<string> {
  let all = '';
  for await (const part of stream ?? []) all += part;
  return all;
}

async function ended(child: ChildProcess) {
  const [[code], stdout, stderr] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

test('it prints where it listens, answers there, and ends by Ctrl-C with code 0', async (t) => {
  const child = spawn(process.execPath, [main, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { url } = JSON.parse(line.toString());
  const reply = await complete(url, { messages: [{ role: 'user', content: 'Hello' }] });
  assert.equal(reply.model, 'switchyard-offline');
  const closed = once(child, 'close');
  child.kill('SIGINT');
  assert.deepEqual(await closed, [0, null]);
});

for (const [given, said] of [
  [['--faults', 'florp=1'], /florp/],
  [['--port', 'seven'], /--port/],
  [['--nonsense'], /--nonsense/],
] as const) {
  test(`${given.join(' ')} is refused in one line with code 2`, async () => {
    const { code, stdout, stderr } = await ended(spawn(process.execPath, [main, ...given]));
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, said);
    assert.equal(stderr.trim().split('\n').length, 1);
  });
}
