/** Makes one answer from several drafts: the best supported leads, others add what it lacks or are superseded. */
import { z } from 'zod';
import type { WireDraft } from './answer.ts';
import { contentWeight } from './assessment.ts';
import { blocks, type Conversation } from './conversation.ts';
import { readQuestion, type Term } from '../words/question-terms.ts';
import type { WireCitation } from './quotation.ts';
import { joinItems, mostLines, mostPlaces, splitItems } from './answer-list.ts';
import { placeOf } from './lead.ts';
import { termMatch } from './support.ts';
import { indexStems } from '../words/words.ts';

export type WireSynthesis = WireDraft & { superseded: { specialist: string; reason: string }[] };

type Candidate = {
  specialist: string;
  answer: string;
  confidence: number;
  insufficient: boolean;
  citations: WireCitation[];
  /** Question terms that the draft's text and quotes speak of. */
  covers: ReadonlySet<Term>;
  support: number;
};

const Citations = z.array(
  z.object({ path: z.string(), first_line: z.number(), last_line: z.number(), quote: z.string() }),
);

function readCitations(text: string): WireCitation[] {
  try {
    const parsed = Citations.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : [];
  } catch {
    return []; // a draft whose citations are not JSON has none that could be kept
  }
}

const attribute = (attributes: string, name: string): string | undefined =>
  new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1];

function candidates(conversation: Conversation, terms: readonly Term[]): Candidate[] {
  const total = terms.reduce((sum, term) => sum + term.weight, 0) || 1;
  return blocks(conversation.request, 'draft').map(({ attributes, body }, at) => {
    const citations = blocks(body, 'citations').flatMap((block) => readCitations(block.body));
    const answer = body.replace(/<citations>[\s\S]*$/, '').trim();
    const index = indexStems([answer, ...citations.map((citation) => `${citation.path} ${citation.quote}`)].join('\n'));
    const covers = new Set(terms.filter((term) => termMatch(index, term) > 0));
    const coverage = [...covers].reduce((sum, term) => sum + term.weight, 0) / total;
    const stated = Number(attribute(attributes, 'confidence') ?? 0.5);
    const confidence = Number.isFinite(stated) ? Math.min(1, Math.max(0, stated)) : 0.5;
    const marked = attribute(attributes, 'insufficient');
    const insufficient = marked === 'true' || (marked === undefined && citations.length === 0);
    const support = insufficient || citations.length === 0 ? 0 : 0.5 * confidence + 0.5 * coverage;
    const specialist = attribute(attributes, 'specialist') ?? `draft ${at + 1}`;
    return { specialist, answer, confidence, insufficient, citations, covers, support };
  });
}

const samePlace = (one: WireCitation, other: WireCitation): boolean =>
  one.path === other.path && one.first_line <= other.last_line && other.first_line <= one.last_line;

/** An item of an answer with the citations that it rests on; a draft in free prose is one. */
type Part = { text: string; citations: readonly WireCitation[] };

function partsOf({ answer, citations }: Candidate): Part[] {
  const items = splitItems(answer);
  const parts = items.map((text) => ({
    text,
    citations: citations.filter((one) => text.includes(placeOf(one.path, one.first_line, one.last_line))),
  }));
  return parts.every((part) => part.citations.length > 0) ? parts : [{ text: answer, citations }];
}

const cited = (parts: readonly Part[]): WireCitation[] => parts.flatMap(({ citations }) => citations);

/** Whether a draft has a place that the leading one lacks, and words of the question besides. */
const isNew = (other: Candidate, lead: Candidate): boolean =>
  other.support > 0 &&
  other.citations.some((one) => !lead.citations.some((known) => samePlace(known, one))) &&
  [...other.covers].some((term) => !lead.covers.has(term));

/** As many of the parts, in their order, as an answer has room for beside those that it has. */
function withinRoom(taken: readonly Part[], fresh: readonly Part[]): Part[] {
  const lines = (citations: readonly WireCitation[]) =>
    citations.reduce((sum, { first_line, last_line }) => sum + last_line - first_line + 1, 0);
  let room = mostLines - lines(cited(taken));
  let places = mostPlaces - cited(taken).length;
  return fresh.filter(({ citations }) => {
    if (citations.length > places || lines(citations) > room) return false;
    room -= lines(citations);
    places -= citations.length;
    return true;
  });
}

const abstained = (all: readonly Candidate[], terms: readonly Term[]): WireSynthesis => ({
  answer: all[0]?.answer ?? 'There is no draft to make an answer from.',
  citations: [],
  confidence: Math.min(0.1, ...all.map((candidate) => candidate.confidence)),
  insufficient: true,
  gaps: terms.slice(0, 8).map((term) => `No draft says anything about "${term.text.slice(0, 100)}".`),
  superseded: all.slice(1).map(({ specialist }) => ({ specialist, reason: 'It found no answer either.' })),
});

/** One synthesis of all drafts in the request; every citation in it is a draft's own. */
export function mergeDrafts(conversation: Conversation): WireSynthesis {
  const terms = readQuestion(conversation.question).terms.filter((term) => term.weight >= contentWeight);
  const all = candidates(conversation, terms).toSorted(
    (a, b) => b.support - a.support || Number(a.specialist > b.specialist) - Number(a.specialist < b.specialist),
  );
  const lead = all[0];
  if (lead === undefined || lead.support === 0) return abstained(all, terms);
  const contributing = all.slice(1).filter((other) => isNew(other, lead));
  const parts = [...partsOf(lead).slice(0, contributing.length > 0 ? mostPlaces - 1 : mostPlaces)];
  const covered = new Set(lead.covers);
  const superseded: WireSynthesis['superseded'] = [];
  for (const other of all.slice(1)) {
    const fresh = partsOf(other).filter((part) =>
      part.citations.some((one) => !cited(parts).some((known) => samePlace(known, one))),
    );
    const news = [...other.covers].filter((term) => !covered.has(term));
    const added = withinRoom(parts, fresh);
    if (other.support === 0) superseded.push({ specialist: other.specialist, reason: 'It found no answer.' });
    else if (added.length === 0 || news.length === 0) {
      superseded.push({
        specialist: other.specialist,
        reason: `${lead.specialist} says the same with better support.`,
      });
    } else {
      parts.push(...added);
      for (const term of news) covered.add(term);
    }
  }
  return {
    answer: joinItems(parts.map(({ text }) => text)),
    citations: cited(parts),
    confidence: lead.confidence,
    insufficient: false,
    gaps: terms
      .filter((term) => !covered.has(term))
      .slice(0, 8)
      .map((term) => `No draft says anything about "${term.text.slice(0, 100)}".`),
    superseded,
  };
}
