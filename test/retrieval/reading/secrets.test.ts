import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { isSecretName } from '../../../retrieval/reading/secret-files.ts';
import {
  commitAll,
  gitRepository,
  listPaths,
  never,
  runTool,
  scratchFolder,
  scratchRetrieval,
  writeFiles,
} from '../scratch.ts';

const key = (kind: string) =>
  `-----BEGIN ${kind}PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7hidden\n-----END ${kind}PRIVATE KEY-----\n`;
const secrets = {
  '.env': 'SECRET=hidden\n',
  'app/.env.production': 'TOKEN=hidden\n',
  'deploy/id_ed25519': key('OPENSSH '),
  'notes/key-backup.txt': key('RSA '),
  'certs/server.pem': `subject=/CN=x\n${key('')}`,
  '.npmrc': '//registry.npmjs.org/:_authToken=npm_hidden\n',
  'home/.aws/credentials': '[default]\naws_secret_access_key = hidden\n',
  'infra/terraform.tfstate': '{"password": "hidden"}\n',
  'gcp/account.json': '{"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----\\nhidden"}\n',
};
const plain = {
  'main.py': 'def plain():\n    return 1\n',
  '.env.example': 'SECRET=fill-me-in\n',
  'certs/public.pem': '-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n',
  'lib/.npmrc': `registry=https://registry.npmjs.org/\n//registry.npmjs.org/:_authToken=${'$'}{NPM_TOKEN}\n`,
  'test/keys.py': `KEY = """\n${key('RSA ')}"""\n`,
};

test('files that are known to hold secrets are left out of folders, commits and changes, and named', async (t) => {
  const folder = scratchFolder(t);
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const plainFolder = writeFiles(join(folder, 'plain'), { ...plain, ...secrets });
  const checkout = gitRepository(join(folder, 'checkout'), { ...plain, ...secrets });
  const changed = gitRepository(join(folder, 'changed'), plain);
  writeFiles(changed, secrets);
  for (const [path, uncommitted] of [
    [plainFolder, false],
    [checkout, false],
    [changed, true],
  ] as const) {
    const ref = { kind: 'path', path, ...(uncommitted ? { uncommitted } : {}) } as const;
    const snapshot = await retrieval.open(ref, { signal: never });
    assert.deepEqual(await listPaths(retrieval, snapshot), Object.keys(plain).sort(), path);
    const left = snapshot.leftOut?.find(({ reason }) => reason === 'secret');
    assert.equal(left?.count, Object.keys(secrets).length, path);
    assert.deepEqual([...(left?.examples ?? [])].sort(), Object.keys(secrets).sort(), path);
    assert.match((await runTool(retrieval, snapshot, 'grep', { pattern: 'hidden' })).text, /test\/keys\.py/);
    assert.doesNotMatch((await runTool(retrieval, snapshot, 'grep', { pattern: 'hidden' })).text, /@@ (?!test)/);
    const explained = await retrieval.explain(ref, '.env', never);
    assert.match(String(explained.reason), /^secret: .*--include-secrets/);

    const whole = await retrieval.open({ ...ref, includeSecrets: true }, { signal: never });
    assert.notEqual(whole.id, snapshot.id);
    assert.deepEqual(await listPaths(retrieval, whole), Object.keys({ ...plain, ...secrets }).sort(), path);
    assert.match((await runTool(retrieval, whole, 'read_lines', { path: 'notes/key-backup.txt' })).text, /hidden/);
    assert.equal((await retrieval.open(ref, { signal: never })).id, snapshot.id);
  }
});

test('an untracked secret beside an unchanged commit is named under --uncommitted', async (t) => {
  const folder = scratchFolder(t);
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const path = commitAll(writeFiles(gitRepository(join(folder, 'checkout'), plain), { 'b.py': 'b = 1\n' }), 'second');
  writeFiles(path, { '.env': 'SECRET=hidden\n' });
  const snapshot = await retrieval.open({ kind: 'path', path, uncommitted: true }, { signal: never });
  assert.deepEqual(snapshot.leftOut, [{ reason: 'secret', count: 1, examples: ['.env'] }]);
});

test('names that only look like those of secrets are kept', () => {
  for (const path of [
    '.env.example',
    '.env.d.ts',
    'src/env.ts',
    '.env/bin/activate',
    'x/.env.sample',
    'key.ts',
    'keys/a.md',
  ])
    assert.equal(isSecretName(path), false, path);
  for (const path of ['.env.local', 'tls.key', 'a/b.p12', 'prod.tfvars', '.netrc', '.ssh/work_key', '.kube/config'])
    assert.equal(isSecretName(path), true, path);
});
