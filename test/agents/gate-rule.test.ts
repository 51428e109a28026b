import assert from 'node:assert/strict';
import { test } from 'node:test';
import { weaknesses } from '../../agents/gate-rule.ts';

const cited = (status: 'verified' | 'repaired' | 'unresolved') => ({
  path: 'a.js',
  firstLine: 1,
  lastLine: 2,
  quote: 'x',
  blob: status === 'unresolved' ? null : 'a'.repeat(40),
  status,
});

type Draft = Parameters<typeof weaknesses>[0];
type Rule = Parameters<typeof weaknesses>[1];

const found = (draft: Partial<Draft>, rule: Partial<Rule> = {}) =>
  weaknesses(
    { confidence: 0.6, insufficient: false, citations: [], ...draft },
    { minResolvedCitations: 0.5, minConfidence: 0, baseless: null, ...rule },
  );

test('a draft without citations is weak, and one of which too few hold, each named up to five', () => {
  assert.deepEqual(found({}), ['nothing is cited: cite the lines that prove the answer']);
  assert.deepEqual(found({ citations: [cited('verified'), cited('unresolved')] }), []);
  const words = 'the citation a.js:1-2 does not hold: its words are not there';
  assert.deepEqual(found({ citations: [cited('unresolved')] }), [words]);
  const why = { ...cited('unresolved'), reason: 'there is no such file' };
  assert.match(found({ citations: [why] })[0] ?? '', /does not hold: there is no such file$/);
  assert.equal(found({ citations: Array.from({ length: 9 }, () => cited('unresolved')) }).length, 5);
});

test('a draft that is less sure than the gate asks is weak', () => {
  const citations = [cited('repaired')];
  const weak = found({ citations, confidence: 0.1 }, { minConfidence: 0.3 });
  assert.deepEqual(weak, ['the confidence 0.1 is under 0.3: look further']);
  assert.deepEqual(found({ citations, confidence: 0.3 }, { minConfidence: 0.3 }), []);
});

test('an abstention needs no citation and no confidence, but a reason to say so', () => {
  const abstains = { insufficient: true, confidence: 0 };
  assert.deepEqual(found(abstains, { minConfidence: 0.3 }), []);
  assert.deepEqual(found(abstains, { baseless: 'nothing was searched' }), ['nothing was searched']);
  // What an abstention lacks is held against no other draft.
  assert.deepEqual(found({ citations: [cited('verified')] }, { baseless: 'nothing was searched' }), []);
});

test('what is cited of foreign tools counts neither for a draft nor against it', () => {
  const foreign = { ...cited('unresolved'), path: 'mcp:tracker/find', foreign: true as const };
  assert.match(found({ citations: [foreign] }).join(), /^only foreign tools are cited, which nobody can verify/);
  assert.deepEqual(found({ citations: [foreign, foreign, cited('verified')] }, { minResolvedCitations: 1 }), []);
  const weak = found({ citations: [foreign, cited('unresolved')] });
  assert.deepEqual(weak, ['the citation a.js:1-2 does not hold: its words are not there']);
});
