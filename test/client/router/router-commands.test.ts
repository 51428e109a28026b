/** `router fit` and `router evaluate`: a file of labels in, a router and its figures out. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadPipeline } from '../../../application/pipelines/pipeline-files.ts';
import { FittedRouter } from '../../../contracts/fitted-router.ts';
import { temporaryFolder } from '../run-command.ts';
import { runInProcess } from '../run-in-process.ts';
import { keysWithCapitals } from '../snake-keys.ts';

const subjects = ['cache', 'queue', 'parser', 'logger', 'session', 'cookie', 'stream', 'plugin'];
const billing = (subject: string) => `Which invoice pays for the ${subject}, and when is it due?`;
const hardware = (subject: string) => `How many volts does the ${subject} board draw from its battery?`;

const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const labels = subjects.flatMap((subject) => [
  { question: billing(subject), route: 'billing', repository: 'shop' },
  { question: hardware(subject), expected_route: 'hardware', repository: 'gone' },
]);

test('a router is fitted to a file of labels, and measured on others', async () => {
  using place = temporaryFolder();
  const at = (name: string) => join(place.path, name);
  mkdirSync(at('shop'));
  writeFileSync(join(at('shop'), 'invoice.js'), 'export function invoice() {}\n');
  writeFileSync(at('labels.jsonl'), lines(labels));
  const env = { SWITCHYARD_HOME: at('home') };
  const run = (...given: string[]) => runInProcess(['router', ...given], { env });
  const fit = ['fit', at('labels.jsonl'), '-o', at('router.json'), '--repetitions', '1'];

  const fitted = await run(...fit, '--json');
  assert.equal(fitted.code, 0, fitted.stderr);
  assert.match(fitted.stderr, /note: without features of gone: there is nothing at .*gone/);
  const figures = JSON.parse(fitted.stdout);
  assert.deepEqual(keysWithCapitals(figures), []);
  assert.equal(figures.questions, 16);
  assert.equal(figures.agreement.mean, 1);
  const router = FittedRouter.parse(JSON.parse(readFileSync(at('router.json'), 'utf8')));
  assert.deepEqual(router.routes, ['billing', 'hardware']);
  assert.deepEqual(router.fittedOn.byRoute, { billing: 8, hardware: 8 });
  assert.ok(router.blocks.some(({ kind }) => kind === 'repository'));

  const again = await run(...fit);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /is there already: give --force/);

  const seen = await run('evaluate', at('labels.jsonl'), '--router', at('router.json'));
  assert.equal(seen.code, 2);
  assert.match(seen.stderr, /fitted on every question/);

  const others = [labels[0] ?? {}, { question: billing('kettle'), route: 'billing' }];
  const more = ['pump', 'valve', 'crane', 'lamp', 'oven', 'fan', 'door'].map((subject) => [
    { question: billing(subject), route: 'billing' },
    { question: hardware(subject), route: 'hardware' },
  ]);
  const last = { question: hardware('kettle'), route: 'hardware' };
  writeFileSync(at('others.jsonl'), lines([...others, last, ...more.flat()]));
  const evaluated = await run('evaluate', at('others.jsonl'), '--router', at('router.json'));
  assert.equal(evaluated.code, 0, evaluated.stderr);
  assert.match(evaluated.stderr, /1 questions that the router was fitted on are left out/);
  assert.match(evaluated.stdout, /^16 questions that the router was not fitted on$/m);
  assert.match(evaluated.stdout, /^agreement {4}100\.0 %/m);
});

test('what cannot be fitted or read is refused before the work, in a line', async () => {
  using place = temporaryFolder();
  const at = (name: string) => join(place.path, name);
  const env = { SWITCHYARD_HOME: at('home') };
  const refused = async (given: string[], expected: RegExp) => {
    const end = await runInProcess(['router', ...given], { env });
    assert.equal(end.code, 2, end.stderr);
    assert.match(end.stderr, expected);
    assert.doesNotMatch(end.stderr, /should not happen/);
  };
  writeFileSync(at('one.jsonl'), lines([{ question: 'a?', route: 'code' }]));
  await refused(['evaluate', at('one.jsonl')], /labels of one route only/);
  writeFileSync(at('few.jsonl'), lines([...labels, { question: 'a?', route: 'code' }]));
  await refused(['evaluate', at('few.jsonl')], /too few labels of some routes \(code 1\): each needs 8/);
  writeFileSync(at('none.jsonl'), lines([{ question: 'a?' }]));
  await refused(['evaluate', at('none.jsonl')], /none\.jsonl:1.*route/);
  writeFileSync(at('labels.jsonl'), lines(labels));
  await refused(['evaluate', at('labels.jsonl'), '--embeddings'], /SWITCHYARD_EMBEDDINGS_MODEL/);
  writeFileSync(at('router.json'), '{"format":"other"}');
  await refused(['evaluate', at('labels.jsonl'), '--router', at('router.json')], /is no fitted router/);
  await refused(['evaluate', at('labels.jsonl'), '--router', at('away.json')], /away\.json/);
});

test('a pipeline names the file of a fitted router, which becomes a part of it', async () => {
  using place = temporaryFolder();
  const at = (name: string) => join(place.path, name);
  const env = { SWITCHYARD_HOME: at('home') };
  writeFileSync(at('labels.jsonl'), lines(labels));
  const fit = ['router', 'fit', at('labels.jsonl'), '-o', at('router.json'), '--repetitions', '1', '--no-repository'];
  assert.equal((await runInProcess(fit, { env })).code, 0);
  const specialist = (name: string) => ({ name, purpose: name, prompt: 'Answer.', tools: ['grep'] });
  const write = (router: object, names = ['billing', 'hardware']) => {
    const spec = { name: 'mine', router: { fallback: 'billing', ...router }, specialists: names.map(specialist) };
    writeFileSync(at('pipeline.json'), JSON.stringify(spec));
    return runInProcess(['pipeline', 'check', at('pipeline.json')], { env });
  };

  assert.equal((await write({ kind: 'fitted', fittedFile: 'router.json' })).code, 0);
  const spec = await loadPipeline(at('pipeline.json'));
  assert.deepEqual(spec.router?.fitted, JSON.parse(readFileSync(at('router.json'), 'utf8')));
  assert.equal((await write({ kind: 'cascade', fittedFile: 'router.json', risk: 0.05 })).code, 0);

  const refused = async (router: object, expected: RegExp, names?: string[]) => {
    const { code, stderr } = await write(router, names);
    assert.equal(code, 2, stderr);
    assert.match(stderr, expected);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  };
  await refused({ kind: 'fitted' }, /router\.fittedFile: must name the file of a fitted router/);
  await refused({ kind: 'fitted', fittedFile: 'away.json' }, /there is no file "away\.json"/);
  await refused({ kind: 'fitted', fittedFile: '../router.json' }, /outside the pipeline's folder|there is no file/);
  await refused({ kind: 'fitted', fittedFile: 'labels.jsonl' }, /"labels\.jsonl" is no fitted router/);
  await refused(
    { fittedFile: 'router.json' },
    /router\.fitted: is read by a router of the kind "fitted" or "cascade" alone/,
  );
  await refused(
    { kind: 'fitted', fittedFile: 'router.json', risk: 0.1 },
    /router\.risk: is for a router of the kind "cascade"/,
  );
  const other = ['billing', 'travel'];
  await refused(
    { kind: 'fitted', fittedFile: 'router.json' },
    /knows "hardware", of which there is no specialist/,
    other,
  );
});
