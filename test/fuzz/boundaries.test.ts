/** Whatever comes in at a boundary is taken, or refused by an error that has a name; none crashes or hangs what reads it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InvalidArgumentError } from 'commander';
import fc from 'fast-check';
import { parseVerdict } from '../../agents/judge.ts';
import { parseOrder } from '../../agents/reranker.ts';
import { parseRoute } from '../../agents/router.ts';
import { parseSpecialistReply } from '../../agents/specialist.ts';
import { parseSynthesis } from '../../agents/synthesizer.ts';
import * as optionValues from '../../client/input/option-values.ts';
import { readPipelineFile } from '../../application/pipelines/pipeline-files.ts';
import { readCapabilityFile } from '../../config/capability-file.ts';
import { ConfigError, readConfig } from '../../config/read-config.ts';
import { settings } from '../../config/settings.ts';
import { Draft, RouteDecision, Synthesis, Verdict } from '../../contracts/agent.ts';
import { ChatReply } from '../../contracts/chat.ts';
import { DatasetQuestion } from '../../contracts/dataset.ts';
import { RunLogRecord } from '../../contracts/run-log.ts';
import { readDataset } from '../../harness/dataset.ts';
import { gradeRecord } from '../../harness/graded-record.ts';
import { LineProblem } from '../../harness/json-lines.ts';
import { runLogReader } from '../../harness/run-log/run-log-reader.ts';
import { entriesOfFile } from '../../models/journal.ts';
import { embeddedError } from '../../models/openai/embedded-error.ts';
import { readCompletion } from '../../models/openai/completion-reply.ts';
import { ModelFailure } from '../../models/chat-model.ts';
import { readRunHistory } from '../../observability/read-run-history.ts';
import { traceOfRun } from '../../observability/run-trace.ts';
import { completion } from '../support/scripted-server/scripted-server-reply.ts';
import { goodDraft } from '../support/team.ts';
import { checkout } from '../support/temporal.ts';
import { anyText } from '../support/any-text.ts';

const scratch = mkdtempSync(join(tmpdir(), 'switchyard-fuzz-'));
after(() => rmSync(scratch, { recursive: true }));

const odd: unknown[] = [
  ...[null, true, 0, -1, 1.5, 1e308, '', ' ', 'Y', '\u0000\u001b[2J\ud800', '__proto__', 'x'.repeat(30_000)],
  ...[[], [[]], [null], {}, { odd: 1 }, { toString: 1 }, '2026-13-45', '../..', '(a+)+$', '{"answer": "x"}'],
];

/** Every place in a value: its fields, their fields. */
function places(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, each]) => places(each, [...path, key]))];
}

function changed(value: unknown, [key, ...rest]: string[], other: unknown): unknown {
  if (key === undefined) return other;
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
  Object.defineProperty(copy, key, {
    value: changed((value as Record<string, unknown>)[key], rest, other),
    ...{ enumerable: true, writable: true, configurable: true },
  });
  return copy;
}

/** A value with something else at one or two of its places; at times anything at all. */
function bent(valid: unknown): fc.Arbitrary<unknown> {
  const change = fc.record({ place: fc.constantFrom(...places(valid)), other: fc.constantFrom(...odd) });
  const bending = fc.array(change, { minLength: 1, maxLength: 2 }).map((changes) =>
    changes.reduce<unknown>((value, { place, other }) => {
      const there = places(value).some((each) => each.join('\0') === place.join('\0'));
      return there ? changed(value, place, other) : value;
    }, valid),
  );
  return fc.oneof({ weight: 9, arbitrary: bending }, { weight: 1, arbitrary: fc.jsonValue() });
}

/** JSON text of it, at times cut, or with bytes that are no text. */
function bentText(valid: unknown): fc.Arbitrary<string> {
  const broken = fc.tuple(bent(valid), fc.nat(400), fc.constantFrom('', '\u0000', '\ufeff', '}'));
  return broken.map(([value, length, tail]) => {
    const text = JSON.stringify(value) ?? '';
    return length < 350 ? text : text.slice(0, length - 350) + tail;
  });
}

const few = { numRuns: 60 };
const named = (error: unknown, ...kinds: (new (...given: never[]) => Error)[]): void =>
  assert.ok(
    kinds.some((kind) => error instanceof kind),
    error instanceof Error ? error.stack : String(error),
  );

test('options', () => {
  const { spendingLimit, share, timeOfDay, positiveAmount, count, positiveCount, ...ids } = optionValues;
  const parsers = [spendingLimit, share, timeOfDay, positiveAmount, count, positiveCount];
  const names = [ids.runIdValue, ids.benchmarkId, ids.knownRunId];
  const piece = fc.constantFrom('1', '0', '.', '$', 'tokens', ':', '-', 'e9', ' ', '٣', '\u0000', '23', 'NaN', '∞');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), fc.constantFrom(...parsers, ...names), (pieces, parse) => {
      try {
        const value = parse(pieces.join(''));
        if (typeof value === 'number') assert.ok(Number.isFinite(value) && value >= 0);
      } catch (error) {
        named(error, InvalidArgumentError);
      }
    }),
    { numRuns: 500 },
  );
});

test('configuration', () => {
  const name = fc.constantFrom(
    ...Object.keys(settings),
    'TEMPORAL_ADDRESS',
    'SWITCHYARD_ODD',
    'HTTP_PROXY',
    'no_proxy',
  );
  const text = fc.constantFrom(
    '',
    ' ',
    '1',
    '-1',
    '99999999999',
    'on',
    'http://x',
    'http://[',
    '{"all": 1}',
    '{',
    '(',
    '/a:/b',
  );
  const any = fc.oneof(
    text,
    anyText(20).filter((each) => !each.includes('\u0000')),
  );
  const file = fc.option(
    fc.array(
      fc.tuple(name, any).map(([key, value]) => `${key}=${value}`),
      { maxLength: 5 },
    ),
  );
  fc.assert(
    fc.property(fc.dictionary(name, any, { maxKeys: 6 }), file, (env, lines) => {
      const envFile = lines === null ? null : { path: '/x/.env', text: lines.join('\n') };
      try {
        assert.ok(readConfig(env, envFile, checkout).taskQueue.length > 0);
      } catch (error) {
        named(error, ConfigError);
        for (const mistake of (error as ConfigError).mistakes) assert.match(mistake, /^[^\n]{1,600}$/);
      }
    }),
    { numRuns: 150 },
  );
});

test('files of settings', () => {
  const file = join(scratch, 'capabilities.json');
  const valid = { capabilities: [{ baseUrl: 'http://x', model: 'm', takes: { temperature: false } }] };
  fc.assert(
    fc.property(bentText(valid), (text) => {
      writeFileSync(file, text);
      const { overrides, mistakes } = readCapabilityFile(file);
      assert.ok(Array.isArray(overrides) && mistakes.every((mistake) => typeof mistake === 'string'));
    }),
    few,
  );
});

test('specs', async () => {
  const valid = JSON.parse(readFileSync(join(checkout, 'pipelines/orchestrated.json'), 'utf8'));
  for (const specialist of valid.specialists) specialist.prompt = 'Answer.';
  const file = join(scratch, 'spec.json');
  await fc.assert(
    fc.asyncProperty(bentText(valid), async (text) => {
      writeFileSync(file, text);
      const reading = await readPipelineFile(file);
      if ('mistakes' in reading)
        assert.ok(reading.mistakes.length > 0 && reading.mistakes.every(({ message }) => message !== ''));
    }),
    few,
  );
});

const firstLine = (file: string): unknown =>
  JSON.parse(readFileSync(join(checkout, file), 'utf8').split('\n')[0] ?? '');
const question = firstLine('datasets/fastify.jsonl');
const record = {
  ...{ question_id: 'a', variant: 'v', trial: 1, dataset: 'd', question: 'q', outcome: 'answered', route: 'code' },
  ...{ final_answer: 'yes', confidence: 0.5, retry_count: 0, gaps: [], superseded: [] },
  evidence: [{ path: 'lib/a.js', first_line: 1, last_line: 2, quote: 'x', status: 'verified' }],
  tools_called: [{ tool: 'grep', specialist: 'code', try: 1, arguments_text: '{}', status: 'ok', paths: ['lib/a.js'] }],
  usage: { model_calls: 1, input_tokens: 2, cached_input_tokens: 0, output_tokens: 3, reasoning_tokens: 0 },
  links: { web: 'http://x', trace: null, history: null },
};

test('datasets', () => {
  fc.assert(
    fc.property(bentText(question), (text) => {
      try {
        const [read] = readDataset(text, 'd.jsonl');
        DatasetQuestion.parse(read);
      } catch (error) {
        named(error, LineProblem);
        assert.match((error as Error).message, /^d\.jsonl/);
      }
    }),
    few,
  );
});

test('run logs: what is read can be graded', () => {
  const asked = readDataset(JSON.stringify(question), 'd.jsonl')[0] as DatasetQuestion;
  let graded = 0;
  fc.assert(
    fc.property(bentText(record), (text) => {
      try {
        const read = runLogReader('log.jsonl').read(text, 1);
        if (read === null) return;
        RunLogRecord.parse(read);
        gradeRecord(read, asked);
        graded += 1;
      } catch (error) {
        named(error, LineProblem);
        assert.match((error as Error).message, /^log\.jsonl:1/);
      }
    }),
    { numRuns: 200 },
  );
  assert.ok(graded > 5, `${graded} graded`);
});

test('model replies, as an endpoint sends them', () => {
  const toolCalls = [{ id: 'a', name: 'grep', arguments: '{"pattern": "x"}' }];
  const valid = completion({
    text: 'x',
    toolCalls,
    logprobs: { content: [{ token: 'x', logprob: -1, top_logprobs: [] }] },
  });
  const place = { baseUrl: 'http://x', model: 'm', secrets: [], spent: null, price: null };
  fc.assert(
    fc.property(bent(valid), (body) => {
      embeddedError(body);
      try {
        const { reply } = readCompletion(body, 100, place);
        ChatReply.parse(JSON.parse(JSON.stringify(reply)));
      } catch (error) {
        named(error, ModelFailure);
      }
    }),
    { numRuns: 400 },
  );
});

test('model replies, as agents write them', () => {
  const usage = {
    modelCalls: 1,
    inputTokens: 1,
    cachedInputTokens: 0,
    outputTokens: 1,
    reasoningTokens: 0,
    costUsd: 0,
  };
  const valid = {
    ...goodDraft,
    accepted: true,
    reasons: ['r'],
    order: [1],
    superseded: [{ specialist: 'a', reason: 'b' }],
  };
  fc.assert(
    fc.property(bentText(valid), (text) => {
      const reply: ChatReply = { text, toolCalls: [], finishReason: 'stop', logprobs: null, model: 'm', usage };
      const specialist = parseSpecialistReply(reply, true);
      if (specialist.kind === 'draft') Draft.parse(specialist.draft);
      else assert.ok(specialist.kind === 'unparsable' && specialist.problem.length <= 300);
      const verdict = parseVerdict(reply);
      if (verdict.kind === 'verdict') Verdict.parse(verdict.verdict);
      const synthesis = parseSynthesis(reply);
      if (synthesis.kind === 'synthesis') Synthesis.parse(synthesis.synthesis);
      assert.ok((parseOrder(reply, 3) ?? []).every((at) => at >= 0 && at < 3));
      RouteDecision.parse(parseRoute(reply, 'code', ['code', 'docs']));
    }),
    { numRuns: 300 },
  );
});

test('payloads of a history, of any version or software', () => {
  const history = JSON.parse(readFileSync(join(checkout, 'test/histories/single-agent.json'), 'utf8'));
  const all = places(history).filter(({ length }) => length > 2 && length < 9);
  const named = all.filter((place) => /Id$|^attempt$|^name$/.test(place.at(-1) ?? ''));
  assert.ok(named.length > 20);
  fc.assert(
    fc.property(fc.constantFrom(...all), fc.constantFrom(...odd), (place, other) => {
      try {
        traceOfRun(readRunHistory(changed(history, place, other)), { workflowId: 'w', runId: 'r' });
      } catch (error) {
        assert.ok(
          error instanceof Error && !(error instanceof TypeError || error instanceof RangeError),
          String((error as Error).stack),
        );
      }
    }),
    { numRuns: 80 + named.length, examples: named.map((place): [string[], unknown] => [place, { toString: 1 }]) },
  );
});

test('journals: a damaged entry costs itself', () => {
  const file = join(scratch, 'run.journal');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      writeFileSync(file, bytes);
      assert.ok(Array.isArray(entriesOfFile(file)));
    }),
    few,
  );
});
