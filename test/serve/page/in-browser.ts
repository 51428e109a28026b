/**
 * Command (`npm run test:page`): the page in Chromium, as a person meets it with a mouse, with the keyboard alone, on a phone and
 * without a script; axe looks at every page. It is no part of `npm test`: it needs a Chromium, at CHROMIUM or where a
 * distribution puts it. PAGE_SCREENSHOTS names a folder for pictures.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { calls, goodDraft, says } from '../../support/team.ts';
import { key, type OpenedPage, openPage } from './a-page.ts';

const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = places.find((place) => place !== undefined && existsSync(place));
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.PAGE_SCREENSHOTS;
const slowMs = 180_000;

if (executablePath === undefined) {
  process.stderr.write('there is no Chromium: install one, or name it by CHROMIUM\n');
  process.exit(2);
}

/** A browser that fails the test for whatever the policy has refused and for every error of a script. */
async function browse(t: TestContext, { url, cookie }: OpenedPage, options: BrowserContextOptions = {}): Promise<Page> {
  const browser: Browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox'] });
  t.after(() => browser.close());
  const context = await browser.newContext({ viewport: { width: 1100, height: 800 }, ...options });
  context.setDefaultTimeout(slowMs);
  const [name = '', value = ''] = cookie.split('=', 2);
  await context.addCookies([{ name, value, url }]);
  const page = await context.newPage();
  page.on('pageerror', (error) => assert.fail(error.message));
  page.on('dialog', (dialog) => assert.fail(`a script has run: ${dialog.message()}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (400|404|409)/.test(message.text())) assert.fail(message.text());
  });
  page.on('request', (request) => {
    const isOurs = request.url().startsWith(url) || request.url().startsWith('data:');
    assert.ok(isOurs, `something was asked of ${request.url()}`);
  });
  return page;
}

/** The rules of WCAG; anything serious or critical fails. The page's policy keeps scripts out that are not its own. */
async function lookedAt(page: Page, name: string): Promise<void> {
  if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
  const session = await page.context().newCDPSession(page);
  const evaluate = async (expression: string) =>
    (await session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })).result
      .value as unknown;
  await evaluate(axeSource);
  const found = (await evaluate(
    "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }).then(({ violations, passes }) => ({ passes: passes.length, violations: violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map(({ html }) => html.slice(0, 200)) })) }))",
  )) as { passes: number; violations: { id: string; impact: string; nodes: string[] }[] };
  assert.ok(found.passes > 5, `axe has looked at ${name}`);
  const grave = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  assert.deepEqual(grave, [], `${name}: ${JSON.stringify(found.violations)}`);
  await session.detach();
}

async function ask(page: Page, url: string, question: string): Promise<void> {
  await page.goto(`${url}/`);
  await page.getByLabel('Question').fill(question);
  await page.getByRole('button', { name: 'Ask' }).click();
}

test('signing in, asking, watching the draft, the answer, its sources and its timeline', async (t) => {
  await using served = await openPage();
  const page = await browse(t, { ...served, cookie: 'other=1' });
  await page.goto(`${served.url}/runs`);
  await lookedAt(page, 'sign-in');
  await page.getByLabel('Key').fill(key);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${served.url}/runs`);
  await page.goto(`${served.url}/`);
  await lookedAt(page, 'ask');
  await ask(page, served.url, 'What does boil do?');
  await page.locator('#live').waitFor();
  // The page is not loaded again: what it showed is replaced by the script.
  await page.evaluate('window.stayed = true');
  await page.locator('.answer').waitFor();
  assert.equal(await page.evaluate('window.stayed'), true);
  assert.match((await page.locator('.answer').textContent()) ?? '', /KETTLE_EMPTY/);
  await page.locator('summary', { hasText: 'Timeline' }).click();
  await page.locator('.timeline summary', { hasText: 'Prompt and reply' }).first().click();
  await page.locator('.texts').first().waitFor();
  await lookedAt(page, 'run');
  await page.locator('.sources a').first().click();
  assert.match((await page.locator('.line.cited').textContent()) ?? '', /KETTLE_EMPTY/);
  await lookedAt(page, 'source');
  for (const section of ['Runs', 'Threads', 'Decisions', 'Benchmarks']) {
    await page.getByRole('navigation').getByRole('link', { name: section }).click();
    await page.getByRole('heading', { level: 1, name: section }).waitFor();
    await lookedAt(page, section.toLowerCase());
  }
  await page.goto(`${served.url}/runs/ask-none`);
  await lookedAt(page, 'error');
});

test('a decision is made, and what is typed stays while the run goes on', async (t) => {
  await using served = await openPage();
  const page = await browse(t, served);
  await page.goto(`${served.url}/`);
  await page.locator('summary', { hasText: 'More' }).click();
  await page.getByRole('checkbox', { name: /^draft/ }).check();
  await page.getByLabel('Question').fill('What does boil do?');
  await page.getByRole('button', { name: 'Ask' }).click();
  const note = page.getByLabel(/^Note, where/);
  await note.fill('please say more');
  await page.waitForTimeout(2_500);
  assert.equal(await note.inputValue(), 'please say more');
  await lookedAt(page, 'decision');
  await page.goto(`${served.url}/decisions`);
  await lookedAt(page, 'decisions-open');
  await page.getByRole('radio', { name: /^approve/ }).check();
  await page.getByRole('button', { name: 'Decide' }).click();
  await page.locator('.answer').waitFor();
  await page.locator('summary', { hasText: 'What it took' }).click();
  assert.match((await page.locator('dl').first().textContent()) ?? '', /draft-1 approve by ann/);
});

test('a thread by the keyboard alone, on a phone, in the dark', async (t) => {
  await using served = await openPage();
  const page = await browse(t, served, {
    viewport: { width: 360, height: 740 },
    colorScheme: 'dark',
    isMobile: true,
    hasTouch: true,
  });
  const wide = () => page.evaluate('document.documentElement.scrollWidth');
  await page.goto(`${served.url}/`);
  await page.keyboard.press('Tab');
  assert.equal(await page.locator(':focus').textContent(), 'Skip to the content');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.type('What does boil do?');
  for (let presses = 0; presses < 10 && (await page.locator(':focus').textContent()) !== 'Ask'; presses += 1)
    await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('.answer').waitFor();
  await lookedAt(page, 'phone-run');
  assert.equal(await wide(), 360);
  await page.locator('summary', { hasText: 'Timeline' }).click();
  await page.locator('.timeline').waitFor();
  assert.equal(await wide(), 360);
  await page.locator('summary', { hasText: 'Ask a follow-up' }).click();
  await page.getByLabel('Question').fill('And when does it throw?');
  await page.getByRole('button', { name: 'Ask' }).click();
  await page.locator('.answer').waitFor();
  await page.locator('.places a[href^="/threads/"]').click();
  // The run that it goes on from was by itself.
  assert.equal(await page.locator('.turns li').count(), 1);
  assert.match((await page.locator('.turns li').textContent()) ?? '', /after ask-/);
  await lookedAt(page, 'phone-thread');
  for (const path of ['/', '/runs', '/threads', '/decisions', '/benchmarks', '/none']) {
    await page.goto(served.url + path);
    assert.equal(await wide(), 360, path);
  }
});

test('without a script a question is asked and decided by forms and links', async (t) => {
  await using served = await openPage();
  const page = await browse(t, served, { javaScriptEnabled: false });
  await page.goto(`${served.url}/`);
  await page.locator('summary', { hasText: 'More' }).click();
  await page.getByRole('checkbox', { name: /^draft/ }).check();
  await page.getByLabel('Question').fill('What does boil do?');
  await page.getByRole('button', { name: 'Ask' }).click();
  const again = async (selector: string) => {
    for (
      const endMs = Date.now() + slowMs;
      (await page.locator(selector).count()) === 0;
      await page.waitForTimeout(500)
    ) {
      assert.ok(Date.now() < endMs, selector);
      await page.getByRole('link', { name: 'Look again' }).click();
    }
  };
  await again('form.decision');
  await page.getByRole('radio', { name: /^approve/ }).check();
  await page.getByRole('button', { name: 'Decide' }).click();
  await again('.sources');
  await page.locator('summary', { hasText: 'Timeline' }).click();
  await page.getByRole('link', { name: 'Show the timeline' }).click();
  await page.locator('.timeline summary', { hasText: 'Prompt and reply' }).first().click();
  await page.getByRole('link', { name: 'Show it' }).first().click();
  await page.getByRole('heading', { name: 'Prompt' }).waitFor();
});

test('a repository full of scripts and links does nothing', async (t) => {
  const attack = '</code></pre></script><script>alert(1)</script><img src=x onerror=alert(1)>';
  const answer = `${attack} [x](javascript:alert(1)) ![x](http://127.0.0.1:9/x.png)`;
  const draft = {
    ...goodDraft,
    answer,
    citations: [{ path: 'a.js', first_line: 1, last_line: 1, quote: '</code></pre>' }],
  };
  const specialist = ({ turn }: { turn: number }) =>
    turn === 0 ? calls(['search_code', { query: 'alert' }]) : says(draft);
  await using served = await openPage({ files: { 'a.js': `// ${attack}\n` }, team: { specialist } });
  const page = await browse(t, served);
  await ask(page, served.url, `Why? ${attack}`);
  await page.locator('.answer').waitFor();
  await page.locator('summary', { hasText: 'Timeline' }).click();
  await page.locator('.timeline').waitFor();
  for (const step of await page.locator('.timeline details summary').all()) await step.click();
  await page.locator('.texts').first().waitFor();
  assert.equal(await page.locator('img, main script, main a[href^="javascript:"]').count(), 0);
  await page.locator('.sources a').first().click();
  assert.match((await page.locator('.line.cited').textContent()) ?? '', /<script>alert\(1\)<\/script>/);
  assert.equal(await page.locator('img, main script').count(), 0);
});
