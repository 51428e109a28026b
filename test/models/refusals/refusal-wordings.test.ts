/** Learning by meaning: the wordings of many endpoints, in several manners of writing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shareScenes } from '../../support/shared-in-file.ts';
import { completion, type ScriptedReply } from '../../support/scripted-server/scripted-server-reply.ts';
import { scene } from '../chat-scene.ts';
import { messageRefusals } from './message-refusals.ts';
import { everything } from './refusal-changes.ts';
import { refusals } from './refusal-table.ts';

shareScenes();

const asSeen = (words: string) => words;
/** The same words in other capitals and with other spaces; what reads neither fails in the same manner as what misreads one. */
const manners: [name: string, change: (words: string) => string][] = [
  ['as it was seen', asSeen],
  ['in capitals and with two spaces', (words) => words.toUpperCase().replaceAll(' ', '  ')],
  ['in small letters and without underscores', (words) => words.toLowerCase().replaceAll('_', ' ')],
];

for (const [source, status, body, change] of [...refusals, ...messageRefusals]) {
  test(`${source}: one thing is changed, and remembered`, async () => {
    for (const [name, manner] of manners) {
      const script: ScriptedReply[] = [{ status, body: inManner(body, manner) }];
      await using stage = await scene({ script, reply: () => ({ body: completion({ text: 'ok' }) }) });
      assert.equal((await stage.ask(everything)).text, 'ok', name);
      const [first = {}, second, ...others] = stage.bodies();
      assert.deepEqual(second, change(first), name);
      assert.deepEqual(others, []);
      // Words are read once: what is remembered does not depend on how they were written.
      if (manner !== asSeen) continue;
      await stage.ask(everything);
      assert.deepEqual(stage.bodies().slice(2), [second], 'remembered');
    }
  });
}

/** Only what is said to people; labels and fields are the protocol's. */
function inManner(part: unknown, manner: (words: string) => string, inWords = false): unknown {
  if (typeof part === 'string') return inWords && !part.includes('{"') ? manner(part) : part;
  if (Array.isArray(part)) return part.map((each) => inManner(each, manner, inWords));
  if (typeof part !== 'object' || part === null) return part;
  const words = ['message', 'error', 'msg', 'description', 'detail'];
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [name, inManner(value, manner, words.includes(name))]),
  );
}
