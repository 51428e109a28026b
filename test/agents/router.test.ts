import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRoute, routerRequest } from '../../agents/router.ts';
import { chatReply, position } from '../support/replies.ts';

const routes = ['code', 'docs', 'debug', 'general'];
const parse = (text: string) => parseRoute(chatReply(text), 'general', routes);

for (const text of [
  'debug',
  'Debug',
  'DEBUG',
  '"debug"',
  '`debug`',
  '**debug**',
  'Route: debug',
  'route = debug.',
  'The best route is debug',
  'Answer: "debug"\n\nThe question shows a stack trace, so code and docs do not fit.',
  'I would choose debug, because it fails.',
  '  debug\nIt is about an error in code.',
  '\n\ndebug\nIt is about an error in code.',
]) {
  test(`the reply ${JSON.stringify(text)} names the route debug`, () => {
    const decision = parse(text);
    assert.equal(decision.route, 'debug');
    assert.equal(decision.fallback, false);
    assert.equal(decision.source, 'text');
    assert.deepEqual(decision.probabilities[0], { route: 'debug', probability: 1 });
  });
}

for (const text of ['', '   \n', 'I do not know', 'code or docs', 'debugging', 'encode', 'null', '🤖']) {
  test(`the reply ${JSON.stringify(text)} names no route, so the fallback is taken and marked`, () => {
    const decision = parse(text);
    assert.equal(decision.route, 'general');
    assert.equal(decision.fallback, true);
    assert.equal(decision.source, 'fallback');
  });
}

test('probabilities are summed over case, space and quote variants of a route', () => {
  const logprobs = [position({ debug: 0.4, ' Debug': 0.2, '"debug': 0.1, code: 0.2, banana: 0.1 })];
  const decision = parseRoute(chatReply('debug', { logprobs }), 'general', routes);
  assert.equal(decision.source, 'logprobs');
  const [first, second] = decision.probabilities;
  assert.equal(first?.route, 'debug');
  assert.ok(Math.abs((first?.probability ?? 0) - 0.7 / 0.9) < 1e-9);
  assert.equal(second?.route, 'code');
  assert.ok(Math.abs(decision.probabilities.reduce((sum, { probability }) => sum + probability, 0) - 1) < 1e-9);
});

test('the deciding token is the first at which a route can start, not the first of the reply', () => {
  const logprobs = [position({ Route: 0.9, The: 0.1 }), position({ ':': 1 }), position({ ' docs': 0.6, ' code': 0.4 })];
  const decision = parseRoute(chatReply('Route: docs', { logprobs }), 'general', routes);
  assert.equal(decision.route, 'docs');
  assert.ok(Math.abs((decision.probabilities[0]?.probability ?? 0) - 0.6) < 1e-9);
});

test('a token that begins two routes is shared between them', () => {
  const decision = parseRoute(chatReply('d', { logprobs: [position({ d: 1 })] }), 'general', routes);
  const of = (route: string) => decision.probabilities.find((entry) => entry.route === route)?.probability;
  assert.equal(of('docs'), 0.5);
  assert.equal(of('debug'), 0.5);
});

test('a shared token counts once beside the others, not once for each route that it begins', () => {
  const logprobs = [position({ d: 0.6, code: 0.4 })];
  const decision = parseRoute(chatReply('d', { logprobs }), 'general', routes);
  const of = (route: string) => decision.probabilities.find((entry) => entry.route === route)?.probability ?? 0;
  for (const [route, share] of [
    ['code', 0.4],
    ['docs', 0.3],
    ['debug', 0.3],
    ['general', 0],
  ] as const)
    assert.ok(Math.abs(of(route) - share) < 1e-9, `${route}: ${of(route)}`);
  assert.equal(decision.route, 'code');
});

test('alternatives that never speak of a route leave it to the text', () => {
  const decision = parseRoute(chatReply('banana', { logprobs: [position({ banana: 1 })] }), 'general', routes);
  assert.equal(decision.source, 'fallback');
});

test('route names of a spec with regular-expression characters are taken literally', () => {
  const decision = parseRoute(chatReply('Route: c-api'), 'other', ['c-api', 'other']);
  assert.equal(decision.route, 'c-api');
});

test('a first line that is a route with decoration names that one, though the decoration is a route, too', () => {
  for (const text of ['answer: code', 'Answer: "CODE".', 'The best answer is **Code**'])
    assert.equal(parseRoute(chatReply(text), 'docs', ['answer', 'code', 'docs']).route, 'code', text);
});

test('a reply that is quoted in short is still Unicode: it is shown to the model again', () => {
  const { reply } = parseRoute(chatReply(`${'x'.repeat(199)}🤖`), 'general', routes);
  assert.ok(reply.isWellFormed());
});

test('what is known of the repository stands before the question, where there is something', () => {
  const router = { fallback: 'other', clearProbability: 0.5, clearLead: 0.1, fanOut: 2, maxOutputTokens: 10 };
  const text = (note?: string) => routerRequest('Why?', router, [], [], note).messages[1]?.content ?? '';
  assert.match(text('a web framework'), /<repository>\na web framework\n<\/repository>\n<question>/);
  assert.doesNotMatch(text(), /<repository>/);
});

test('the request shows every route with its purpose and asks for few tokens', () => {
  const router = { fallback: 'other', clearProbability: 0.5, clearLead: 0.1, fanOut: 2, maxOutputTokens: 10 };
  const request = routerRequest('Why?', router, [{ name: 'storage', purpose: 'tables and files' }]);
  assert.match(request.messages[1]?.content ?? '', /- storage: tables and files[\s\S]*<question>\nWhy\?\n<\/question>/);
  assert.equal(request.maxOutputTokens, 10);
  assert.deepEqual(request.tools, []);
});
