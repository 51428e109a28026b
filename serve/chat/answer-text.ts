/** The ending of a run as the content of a message: the answer, what it rests on with links, and what it leaves open. */
import { permalinkOf } from '../../application/runs/source-link.ts';
import { headlineOf, offlineNotice, placeText } from '../../application/words/outcome-words.ts';
import { changedPlaces, readAs } from '../../application/words/thread-words.ts';
import type { CheckedCitation } from '../../contracts/evidence.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { offlineModelName } from '../../contracts/names.ts';
import { modelsThatAnswered } from '../../harness/run-log/logged-state.ts';
import { codeSpan, inertAnswer } from './inert-markdown.ts';

/** OpenAI's shape; the indexes are of UTF-16 code units of the content, where the link stands. */
export type UrlCitation = {
  type: 'url_citation';
  url_citation: { url: string; title: string; start_index: number; end_index: number };
};

export type AnswerText = { content: string; annotations: UrlCitation[] };

/** @param sourceUrl the page of our own server that shows the citation of that number, from 1 */
export function answerText(outcome: AnswerOutcome, sourceUrl: (number: number) => string): AnswerText {
  const { evidence, gaps, snapshot } = outcome.state;
  const annotations: UrlCitation[] = [];
  let content = answerItself(outcome);
  const add = (text: string) => {
    content += `${content === '' ? '' : '\n\n'}${text}`;
  };
  if (evidence.length > 0) {
    add('**Sources**\n');
    for (const [at, citation] of evidence.entries()) {
      content += `\n${at + 1}. `;
      const url = (snapshot === null ? null : permalinkOf(citation, snapshot)) ?? sourceUrl(at + 1);
      annotations.push(...addSource(citation, url));
    }
  }
  if (gaps.length > 0) add(listOf('Left open', gaps));
  const changed = changedPlaces(outcome.state);
  if (changed.length > 0) add(listOf('Cited before, and changed since', changed));
  if (modelsThatAnswered(outcome.state).includes(offlineModelName)) add(`*${offlineNotice}*`);
  return { content, annotations };

  function addSource(citation: CheckedCitation, url: string): UrlCitation[] {
    const place = placeText(citation);
    if (citation.status === 'unresolved') {
      content += `${codeSpan(place)}, which was not found there`;
      return [];
    }
    const start_index = content.length;
    content += `[${codeSpan(place)}](${url})`;
    return [{ type: 'url_citation', url_citation: { url, title: place, start_index, end_index: content.length } }];
  }
}

/** How the content begins, whatever the server's own address is: what a client's copy of it is compared with. */
export function answerItself(outcome: AnswerOutcome): string {
  const { final_answer } = outcome.state;
  const parts = [readAs(outcome.state), headlineOf(outcome)].flatMap((line) =>
    line === null ? [] : [`*${inertAnswer(line).replaceAll('*', '\\*')}*`],
  );
  return [...parts, inertAnswer(final_answer ?? '')].filter((part) => part !== '').join('\n\n');
}

const listOf = (title: string, items: readonly string[]): string =>
  [`**${title}**\n`, ...items.map((item) => `- ${inertAnswer(item).replace(/\s+/g, ' ')}`)].join('\n');
