import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLogger } from '../../observability/logging.ts';
import { createRedactor } from '../../lib/redaction.ts';

test('no key, token or password reaches the log, in a field, a message or an error', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-log-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'logs', 'a.log');
  const log = createLogger({ level: 'info', file, redactor: createRedactor(['plain"gateway'], [/acme-\d{6}/g]) });
  log.info({ apiKey: 'abcdef', headers: { Authorization: 'Bearer eyJhbGci.x.y' } }, 'asked with sk-proj-1234567890');
  log.error(
    new Error('401 for plain"gateway at https://user:hunter22@host/v1'),
    'failed: Bearer eyJhbGci.x.y for acme-123456',
  );
  log.debug('not this one');
  const text = readFileSync(file, 'utf8');
  const lines = text.trim().split('\n');
  assert.equal(lines.length, 2);
  assert.match(text, /asked with sk-\[redacted\]/);
  assert.match(text, /"level":"error"/);
  assert.equal(text.match(/\[redacted\]/g)?.length, 9);
  assert.doesNotMatch(text, /abcdef|eyJ|1234567890|gateway|hunter22|acme-1/);
  for (const line of lines) assert.doesNotThrow(() => JSON.parse(line));
});

test('a log that has grown large is put aside when it is opened again', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-log-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'a.log');
  writeFileSync(file, 'x'.repeat(5_000_001));
  createLogger({ level: 'info', file, redactor: createRedactor([]) }).info('anew');
  assert.equal(statSync(`${file}.1`).size, 5_000_001);
  assert.match(readFileSync(file, 'utf8'), /^\{.*anew.*\}\n$/);
});
