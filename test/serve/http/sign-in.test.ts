/** Browsers sign in once, by the link or by the form, and no other site acts in their name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiKeys } from '../../../serve/http/api-keys.ts';
import { PageSessions } from '../../../serve/http/page-sessions.ts';
import { aServer, codeOf, type Got, key, otherKey, send, withKey } from './a-server.ts';

const cookieOf = ({ headers }: Got): string => String(headers['set-cookie']?.[0]).split(';', 1)[0] ?? '';

function form(port: number, fields: Record<string, string>, headers: Record<string, string> = {}) {
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams(fields).toString();
  return send(port, { method: 'POST', path: '/login', body, headers: { ...type, ...headers } });
}

test('the link signs in once; the cookie holds no key and is for this site alone', async (t) => {
  const { port, newSignInUrl, lines } = await aServer(t);
  const url = new URL(newSignInUrl());
  const first = await send(port, { path: url.pathname + url.search });
  assert.equal(first.status, 200);
  assert.match(String(first.headers['set-cookie']), /; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/);
  const cookie = cookieOf(first);
  assert.ok(!cookie.includes(key));
  assert.equal((await send(port, { path: '/', headers: { cookie: `other=1; ${cookie}` } })).text, 'page of ana');
  const again = await send(port, { path: url.pathname + url.search });
  assert.deepEqual([again.status, again.headers['set-cookie']], [401, undefined]);
  assert.ok(!lines.join().includes(url.searchParams.get('token') ?? '?'), 'the log has no token');
});

test('the form signs in by a key, and goes on to a page of ours and no other', async (t) => {
  const { port, lines } = await aServer(t);
  assert.equal((await form(port, { key: 'wrong' })).status, 401);
  const ben = await form(port, { key: otherKey, next: '/runs/a%2Fb?x=1' });
  assert.match(ben.text, /<a href="\/runs\/a%2Fb\?x=1">/);
  assert.equal((await send(port, { path: '/', headers: { cookie: cookieOf(ben) } })).text, 'page of ben');
  for (const next of [
    '//evil.example',
    'https://evil.example',
    '/\\evil.example',
    '/"><script>',
    'javascript:alert(1)',
  ]) {
    const { text } = await form(port, { key, next });
    assert.match(text, /<a href="\/">/, next);
    assert.ok(!(await send(port, { path: `/login?next=${encodeURIComponent(next)}` })).text.includes('evil'), next);
  }
  assert.ok(!lines.join().includes(otherKey) && !lines.join().includes('wrong'));
});

test('without a session a browser is sent to the form, and a program is told; a key is no session', async (t) => {
  const { port } = await aServer(t);
  const browser = await send(port, { path: '/', headers: { accept: 'text/html,*/*' } });
  assert.deepEqual([browser.status, browser.headers.location], [303, '/login']);
  for (const headers of [withKey, { cookie: 'switchyard_session=ana.9999999999.x' }]) {
    const program = await send(port, { path: '/', headers: headers as Record<string, string> });
    assert.deepEqual([program.status, codeOf(program)], [401, 'no_session']);
  }
});

test('only a page of this server may change anything in a session', async (t) => {
  const { port } = await aServer(t);
  const cookie = cookieOf(await form(port, { key }));
  const change = (headers: Record<string, string>) =>
    send(port, { method: 'POST', path: '/change', headers: { cookie, ...headers } });
  for (const headers of [{}, { origin: 'null' }, { origin: 'https://evil.example' }])
    assert.equal((await change(headers as Record<string, string>)).status, 403);
  assert.equal((await change({ origin: `http://127.0.0.1:${port}` })).text, 'changed');
  const out = await send(port, {
    ...{ method: 'POST', path: '/logout' },
    headers: { cookie, origin: `http://127.0.0.1:${port}` },
  });
  assert.match(String(out.headers['set-cookie']), /^switchyard_session=; .*Max-Age=0/);
  assert.equal((await form(port, { key }, { origin: 'https://evil.example' })).status, 403);
});

test('a session ends with its time, with its key, and where anything of it is changed; a link ends after an hour', () => {
  let now = 1_000_000;
  const sessionsWith = (own: string, secure = false) =>
    new PageSessions(new ApiKeys([{ name: 'ana', key: own }]), secure, () => now);
  const sessions = sessionsWith(key);
  const [cookie = ''] = sessions.cookieFor({ name: 'ana' }).split(';');
  assert.deepEqual(sessions.callerOf(cookie), { name: 'ana' });
  assert.equal(sessionsWith(otherKey).callerOf(cookie), null);
  assert.equal(sessions.callerOf(cookie.replace('ana', 'ben')), null);
  assert.equal(sessions.callerOf(cookie.replace(/\.\d+\./, '.9999999999.')), null);
  assert.match(sessionsWith(key, true).cookieFor({ name: 'ana' }), /; Secure$/);
  const [used, old] = [sessions.newLinkToken({ name: 'ana' }), sessions.newLinkToken({ name: 'ana' })];
  assert.deepEqual([sessions.redeem(used), sessions.redeem(used)], [{ name: 'ana' }, null]);
  now += 12 * 3600 * 1000;
  assert.deepEqual([sessions.callerOf(cookie), sessions.redeem(old)], [null, null]);
});
