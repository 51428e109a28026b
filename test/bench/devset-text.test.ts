/** What of a commit message becomes a record's text. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanMessage, cleanSubject, saysWhatIsWanted } from '../../question-maker/message-text.ts';

test('a subject loses the prefix that names a part of the code, and the numbers of issues', () => {
  assert.equal(cleanSubject('fix(reply)!: keep headers set in hooks (#123)'), 'keep headers set in hooks');
  assert.equal(cleanSubject(':bug: feat(cli): fix(cli/theme): honour --out (gh-7)'), 'honour --out');
  assert.equal(cleanSubject('fix(tabs) labels vanish'), 'labels vanish');
  assert.equal(cleanSubject('[Tabs] feat(tabs): labels wrap'), 'labels wrap');
  assert.equal(cleanSubject('render() throws twice'), 'render() throws twice');
  assert.equal(cleanSubject('Fixes #12: timers leak'), 'timers leak');
  assert.equal(cleanSubject('Timers: a plain subject'), 'a plain subject');
});

test('trailers, template sections, check boxes and hidden comments leave a body', () => {
  const { text } = cleanMessage(
    [
      'fix: hooks run twice',
      '',
      '<!-- thank you',
      'for contributing -->',
      '## Description',
      'A hook that throws is called again by the next request.',
      '- [x] I have read the guide',
      'Closes #12',
      '## Test plan',
      'Run the suite on Windows.',
      '',
      'Co-authored-by: Ada <ada@example.com>',
      'Signed-off-by: Ada <ada@example.com>',
    ].join('\r\n'),
  );
  assert.equal(text, 'hooks run twice\n\nA hook that throws is called again by the next request.');
});

test('of a squashed pull request only the first commit speaks', () => {
  const { text } = cleanMessage(
    'fix: late aborts hang (#9)\n\n* fix: late aborts hang\n\nThe caller waits for ever.\n\n* review\n\nOther words.',
  );
  assert.equal(text, 'late aborts hang\n\nThe caller waits for ever.');
});

test('sentences about the mending go, the fault and the code that shows it stay', () => {
  const { text } = cleanMessage(
    [
      'fix: wrong height of the text area',
      '',
      'The height is wrong at first, because scrollHeight',
      'is not known yet. This patch asks again later.',
      '',
      '- Added `measureLater()` to the directive',
      '- The label jumps as well.',
      '',
      '```js',
      'Added.call(this);',
      '```',
    ].join('\n'),
  );
  const kept = [
    'wrong height of the text area',
    'The height is wrong at first, because scrollHeight is not known yet.',
    '- The label jumps as well.\n```js\nAdded.call(this);\n```',
  ];
  assert.equal(text, kept.join('\n\n'));
});

test('a body that begins with its subject again says it once', () => {
  const { text } = cleanMessage('Fix hidden labels of tabs\n\nFix hidden labels of the tabs\n\nThey vanish on focus.');
  assert.equal(text, 'Fix hidden labels of tabs\n\nThey vanish on focus.');
});

test('a text must be long enough, and say in prose what is wrong or wanted', () => {
  const says = (text: string) => saysWhatIsWanted({ subject: '', text });
  assert.equal(says('The second request fails when the first one was aborted by its caller.'), true);
  assert.equal(says('The request fails.'), false);
  assert.equal(says('All of the seven wonders of the world stood by the sea in those days.'), false);
  assert.equal(
    says(`It fails:\n\`\`\`\n${'this code fails when it should never fail, and so on\n'.repeat(5)}\`\`\``),
    false,
  );
});
