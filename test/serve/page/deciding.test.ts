/** What a run asks people, decided on its page. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type OpenedPage, pageOfFile, untilShown } from './a-page.ts';

const file = pageOfFile();

/** The id of what the run asks, once it does. */
async function asked(page: OpenedPage, run: string): Promise<string> {
  const request = /name="request" value="([^"]+)"/;
  const text = await untilShown(
    () => page.get(run),
    (shown) => request.test(shown),
  );
  return request.exec(text)?.[1] ?? '';
}

test('a draft is edited and goes out in the words of whoever is signed in', async () => {
  file.play();
  const { page } = file;
  const run = await page.ask({ question: 'What does boil do?', decisions: 'draft' });
  const request = await asked(page, run);
  const form = (await page.get(run)).text;
  assert.match(form, /<legend>draft: /);
  assert.match(form, /boil throws KETTLE_EMPTY for less than a litre\.<\/textarea>/);
  assert.ok((await page.get('/decisions')).text.includes(`action="${run}/decide"`));
  const source = await page.get(`${run}/sources/1?request=${request}`);
  assert.match(source.text, /<span class="line cited" id="L2">/);

  const lacking = await page.post(`${run}/decide`, { request, choice: 'edit', answer: ' ' });
  assert.equal(lacking.status, 409, lacking.text);
  assert.match(lacking.text, /Not applied, and still open/);
  const answer = 'It throws <em>KETTLE_EMPTY</em>.';
  assert.equal(
    (await page.post(`${run}/decide`, { request, choice: 'edit', answer, note: '', amount: '' })).status,
    303,
  );
  const text = await page.ended(run);
  assert.match(text, /It throws &lt;em&gt;KETTLE_EMPTY&lt;\/em&gt;\./);
  assert.match(text, /<dt>edited by<\/dt><dd>ann<\/dd>/);
  assert.equal((await page.post(`${run}/decide`, { request, choice: 'approve' })).status, 409);
});

test('a limit is raised by an amount, and what is no number is refused', async () => {
  file.play();
  const { page } = file;
  const run = await page.ask({ question: 'What does boil do?', decisions: 'clarify' });
  await page.ended(run);
  const amount = await page.post(`${run}/decide`, { request: 'budget-modelCalls-1', choice: 'grant', amount: 'many' });
  assert.equal(amount.status, 400);
  assert.match(amount.text, /an amount is a number, not &quot;many&quot;/);
});
