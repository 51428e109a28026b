import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routeProbabilities } from '../../agents/route-probabilities.ts';
import { parseRoute } from '../../agents/router.ts';
import { chatReply, position } from '../support/replies.ts';

const routes = ['code', 'docs', 'debug'];
const shares = (tokens: Record<string, number>, among = routes) =>
  routeProbabilities([position(tokens)], among)?.map(({ route, probability }) => [
    route,
    Number(probability.toFixed(6)),
  ]);

test('a token is compared without case and without what stands around the name', () => {
  assert.deepEqual(shares({ '"CODE".': 1 }), [
    ['code', 1],
    ['docs', 0],
    ['debug', 0],
  ]);
  assert.deepEqual(shares({ code: 1 }, ['Code', 'Docs']), [
    ['Code', 1],
    ['Docs', 0],
  ]);
  assert.deepEqual(shares({ co: 1 }, ['Code', 'Docs']), [
    ['Code', 1],
    ['Docs', 0],
  ]);
});

test('a token that is one route’s whole name counts for that one, though another begins with it', () => {
  assert.deepEqual(shares({ code: 0.6, 'code-review': 0.4 }, ['code', 'code-review']), [
    ['code', 0.6],
    ['code-review', 0.4],
  ]);
  assert.deepEqual(shares({ code: 0.6, 'CODE-REVIEW': 0.4 }, ['Code', 'Code-Review']), [
    ['Code', 0.6],
    ['Code-Review', 0.4],
  ]);
});

test('a route’s name followed by a colon counts, a longer word does not', () => {
  assert.deepEqual(shares({ 'Code:x1': 1 }, ['Code', 'docs']), [
    ['Code', 1],
    ['docs', 0],
  ]);
  assert.equal(shares({ codex: 1 }), undefined);
});

test('a token that begins several routes is shared, and only with them', () => {
  assert.deepEqual(shares({ d: 0.5, code: 0.5 }), [
    ['code', 0.5],
    ['docs', 0.25],
    ['debug', 0.25],
  ]);
});

test('a tenth of the probability is enough to decide, less is not', () => {
  assert.deepEqual(shares({ code: 0.05, docs: 0.05, banana: 0.9 })?.[0], ['code', 0.5]);
  assert.equal(shares({ code: 0.09, banana: 0.91 }), undefined);
});

test('only the first eight tokens of a reply are looked at', () => {
  const prose = Array.from({ length: 7 }, () => position({ banana: 1 }));
  assert.equal(routeProbabilities([...prose, position({ docs: 1 })], routes)?.[0]?.route, 'docs');
  assert.equal(routeProbabilities([...prose, ...prose.slice(0, 1), position({ docs: 1 })], routes), null);
});

test('a position without alternatives is its own', () => {
  const alone = { token: 'docs', logprob: Math.log(0.5), top: [] };
  assert.deepEqual(routeProbabilities([alone], routes)?.[0], { route: 'docs', probability: 1 });
});

test('the one alternative of a position counts, not the token that was drawn', () => {
  const drawn = { ...position({ docs: 1 }), token: 'code' };
  assert.deepEqual(routeProbabilities([drawn], routes)?.[0], { route: 'docs', probability: 1 });
});

test('alternatives that add up to 0.5 to 1.05 are believed, the bounds too', () => {
  assert.equal(shares({ code: 0.5 })?.length, 3);
  assert.equal(shares({ code: 1.05 })?.length, 3);
  assert.equal(shares({ code: 0.49 }), undefined);
  assert.equal(shares({ code: 1.06 }), undefined);
});

test('three alternatives that are nearly alike are believed, three that are alike are not', () => {
  assert.deepEqual(shares({ code: 0.34, docs: 0.33, debug: 0.33 })?.[0], ['code', 0.34]);
  assert.equal(shares({ code: 0.3, docs: 0.3, debug: 0.3 }), undefined);
});

test('the route that the text names is taken, the probabilities stay as measured', () => {
  const logprobs = [position({ docs: 0.6, code: 0.4 })];
  const named = parseRoute(chatReply(' code\n', { logprobs }), 'debug', routes);
  assert.deepEqual([named.route, named.fallback, named.reply], ['code', false, 'code']);
  assert.equal(named.probabilities[0]?.route, 'docs');
  const unnamed = parseRoute(chatReply('Hm', { logprobs }), 'debug', routes);
  assert.deepEqual([unnamed.route, unnamed.fallback, unnamed.source], ['docs', false, 'logprobs']);
});

test('a route that is certain leaves the others nothing, and the reply is quoted in short', () => {
  const { probabilities, reply } = parseRoute(chatReply(`docs\n${'x'.repeat(300)}`), 'debug', routes);
  assert.deepEqual(probabilities, [
    { route: 'docs', probability: 1 },
    { route: 'code', probability: 0 },
    { route: 'debug', probability: 0 },
  ]);
  assert.equal(reply, `docs\n${'x'.repeat(195)}`);
});

test('a name in capitals or with a dot in it is found as it is written', () => {
  assert.equal(parseRoute(chatReply('I take DOCS here.'), 'debug', routes).route, 'docs');
  assert.equal(parseRoute(chatReply('take aXb then'), 'other', ['a.b', 'other']).fallback, true);
  assert.equal(parseRoute(chatReply('take a.b then'), 'other', ['a.b', 'other']).route, 'a.b');
});

test('probabilities that cannot be right are not believed: the text decides, and the decision says so', () => {
  const implausible = [
    position({ code: 0.2, docs: 0.2, debug: 0.2 }),
    position({ code: 1, docs: 1, debug: 0.5 }),
    position({ code: 1e-6, docs: 1e-7 }),
    position({ code: 0.2, docs: 0.15 }),
    position({ code: 5, docs: 2 }),
  ];
  for (const logprob of implausible) {
    const { route, source, probabilities } = parseRoute(chatReply('docs', { logprobs: [logprob] }), 'debug', routes);
    assert.deepEqual([route, source, probabilities[0]], ['docs', 'text', { route: 'docs', probability: 1 }]);
  }
});
