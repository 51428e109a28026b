/** A repository and a model that attack whoever reads them: everything is shown, and nothing of it does anything. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calls, goodDraft, says } from '../../support/team.ts';
import { openPage } from './a-page.ts';

const attack = '</code></pre></textarea></script><script>alert(1)</script><img src=x onerror=alert(1)>';
const line = `// ${attack} \u001b[31m \u202e [x](javascript:alert(1))`;
const path = 'lib/a<script>alert(2)</script>"b.js';

const draft = {
  ...goodDraft,
  answer: `${attack}\n\n[click](javascript:alert(1)) ![x](https://evil.example/x.png)\n\n- \`${attack}\`\n\u001b[2J\u202e`,
  citations: [{ path, first_line: 1, last_line: 1, quote: '</code></pre></textarea></script>' }],
  gaps: [attack],
};

test('script tags, links and control characters of a repository and of a model do nothing on any page', async () => {
  const specialist = ({ turn }: { turn: number }) =>
    turn === 0 ? calls(['search_code', { query: 'alert' }]) : says(draft);
  await using page = await openPage({
    files: { 'README.md': `# ${attack}\n`, [path]: `${line}\nexport const b = 1;\n` },
    team: { specialist },
  });
  const run = await page.ask({ question: `Why? ${attack}` });
  const main = await page.ended(run);
  const timeline = (await page.get(`${run}/timeline`)).text;
  const steps = [...timeline.matchAll(/href="(\/runs\/[^"]+\/steps\/[^"]+)"/g)].map(([, href = '']) => href);
  const others = [run, `${run}/sources/1`, '/', '/runs', '/runs?text=%3Cscript%3Ealert', ...steps];
  const pages = [main, timeline, ...(await Promise.all(others.map(async (each) => (await page.get(each)).text)))];
  assert.ok(steps.length > 3);
  assert.ok(
    pages.some((text) => text.includes('class="line cited" id="L1"')),
    'the cited line is shown',
  );
  for (const text of pages) {
    assert.ok(!/<script(?! type="module" src="\/assets\/page\.js">)/.test(text), text);
    assert.ok(!/<img|<svg onload|javascript:[^<]*"|\son\w+=[^<]*>\s*</.test(tagsOf(text)), text);
    assert.ok(!text.includes('\u001b') && !text.includes('\u202e'), text);
  }
});

/** The tags alone: what stands between them is text. */
const tagsOf = (text: string): string => (text.match(/<[^>]*>/g) ?? []).join('');
