import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkoutFolder, loadConfig, placesOf } from '../../config/load-config.ts';
import { ConfigError, readConfig } from '../../config/read-config.ts';
import { settingNames } from '../../config/settings.ts';
import { userFolders } from '../../lib/user-folders.ts';
import { defaultTaskQueue, offlineModelName } from '../../contracts/names.ts';

const checkout = '/work/checkout';

function mistakesOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    assert.equal(error.message, error.mistakes.join('\n'));
    return error.mistakes;
  }
  assert.fail('no mistake was reported');
}

test('with nothing set, the offline model answers and everything lives where it is said', () => {
  const config = readConfig({}, null, checkout);
  assert.equal(config.dataDirectory, checkout);
  assert.equal(config.taskQueue, defaultTaskQueue);
  assert.equal(config.model.offline, true);
  assert.equal(config.model.router, offlineModelName);
  assert.deepEqual(
    [config.model.timeoutSeconds, config.model.attempts, config.model.heartbeatSeconds, config.model.reasoningTokens],
    [120, 5, 5, 4000],
  );
  assert.deepEqual(config.temporal, { executable: null, external: false, uiUrl: null, environment: {} });
  assert.equal(config.logLevel, 'info');
});

test('a key alone makes a real model answer, and a role may have its own', () => {
  const config = readConfig({ OPENAI_API_KEY: 'sk-abc', SWITCHYARD_MODEL_JUDGE: 'gpt-5' }, null, checkout);
  assert.equal(config.model.offline, false);
  assert.equal(config.model.router, 'gpt-5-mini');
  assert.equal(config.model.judge, 'gpt-5');
});

test('a base URL alone makes its server answer, without a trailing slash', () => {
  const config = readConfig(
    { OPENAI_BASE_URL: 'http://127.0.0.1:8080/v1/', SWITCHYARD_MODEL: 'llama' },
    null,
    checkout,
  );
  assert.equal(config.model.offline, false);
  assert.equal(config.model.baseUrl, 'http://127.0.0.1:8080/v1');
  assert.equal(config.model.synthesizer, 'llama');
});

test('an address is one as browsers read it, and spaces around it are no part of it', () => {
  const of = (address: string) => readConfig({ OPENAI_BASE_URL: address }, null, checkout).model.baseUrl;
  assert.equal(of(' http://[::1]:80/v1// '), 'http://[::1]:80/v1');
  for (const wrong of ['http:host', 'http://', 'ftp://host', 'host:80'])
    assert.match(mistakesOf(() => of(wrong)).join(), /^OPENAI_BASE_URL: expected an http:\/\//, wrong);
});

test('the real environment wins over the file, and an empty value there unsets what the file says', () => {
  const envFile = {
    path: '/c/.env',
    text: '# mine\nexport OPENAI_API_KEY="sk-file"\nSWITCHYARD_MODEL = a # why\nSWITCHYARD_TASK_QUEUE=from-file\r\n',
  };
  const config = readConfig({ OPENAI_API_KEY: '', SWITCHYARD_MODEL: 'b' }, envFile, checkout);
  assert.equal(config.model.apiKey, null);
  assert.equal(config.model.offline, true);
  assert.equal(config.model.specialist, 'b');
  assert.equal(config.taskQueue, 'from-file');
  assert.equal(readConfig({}, envFile, checkout).model.apiKey, 'sk-file');
});

test('all mistakes are reported together, each with its setting or its line and what is expected', () => {
  const envFile = {
    path: '/c/.env',
    text: 'SWITCHYARD_MODEL_TIMEOUT_SECONDS=soon\nsk-secret\n\nSWITCHYARD_MODEL="gpt\nSWITCHYARD_MODEL_ATEMPTS=3\n',
  };
  const env = {
    OPENAI_BASE_URL: 'localhost:8080',
    SWITCHYARD_LOG_LEVEL: 'loud',
    SWITCHYARD_HOME: 'here',
    SWITCHYARD_MODEL_ATTEMPTS: '0',
    OPENAI_API_KEY: 'two words',
  };
  const mistakes = mistakesOf(() => readConfig(env, envFile, checkout));
  assert.deepEqual(
    new Set(mistakes),
    new Set([
      '/c/.env:2: expected NAME=value, a comment or an empty line',
      '/c/.env:4: SWITCHYARD_MODEL has an opening quote without its closing one',
      'SWITCHYARD_MODEL_ATEMPTS: there is no such setting; did you mean SWITCHYARD_MODEL_ATTEMPTS?',
      'SWITCHYARD_MODEL_TIMEOUT_SECONDS: expected a whole number from 1 to 3600',
      'SWITCHYARD_MODEL_ATTEMPTS: expected a whole number from 1 to 100',
      'OPENAI_BASE_URL: expected an http:// or https:// address such as http://127.0.0.1:8080/v1',
      'OPENAI_API_KEY: expected a key without spaces',
      'SWITCHYARD_HOME: expected an absolute path (~ is not expanded)',
      'SWITCHYARD_LOG_LEVEL: expected one of fatal, error, warn, info, debug, trace, silent',
    ]),
  );
  assert.equal(mistakes.length, 9);
  assert.doesNotMatch(mistakes.join('\n'), /sk-secret|two words/);
});

test("Temporal's own settings are handed on, from the file too, and an address or profile means: start no server", () => {
  const envFile = { path: '/c/.env', text: 'TEMPORAL_ADDRESS=example.test:7233' };
  const config = readConfig({ TEMPORAL_NAMESPACE: 'qa', HOME: '/root' }, envFile, checkout);
  assert.equal(config.temporal.external, true);
  assert.deepEqual(config.temporal.environment, { TEMPORAL_ADDRESS: 'example.test:7233', TEMPORAL_NAMESPACE: 'qa' });
  assert.equal(readConfig({ TEMPORAL_PROFILE: 'prod' }, null, checkout).temporal.external, true);
  assert.equal(readConfig({ TEMPORAL_NAMESPACE: 'qa' }, null, checkout).temporal.external, false);
});

test('the address of a shared store says how its server is trusted, and nothing else', () => {
  const storeOf = (url: string) => readConfig({ SWITCHYARD_STORE_URL: url }, null, '/checkout').sharedStore;
  const store = { host: 'db', port: 5432, user: 'u', password: 'p@ß', database: 'd', tls: 'verify-full', caFile: null };
  assert.deepEqual(storeOf('postgres://u:p%40%C3%9F@db/d'), store);
  assert.deepEqual(storeOf('postgresql://u:p%40%C3%9F@db:5432/d?sslmode=require'), { ...store, tls: 'require' });
  assert.deepEqual(storeOf('postgres://u@[::1]:6/d?sslmode=disable'), {
    ...store,
    ...{ host: '::1', port: 6, password: '', tls: 'disable' },
  });
  const wrong = ['http://u@db/d', 'postgres://db/d', 'postgres://u@db', 'postgres://u@db/d?sslmode=prefer'];
  for (const url of [...wrong, 'postgres://u@db/d?host=other', 'postgres://u:%zz@db/d', 'db:5432'])
    assert.throws(() => storeOf(url), /SWITCHYARD_STORE_URL: expected an address such as postgres:/, url);
  assert.equal(storeOf(''), null);
});

test('a checkout without .env is fine; a folder in its place is a mistake beside the others', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  assert.equal(loadConfig({}, folder).dataDirectory, join(folder, '.switchyard'));
  mkdirSync(join(folder, '.env'));
  assert.deepEqual(
    mistakesOf(() => loadConfig({ SWITCHYARD_LOG_LEVEL: 'loud' }, folder)),
    [
      `${join(folder, '.env')}: expected a file, found a folder`,
      'SWITCHYARD_LOG_LEVEL: expected one of fatal, error, warn, info, debug, trace, silent',
    ],
  );
});

test('the npm package has its data and its settings in folders of the user, never in its own', () => {
  const env = { XDG_STATE_HOME: '/u/state', XDG_CONFIG_HOME: '/u/config', XDG_CACHE_HOME: 'not/absolute' };
  assert.deepEqual(placesOf(env, null), { envFile: '/u/config/switchyard/.env', dataDirectory: '/u/state/switchyard' });
  const on = (platform: string, given = {}) => userFolders(given, { platform, home: '/home/u' });
  assert.deepEqual(on('linux', env).cache, '/home/u/.cache/switchyard', 'a relative one is ignored');
  assert.deepEqual(on('linux'), {
    state: '/home/u/.local/state/switchyard',
    config: '/home/u/.config/switchyard',
    cache: '/home/u/.cache/switchyard',
  });
  assert.deepEqual(on('darwin'), {
    state: '/home/u/Library/Application Support/switchyard',
    config: '/home/u/Library/Application Support/switchyard',
    cache: '/home/u/Library/Caches/switchyard',
  });
  assert.equal(on('win32', { LOCALAPPDATA: '/local', APPDATA: '/roaming' }).config, '/roaming/switchyard');
});

test("the checkout's .env is read", (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-config-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, '.env'), "SWITCHYARD_TASK_QUEUE='mine'\n");
  assert.equal(loadConfig({}, folder).taskQueue, 'mine');
});

test('.env.example has every setting once, in the order of the table, and every example in it is accepted', () => {
  const text = readFileSync(join(checkoutFolder, '.env.example'), 'utf8');
  const lines = text.split('\n').flatMap((line) => /^# ([A-Z_]+=.*)$/.exec(line)?.[1] ?? []);
  const names = lines.map((line) => line.slice(0, line.indexOf('=')));
  assert.deepEqual(
    names.filter((name) => !/^(TEMPORAL|STACK|COMPOSE)_/.test(name)),
    settingNames,
  );
  assert.doesNotThrow(() => readConfig({}, { path: '.env', text: lines.join('\n') }, checkout));
});

test('proxies are read by either spelling, where anything is reached for; an unusable one is a mistake only there', () => {
  const key = { OPENAI_API_KEY: 'sk-abc' };
  const proxies = {
    http_proxy: 'me:pw@proxy.example:3128',
    HTTP_PROXY: 'http://other',
    HTTPS_PROXY: 'https://p.example',
  };
  assert.deepEqual(readConfig({ ...key, ...proxies, no_proxy: '.internal' }, null, checkout).model.access.network, {
    httpProxy: 'http://me:pw@proxy.example:3128/',
    httpsProxy: 'https://p.example/',
    noProxy: '.internal',
    caFile: null,
  });
  const socks = { HTTPS_PROXY: 'socks5://127.0.0.1:1080' };
  assert.equal(readConfig(socks, null, checkout).model.access.network.httpsProxy, null);
  const [mistake] = mistakesOf(() => readConfig({ ...key, ...socks }, null, checkout));
  assert.match(String(mistake), /^HTTPS_PROXY: expected an http:\/\/ or https:\/\/ address/);
});

test('extra headers and fields are JSON objects, and never what each call decides', () => {
  const read = (env: object) => readConfig({ OPENAI_API_KEY: 'sk-abc', ...env }, null, checkout).model;
  const { access, extraBody, stream, idleSeconds } = read({
    SWITCHYARD_MODEL_HEADERS: '{"x-team": "search"}',
    SWITCHYARD_MODEL_BODY: '{"all": {"seed": 7}, "router": {"seed": 8, "top_k": 1}}',
    SWITCHYARD_MODEL_STREAM: 'OFF',
  });
  assert.deepEqual(access.headers, { 'x-team': 'search' });
  assert.deepEqual([extraBody.router, extraBody.judge], [{ seed: 8, top_k: 1 }, { seed: 7 }]);
  assert.deepEqual([stream, idleSeconds], [false, 60]);
  const wrong = [
    { SWITCHYARD_MODEL_HEADERS: 'x-team: search' },
    { SWITCHYARD_MODEL_HEADERS: '{"x-team": 1}' },
    { SWITCHYARD_MODEL_HEADERS: '{"Content-Length": "1"}' },
    { SWITCHYARD_MODEL_HEADERS: '{"x-team": "a\\nb: c"}' },
    { SWITCHYARD_MODEL_BODY: '{"seed": 7}' },
    { SWITCHYARD_MODEL_BODY: '{"router": {"messages": []}}' },
    { SWITCHYARD_MODEL_BODY: '[]' },
    { SWITCHYARD_MODEL_API_KEY_HEADER: 'my header' },
    { SWITCHYARD_MODEL_STREAM: 'maybe' },
  ];
  for (const env of wrong) {
    const [name] = Object.keys(env);
    assert.match(String(mistakesOf(() => read(env))[0]), new RegExp(`^${name}: expected `));
  }
});

test('an endpoint of its own for embeddings gets no header of the chat model’s', () => {
  const chat = {
    OPENAI_API_KEY: 'sk-abc',
    SWITCHYARD_MODEL_HEADERS: '{"x-team": "search"}',
    SWITCHYARD_EMBEDDINGS_MODEL: 'e5',
    HTTPS_PROXY: 'http://proxy.example',
  };
  assert.deepEqual(readConfig(chat, null, checkout).embeddings?.access.headers, { 'x-team': 'search' });
  const own = readConfig({ ...chat, SWITCHYARD_EMBEDDINGS_BASE_URL: 'https://e.example' }, null, checkout).embeddings;
  assert.deepEqual(own?.access.headers, {});
  assert.equal(own?.access.network.httpsProxy, 'http://proxy.example/');
});

test('embeddings are off until a model is named, and a server of their own never gets the key of the chat model', () => {
  assert.equal(readConfig({ OPENAI_API_KEY: 'sk-abc' }, null, checkout).embeddings, null);
  const shared = readConfig({ OPENAI_API_KEY: 'sk-abc', SWITCHYARD_EMBEDDINGS_MODEL: 'small' }, null, checkout);
  assert.deepEqual([shared.embeddings?.baseUrl, shared.embeddings?.apiKey], [null, 'sk-abc']);
  const own = {
    OPENAI_API_KEY: 'sk-abc',
    SWITCHYARD_EMBEDDINGS_MODEL: 'e5',
    SWITCHYARD_EMBEDDINGS_BASE_URL: 'http://127.0.0.1:9/v1/',
    SWITCHYARD_EMBEDDINGS_QUERY_PREFIX: 'query: ',
    SWITCHYARD_EMBEDDINGS_WEIGHT: '30',
  };
  const { embeddings } = readConfig(own, null, checkout);
  assert.deepEqual([embeddings?.baseUrl, embeddings?.apiKey], ['http://127.0.0.1:9/v1', null]);
  assert.deepEqual([embeddings?.queryModel, embeddings?.queryPrefix, embeddings?.weight], ['e5', 'query: ', 0.3]);
});

test('a server for embeddings without a model, and a model without a server, are mistakes', () => {
  const server = { SWITCHYARD_EMBEDDINGS_BASE_URL: 'http://127.0.0.1:9/v1' };
  assert.match(mistakesOf(() => readConfig(server, null, checkout)).join(), /^SWITCHYARD_EMBEDDINGS_MODEL: expected/);
  const model = { SWITCHYARD_EMBEDDINGS_MODEL: 'e5' };
  assert.match(mistakesOf(() => readConfig(model, null, checkout)).join(), /BASE_URL or a key beside it$/);
});
