/** What is true of every trace that has arrived, whatever happened to its run. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { WireSpan } from '../support/langfuse-stub.ts';

const typeName = 'langfuse.observation.type';

/** Ids are digests, so a span that the rule does not give cannot have slipped in; `keys` are the keys that are expected. */
export function assertWhole(spans: readonly WireSpan[], { session }: { session?: string } = {}): WireSpan {
  const [root, ...others] = spans.filter(({ parentSpanId }) => parentSpanId === null);
  assert.ok(root !== undefined, 'a span without a parent');
  assert.deepEqual(others, [], 'no second span without a parent');
  const appRoots = spans.filter(({ attributes }) => attributes['langfuse.internal.is_app_root'] === true);
  assert.deepEqual(appRoots, [root], 'the parentless span alone is the root of the application');
  assert.equal(root.spanId, spanIdOf(root.traceId, 'root'));
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  assert.equal(byId.size, spans.length, 'no span id twice');
  for (const span of spans) assertInside(span, byId.get(span.parentSpanId ?? ''));
  for (const span of spans) assertFiled(span, root.name, session);
  const generations = spans.filter(({ attributes }) => attributes[typeName] === 'generation');
  assert.ok(generations.length > 0, 'model calls are there');
  for (const generation of generations) if (!wasLost(generation)) assertPriced(generation);
  return root;
}

function assertInside(span: WireSpan, parent: WireSpan | undefined): void {
  assert.ok(span.startMs <= span.endMs, `${span.name} ends after it starts`);
  if (span.parentSpanId === null) return;
  assert.ok(parent !== undefined, `the parent of ${span.name} is there`);
  assert.ok(parent.startMs <= span.startMs && span.endMs <= parent.endMs, `${span.name} lies inside ${parent.name}`);
}

/** Langfuse 4 joins nothing: each row carries what belongs to the trace. */
function assertFiled({ name, attributes }: WireSpan, traceName: string, session: string | undefined): void {
  assert.equal(attributes['langfuse.trace.name'], traceName, name);
  assert.equal(attributes['langfuse.environment'], 'test', name);
  assert.equal(attributes['langfuse.release'], '1.2.3', name);
  assert.equal(attributes['session.id'], session, name);
}

/** Of an attempt that was lost with its worker at once, only that is known. */
export function wasLost({ attributes }: WireSpan): boolean {
  const failed = attributes['langfuse.observation.level'] === 'ERROR';
  return failed && attributes['langfuse.observation.model.name'] === undefined;
}

function assertPriced({ name, attributes }: WireSpan): void {
  const failed = attributes['langfuse.observation.level'] === 'ERROR';
  assert.equal(attributes['langfuse.observation.model.name'], 'test-model', name);
  assert.ok(String(attributes['langfuse.observation.model.parameters']).includes('temperature'), name);
  if (!failed) assert.ok(Number(JSON.parse(String(attributes['langfuse.observation.usage_details'])).input) > 0, name);
}

/** The rule of docs/tracing.md, written down a second time. */
export function spanIdOf(traceId: string, key: string): string {
  return createHash('sha256').update(`${traceId}/${key}`).digest('hex').slice(0, 16);
}
