import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { openScene, pipeline } from '../support/scene.ts';
import { calls, goodDraft, says, startTeam } from '../support/team.ts';

const source = 'export function boil(water) {\n  if (water < 1) throw new Error("KETTLE_EMPTY");\n}\n';

function expectWhole(outcome: AnswerOutcome): void {
  assert.equal(outcome.kind, 'answered');
  assert.equal(outcome.state.evidence[0]?.status, 'verified');
  assert.deepEqual(
    outcome.state.tools_called.map(({ status }) => status),
    ['ok', 'ok'],
  );
}

/** Searches, reads, then answers: every step after the routing needs the repository's text. */
const specialist = ({ turn }: { turn: number }) =>
  turn === 0 ? calls(['search_code', { query: 'boil' }], ['read_lines', { path: 'lib/kettle.js' }]) : says(goodDraft);

test('a plain folder that is deleted after the routing changes nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-folder-'));
  execFileSync('mkdir', [join(folder, 'lib')]);
  writeFileSync(join(folder, 'lib/kettle.js'), source);
  await using team = await startTeam({
    router: () => {
      rmSync(folder, { recursive: true });
      return says('code');
    },
    specialist,
  });
  await using scene = await openScene({ modelUrl: team.url });
  const outcome = await scene.ask('When?', { pipeline: pipeline(), repository: { kind: 'path', path: folder } });
  assert.equal(existsSync(folder), false);
  expectWhole(outcome);
  assert.equal(outcome.state.snapshot?.kind, 'folder');
});

test('a branch that is rewritten and garbage-collected after the routing changes nothing', async () => {
  using checkout = gitCheckout();
  const { folder, git } = checkout;
  const pinned = git('rev-parse', 'HEAD');
  await using team = await startTeam({
    router: () => {
      writeFileSync(join(folder, 'lib/kettle.js'), '// all gone\n');
      git('commit', '--quiet', '--all', '--amend', '--message', 'rewritten');
      git('reflog', 'expire', '--expire=now', '--all');
      git('gc', '--quiet', '--prune=now');
      return says('code');
    },
    specialist,
  });
  await using scene = await openScene({ modelUrl: team.url });
  const outcome = await scene.ask('When?', { pipeline: pipeline(), repository: { kind: 'path', path: folder } });
  assert.throws(() => git('cat-file', '-e', pinned), 'the pinned commit is gone from the repository');
  expectWhole(outcome);
  assert.equal(outcome.state.snapshot?.id.slice(0, 40), pinned);
});

function gitCheckout() {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-checkout-'));
  const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false'];
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, ...identity, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
  git('init', '--quiet');
  execFileSync('mkdir', [join(folder, 'lib')]);
  writeFileSync(join(folder, 'lib/kettle.js'), source);
  git('add', '.');
  git('commit', '--quiet', '--message', 'kettle');
  return { folder, git, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
