/**
 * Makes a follow-up a question of its own, by form alone: a pronoun gives way to what the question before was about, what
 * stands behind "what about" takes the place of its object, and a bare "Why?" is put before it.
 */
import { stopWords } from '../words/lexicon.ts';
import { readQuestion } from '../words/question-terms.ts';
import { blocks, type Conversation } from './conversation.ts';

const mostOfEarlier = 300;

/** The reply to a request that shows earlier questions and a follow-up. */
export function rewriteFollowUp({ request }: Conversation): { standalone_question: string } {
  const line = (text: string) => text.replace(/\s+/g, ' ').trim();
  const followUp = line(blocks(request, 'follow_up').at(-1)?.body ?? '');
  const earlier = (blocks(request, 'earlier_questions').at(0)?.body ?? '').split('\n');
  const questions = earlier.map((one) => line(one.replace(/^- /, ''))).filter((one) => one !== '');
  const last = questions.findLast((one) => subjectOf(one) !== null) ?? questions.at(-1);
  return { standalone_question: last === undefined ? followUp : inFull(followUp, last.slice(0, mostOfEarlier)) };
}

function inFull(followUp: string, last: string): string {
  const subject = subjectOf(last);
  const object =
    /^(?:(?:and|or|but|so|also)\s+)?(?:(?:what|how)\s+about\s+|(?=(?:the|an?|for|in|with|its)\s))(.{2,120}?)\??$/i.exec(
      followUp,
    )?.[1];
  if (object !== undefined && !verb.test(object)) return withObject(last, withoutPronoun(object, subject));
  const bare = followUp.replace(/^(?:and|but|so|also|or|then|now|ok|okay|yes|no)\b[,:]?\s+/i, '');
  if (subject === null || bare.split(' ').length < 3) return `${bare.replace(/(?<![?.!])[?.!]+$/, '')}: ${last}`;
  const replaced = withoutPronoun(bare, subject);
  if (replaced !== bare) return capital(replaced);
  if (bare.toLowerCase().includes(subject.toLowerCase())) return capital(bare);
  return capital(`${bare.replace(/(?<![?.!])[?.!]+$/, '')}, of ${subject}?`);
}

const verb = /\b(?:is|are|was|were|does|do|did|has|have|can|could|will|would|should)\b/i;

/** The question about another object: in place of what stands behind its last article, or added to it. */
function withObject(question: string, object: string): string {
  const begun = question.replace(/(?<![?.!])[?.!]+$/, '');
  const preposition = /^(?:for|in|with|on|at|from|of|by)\s/i.exec(object)?.[0];
  if (preposition !== undefined) {
    const same = begun.toLowerCase().lastIndexOf(` ${preposition.toLowerCase()}`);
    return `${begun.slice(0, same < 0 ? undefined : same)} ${object}?`;
  }
  const at = [...begun.matchAll(/\b(?:the|an?)\s/gi)].at(-1)?.index ?? 0;
  return at > 0 && /^(?:the|an?)\s/i.test(object) ? `${begun.slice(0, at)}${object}?` : `${begun} for ${object}?`;
}

/** Outside of phrases such as "is there", and not where it stands for a clause. */
const pronoun = /\b(?:it|they|them|this|that|these|those)\b(?!\s+(?:the|an?|[a-z]+s)\b)/i;
const possessive = /\b(?:its|their)\b/i;

function withoutPronoun(text: string, subject: string | null): string {
  if (subject === null) return text;
  const named = `${subject}${subject.endsWith('s') ? "'" : "'s"}`;
  const owned = text.replace(possessive, () => named);
  return owned === text ? text.replace(pronoun, () => subject) : owned;
}

/** What a question is about: a name in it, else its first noun with an article, else its first words that say something. */
function subjectOf(question: string): string | null {
  const name = readQuestion(question).terms.find(({ identifier }) => identifier);
  if (name !== undefined) return name.text;
  const words = question.match(/[\p{L}\p{N}_-]+/gu) ?? [];
  const article = words.findIndex((word, at) => isArticle(word) && !isStop(words[at + 1] ?? 'is'));
  const from = article >= 0 ? article + 1 : words.findIndex((word) => !isStop(word) && !isArticle(word));
  if (from < 0) return null;
  const rest = words.slice(from, from + mostWords);
  const end = rest.findIndex((word) => isStop(word) || isArticle(word));
  const phrase = rest.slice(0, end < 0 ? undefined : end);
  // What stands before the next article, and a participle at the end, is the verb.
  const verbAt =
    end > 1 && isArticle(rest[end] ?? '')
      ? end - 1
      : phrase.length > 1 && /ed$/.test(phrase.at(-1) ?? '')
        ? -1
        : undefined;
  const noun = phrase.slice(0, verbAt).join(' ');
  return article >= 0 ? `the ${noun}` : noun;
}

const mostWords = 4;
const isArticle = (word: string): boolean => /^(?:the|an?)$/i.test(word);
const isStop = (word: string): boolean => stopWords.has(word.toLowerCase());

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
