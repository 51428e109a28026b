/** Tools that read traces expect each stage of a team: the traces of all stored histories have a synthesis. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AnswerOutcome } from '../../contracts/run.ts';
import { readRunHistory } from '../../observability/read-run-history.ts';
import type { RunHistory } from '../../observability/run-history.ts';
import { traceOfRun } from '../../observability/run-trace.ts';
import { checkout } from '../support/temporal.ts';

const folder = join(checkout, 'test/histories');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));

function questionIn(file: string): RunHistory | null {
  try {
    const history = readRunHistory(JSON.parse(readFileSync(join(folder, file), 'utf8')));
    return history.workflowType === 'answerQuestion' ? history : null;
  } catch {
    return null; // what people see of a history, and histories of other workflows
  }
}

test('every trace of a team that has ended has one synthesis, which says where a draft passed through', () => {
  const seen = { called: 0, passed: 0, unreached: 0, alone: 0 };
  for (const file of files) {
    const history = questionIn(file);
    if (history === null) continue;
    const { name, spans } = traceOfRun(history, { workflowId: 'w', runId: '0-1' });
    const found = spans.filter((span) => span.name === 'synthesis');
    const outcome = history.result === null ? null : AnswerOutcome.parse(history.result);
    if (name !== 'orchestrated-pipeline' || outcome === null) {
      seen.alone += 1;
      if (outcome !== null) assert.deepEqual(found, [], file);
      continue;
    }
    const [synthesis, ...more] = found;
    assert.ok(synthesis !== undefined, `${file} has a synthesis`);
    assert.deepEqual(more, [], file);
    assert.equal(synthesis.parent, 'root');
    const root = spans.at(-1);
    assert.ok(root && root.startMs <= synthesis.startMs && synthesis.endMs <= root.endMs, file);
    const { passed_through: passed, note } = synthesis.metadata;
    if (spans.some(({ parent }) => parent === synthesis.key)) {
      seen.called += 1;
      assert.equal(passed, undefined, file);
      continue;
    }
    assert.equal(synthesis.startMs, synthesis.endMs, 'it took no time');
    const answered = outcome.kind === 'answered' || outcome.kind === 'insufficient-evidence';
    assert.equal(passed, answered, file);
    const said = /^no model was called: (the draft of \S+.*|what \S+ wrote) is the answer/;
    assert.match(String(note), answered ? said : /not reached/);
    if (answered) assert.deepEqual(synthesis.output, { kind: 'value', value: outcome.state.final_answer });
    seen[answered ? 'passed' : 'unreached'] += 1;
  }
  for (const [kind, count] of Object.entries(seen)) assert.ok(count > 0, kind);
});
