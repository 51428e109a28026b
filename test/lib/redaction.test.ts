import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRedactor, readingOnce, redactMessage } from '../../lib/redaction.ts';

const redactor = createRedactor(['configured-secret'], [/acme-\d{6}/g]);

const secrets: Record<string, string> = {
  'a configured key': 'the key configured-secret is refused',
  'an OpenAI key': 'sk-proj-abcdefgh12345678',
  'a GitHub token': 'ghp_abcdefghijklmnopqrstuvwxyz0123456789',
  'an AWS key id': 'AKIAIOSFODNN7EXAMPLE',
  'a Google key': 'AIzaSyA-abcdefghijklmnopqrstuvwx',
  'a JSON web token': 'eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeKKF2QT4',
  'a bearer header': 'Authorization: Bearer abcdef123456',
  'a password in JSON': '{"password": "correct horse"}',
  'a password in code': 'const password = "correct horse battery";',
  'a shell assignment': 'export DB_PASSWORD=hunter2hunter2',
  'a password in a URL': 'postgres://user:hunter2@host/db',
  'a private key': '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----',
  'half a private key': '-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA',
  'a pattern of the user': 'ticket acme-123456',
};
const parts = /configured-secret|abcdefgh|IOSFODNN|SflKx|abcdef123456|correct horse|hunter2|MIIEp|acme-1/;

for (const [what, text] of Object.entries(secrets)) {
  test(`${what} is taken out, as text and inside a value`, () => {
    assert.match(text, parts);
    assert.doesNotMatch(redactor.text(text), parts);
    assert.doesNotMatch(JSON.stringify(redactor.value({ deep: [{ [text]: text }] })), parts);
  });
}

test('a string under a telling name goes whole, whatever it looks like', () => {
  const given = { apiKey: 'abc', nested: { 'x-auth-token': 'abc', tokens: 12, path: 'src/token.ts' } };
  assert.deepEqual(redactor.value(given), {
    apiKey: '[redacted]',
    nested: { 'x-auth-token': '[redacted]', tokens: 12, path: 'src/token.ts' },
  });
});

test('what holds no secret stays as it is', () => {
  const code = 'const token = await next();\nif (password === undefined) throw new Error("no password");\n';
  assert.equal(redactor.text(code), code);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.deepEqual(createRedactor([]).value(structuredClone(value)), value);
    }),
    { examples: [[{ a: [1, null, 'b'] }]] },
  );
});

for (const [what, text] of Object.entries(secrets)) {
  if (what.startsWith('a configured') || what.startsWith('a pattern')) continue;
  test(`${what} is taken out of an error message`, () => assert.doesNotMatch(redactMessage(text, []), parts));
}

test('an error message keeps no piece of a key in use, and no key that its server has masked in part', () => {
  const key = 'own-key-0123456789';
  assert.equal(redactMessage(`refused: …${key.slice(4, 14)}…`, [key]), 'refused: …[redacted]…');
  assert.equal(redactMessage('Incorrect API key provided: sk-ab***yz.', []), 'Incorrect API key provided: [redacted]');
  assert.equal(redactMessage('key offline is short', ['offline']), 'key offline is short');
});

test('what reads each text once masks the same, and reads no text twice', () => {
  const plain = createRedactor(['hunter2secret'], [/internal-\d+/g]);
  let reads = 0;
  const text = (given: string) => {
    reads += 1;
    return plain.text(given);
  };
  const said = 'the key is hunter2secret, the ticket internal-77';
  const value = { messages: [{ content: said }, { content: said, password: 'x' }], said };
  assert.deepEqual(readingOnce({ ...plain, text }).value(value), plain.value(value));
  assert.equal(reads, 5, 'four names and one text');
});
