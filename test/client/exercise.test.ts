/** What the exercise prints, from recorded runs: no server, no model. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { placeholderPipeline } from '../../client/exercise/placeholders.ts';
import { type RouterFigure, verdictOf } from '../../client/exercise/router-agreement.ts';
import { sideBySide, treeLines } from '../../client/exercise/side-by-side.ts';
import { loadPipeline } from '../../application/pipelines/pipeline-files.ts';
import { runOfFile } from '../../application/runs/load-run.ts';
import { agreementOf } from '../../harness/agreement.ts';
import { widthOf } from '../../lib/terminal-width.ts';
import { checkout } from '../support/temporal.ts';

const recorded = (name: string) => runOfFile(join(checkout, 'test/histories', `${name}.json`));

test('two traces stand side by side in 80 columns, with orchestration marked and nothing of the specialists', async () => {
  const runs = await Promise.all([recorded('single-agent-ungated'), recorded('orchestrated-weak-then-better')]);
  const lines = sideBySide(runs, 80);
  for (const line of lines) assert.ok(widthOf(line) <= 80, line);
  const [alone, team] = runs.map(({ trace }) => treeLines(trace.spans, 39));
  assert.equal(lines.length, Math.max(alone?.length ?? 0, team?.length ?? 0));
  const marked = (side: readonly string[] = []) =>
    side.filter((line) => line.startsWith('*')).map((line) => line.slice(1).trim().split(/\s/)[0] ?? '');
  assert.deepEqual(marked(alone), ['gate', 'verify-citations'], 'without a gate citations are checked all the same');
  const names = marked(team);
  assert.ok(
    ['routing', 'router-llm', 'gate', 'judge-llm'].every((name) => names.includes(name)),
    names.join(),
  );
  assert.ok(
    names.every((name) => !/^(specialist|search|grep|find|open)/.test(name)),
    names.join(),
  );
});

test('placeholders have the routes and the router of the pipeline, one call each, and nothing after it', async () => {
  const team = await loadPipeline('orchestrated');
  const placeholders = placeholderPipeline(team);
  assert.deepEqual(placeholders.router, team.router);
  assert.deepEqual(
    placeholders.specialists.map(({ name, purpose, turnLimit }) => [name, purpose, turnLimit]),
    team.specialists.map(({ name, purpose }) => [name, purpose, 1]),
  );
  assert.equal(placeholders.gate, null);
});

test('a figure is held against what the course asks for, and the interval says how sure that is', () => {
  const figure = (agreed: number, n: number): RouterFigure => {
    const pairs = Array.from({ length: n }, (_, at) => ({ expected: 'code', actual: at < agreed ? 'code' : 'docs' }));
    return { router: 'r', outOfFold: 'o', failed: 0, reached: agreed / n > 0.8, ...agreementOf(pairs) };
  };
  assert.match(verdictOf(figure(37, 64)), /is not reached: 57\.8 %, and the interval leaves no doubt of it\./);
  assert.match(
    verdictOf(figure(48, 64)),
    /is not reached: 75\.0 %, though the interval, .* would allow the opposite\./,
  );
  assert.match(verdictOf(figure(54, 64)), /is reached: 84\.4 %, though the interval, .* would allow the opposite\./);
  assert.match(verdictOf(figure(63, 64)), /is reached: 98\.4 %, and the interval leaves no doubt of it\./);
  assert.match(verdictOf(figure(0, 0)), /^Not measured/);
});
