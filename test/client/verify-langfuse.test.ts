import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verificationTrace } from '../../client/doctor/verification-trace.ts';
import { compareObservations } from '../../observability/langfuse-readback.ts';
import { LangfuseStub } from '../support/langfuse-stub.ts';
import { runSwitchyard, temporaryFolder } from './run-command.ts';
import { runInProcess } from './run-in-process.ts';
import { keysWithCapitals } from './snake-keys.ts';

type Verdict = { right: boolean; link: string; checks: { name: string; ok: boolean; detail: string }[] };

async function verify(stub: LangfuseStub, run = runInProcess): Promise<Verdict & { code: number | null }> {
  using dataDirectory = temporaryFolder();
  const { langfuse } = stub.traces();
  const env = {
    SWITCHYARD_HOME: dataDirectory.path,
    LANGFUSE_BASE_URL: stub.baseUrl,
    LANGFUSE_PUBLIC_KEY: langfuse?.publicKey ?? '',
    LANGFUSE_SECRET_KEY: langfuse?.secretKey ?? '',
  };
  const { code, stdout } = await run(['verify-langfuse', '--json'], { env });
  const verdict = JSON.parse(stdout) as Verdict;
  assert.deepEqual(keysWithCapitals(verdict), []);
  return { code, ...verdict };
}

const wrongIn = ({ checks }: Verdict) => checks.filter(({ ok }) => !ok).map(({ name }) => name);

test('verify-langfuse finds everything as sent, and says where the trace is', async () => {
  await using stub = await LangfuseStub.open();
  const verdict = await verify(stub, runSwitchyard);
  assert.deepEqual(wrongIn(verdict), []);
  assert.equal(verdict.code, 0);
  assert.ok(verdict.checks.length > 10);
  assert.match(verdict.link, /\/project\/project-1\/traces\/[0-9a-f]{32}$/);
});

test('verify-langfuse names what a server makes of a trace that is not as sent', async () => {
  await using stub = await LangfuseStub.open();
  stub.bend = (span) => ({ ...span, parentSpanId: null, startMs: span.startMs + 1 });
  const verdict = await verify(stub);
  assert.equal(verdict.code, 1);
  assert.deepEqual(wrongIn(verdict), ['one root', 'parents', 'times']);
});

test('verify-langfuse waits for a score that a busy server shows later than the spans', async () => {
  await using stub = await LangfuseStub.open();
  stub.hiddenScores = 2;
  const verdict = await verify(stub);
  assert.deepEqual([wrongIn(verdict), verdict.code], [[], 0]);
});

test('of a trace without a row nothing is right', () => {
  const checks = compareObservations(verificationTrace('test', Date.now()), []);
  assert.ok(checks.length > 5);
  assert.deepEqual(
    checks.filter(({ ok }) => ok),
    [],
  );
});

test('verify-langfuse stops at a server that is away', async () => {
  await using stub = await LangfuseStub.open('unavailable');
  const verdict = await verify(stub);
  assert.equal(verdict.code, 1);
  assert.deepEqual(wrongIn(verdict), ['server']);
});

test('verify-langfuse without a Langfuse names the settings', async () => {
  using dataDirectory = temporaryFolder();
  const env = { SWITCHYARD_HOME: dataDirectory.path };
  const { code, stderr } = await runInProcess(['verify-langfuse'], { env });
  assert.equal(code, 2);
  assert.match(stderr, /LANGFUSE_PUBLIC_KEY/);
});
