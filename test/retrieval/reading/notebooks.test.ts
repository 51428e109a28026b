import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { notebookText } from '../../../retrieval/reading/notebook.ts';
import { never, openPath, runTool, scratchFolder, scratchRetrieval, writeFiles } from '../scratch.ts';

const notebook = JSON.stringify({
  nbformat: 4,
  cells: [
    { cell_type: 'markdown', metadata: {}, source: ['# Training\n', 'How "loss" falls.\n'] },
    {
      cell_type: 'code',
      source: 'def train(model):\n    return model.fit("data")\n',
      outputs: [
        { output_type: 'stream', name: 'stdout', text: ['epoch 1\n', 'loss 0.25\n'] },
        { output_type: 'display_data', data: { 'image/png': 'x'.repeat(2_000_000), 'text/plain': ['<Figure>'] } },
        { output_type: 'error', ename: 'ValueError', evalue: 'bad shape', traceback: [] },
      ],
    },
  ],
});

test('a notebook is read by its cells, and quotes of them are found', async (t) => {
  const folder = scratchFolder(t);
  const root = writeFiles(join(folder, 'book'), { 'train.ipynb': notebook, 'broken.ipynb': '{"cells": [\n"loss"\n' });
  const retrieval = scratchRetrieval(t, join(folder, 'home'));
  const snapshot = await openPath(retrieval, root);
  const { text } = await runTool(retrieval, snapshot, 'read_lines', { path: 'train.ipynb' });
  assert.equal(
    text,
    [
      '@@ train.ipynb:1-11',
      '1| %% cell 1: markdown',
      '2| # Training',
      '3| How "loss" falls.',
      '4| %% cell 2: code',
      '5| def train(model):',
      '6|     return model.fit("data")',
      '7| %% output of cell 2',
      '8| epoch 1',
      '9| loss 0.25',
      '10| <Figure>',
      '11| ValueError: bad shape',
    ].join('\n'),
  );
  const citation = { path: 'train.ipynb', firstLine: 6, lastLine: 6, quote: 'return model.fit("data")' };
  const [checked] = await retrieval.checkCitations(snapshot, [citation], never);
  assert.deepEqual([checked?.status, checked?.firstLine, checked?.cell], ['verified', 6, 2]);
  assert.match((await runTool(retrieval, snapshot, 'find_symbol', { name: 'train' })).text, /train\.ipynb:/);
  assert.match((await runTool(retrieval, snapshot, 'read_lines', { path: 'broken.ipynb' })).text, /1\| \{"cells": \[/);
});

test('what is no notebook is none, long outputs are cut, and no cell can pose as another', () => {
  for (const json of ['', '[]', '{}', '{"cells": 3}', '{"cells": [{"source": "x"}]}', 'nonsense'])
    assert.equal(notebookText(json), null, json);
  const cell = (source: string, text = '') => ({ cell_type: 'code', source, outputs: [{ text }] });
  const printed = notebookText(JSON.stringify({ cells: [cell('a', 'line\n'.repeat(500))] })) ?? '';
  assert.match(printed, /\(470 more lines of output\)\n$/);
  assert.equal(
    notebookText(JSON.stringify({ cells: [cell('%% cell 9: code')] })),
    '%% cell 1: code\n %% cell 9: code\n',
  );
  assert.equal(
    notebookText('{"worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1"]}]}]}'),
    '%% cell 1: code\nx = 1\n',
  );
  const huge = notebookText(JSON.stringify({ cells: Array(2_000).fill(cell('x = 1\n'.repeat(200))) })) ?? '';
  assert.ok(huge.length < 1_000_000);
  assert.match(huge, /%% \d+ more cells are left out\n$/);
});
