/** Files that an editor or a shell wrote with a byte order mark, as some do on Windows. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { readQuestion } from '../../client/ask/question-argument.ts';
import { readJsonLines } from '../../client/input/json-lines-file.ts';
import { linesOfFile } from '../../client/input/lines-of-file.ts';
import { readPipelineFile } from '../../application/pipelines/pipeline-files.ts';
import { loadConfig } from '../../config/load-config.ts';
import { temporaryFolder } from './run-command.ts';

const bigEndian = (text: string) => Buffer.from(text, 'utf16le').swap16();
const writings: [string, (text: string) => Buffer][] = [
  ['UTF-8', (text) => Buffer.from(`\ufeff${text}`)],
  ['UTF-16, little endian', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-16, big endian', (text) => bigEndian(`\ufeff${text}`)],
];

async function linesIn(file: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOfFile(file)) lines.push(line);
  return lines;
}

for (const [name, write] of writings)
  test(`a byte order mark before rows, pipelines, prompts, questions and settings is no part of them: ${name}`, async () => {
    using folder = temporaryFolder();
    const file = (named: string, text: string) => {
      writeFileSync(join(folder.path, named), write(text));
      return join(folder.path, named);
    };
    const rows = file('rows.jsonl', '{"id": "ä"}\r\n\r\n{"id": "b"}\r\n');
    assert.deepEqual(await readJsonLines(rows, z.object({ id: z.string() })), [{ id: 'ä' }, { id: 'b' }]);
    assert.deepEqual(await linesIn(rows), ['{"id": "ä"}', '', '{"id": "b"}']);

    const shipped = JSON.parse(readFileSync(new URL('../../pipelines/single-agent.json', import.meta.url), 'utf8'));
    const [{ prompt: _, ...agent }] = shipped.specialists;
    file('prompt.md', 'Answer from the repository.');
    const spec = { ...shipped, specialists: [{ ...agent, promptFile: 'prompt.md' }] };
    const reading = await readPipelineFile(file('pipeline.json', JSON.stringify(spec, null, 2)));
    assert.ok('spec' in reading, JSON.stringify(reading));
    assert.equal(reading.spec.specialists[0]?.prompt, 'Answer from the repository.');

    assert.equal(
      await readQuestion(
        '-',
        (async function* () {
          yield write('Why?\r\n');
        })(),
      ),
      'Why?',
    );
    file('.env', 'SWITCHYARD_MODEL=some-model\r\n');
    assert.equal(loadConfig({ SWITCHYARD_HOME: folder.path }, folder.path).model.router, 'some-model');
  });

test('a line ends at a line feed only, and a character may lie across two reads', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'log.jsonl');
  const lines = ['{"a": "x\u2028y\u2029z"}', 'ä'.repeat(100_001), ''];
  writeFileSync(file, lines.join('\n'));
  assert.deepEqual(await linesIn(file), lines.slice(0, 2));
});
