import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../config/load-config.ts';
import { ConfigError } from '../../config/read-config.ts';

function load(t: { after(done: () => void): void }, text: string | null) {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-capabilities-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'capabilities.json');
  if (text !== null) writeFileSync(path, text);
  return loadConfig({ SWITCHYARD_MODEL_CAPABILITIES: path }, folder).model.capabilities;
}

const entry = { baseUrl: 'http://127.0.0.1:*', model: 'qwen3-*', capabilities: { logprobs: false, streaming: 'only' } };

test('a file of capabilities is part of the configuration, with a byte order mark too', (t) => {
  for (const mark of ['', '\ufeff'])
    assert.deepEqual(load(t, `${mark}${JSON.stringify({ models: [entry] })}`), [entry]);
});

test('an entry without address or model is one for all', (t) => {
  const [all] = load(t, JSON.stringify({ models: [{ capabilities: {} }] }));
  assert.deepEqual(all, { baseUrl: '*', model: '*', capabilities: {} });
});

test('what is wrong with the file is told with the setting, the file and the place', (t) => {
  const rows: [string | null, RegExp][] = [
    [null, /cannot be read \(.*ENOENT/],
    ['{', /expected JSON/],
    ['[]', /capabilities\.json: the whole: /],
    [JSON.stringify({ models: [{ capabilities: { temperatur: false } }] }), /models\.0\.capabilities: .*temperatur/],
    [JSON.stringify({ models: [{ capabilities: { thinks: 'often' } }] }), /models\.0\.capabilities\.thinks: /],
    [
      JSON.stringify({ models: [{ capabilities: { mostOutputTokens: 0 } }] }),
      /models\.0\.capabilities\.mostOutputTokens: /,
    ],
  ];
  for (const [text, expected] of rows)
    assert.throws(
      () => load(t, text),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.mistakes[0] ?? '', /^SWITCHYARD_MODEL_CAPABILITIES: \//);
        assert.match(error.mistakes[0] ?? '', expected);
        return true;
      },
    );
});
