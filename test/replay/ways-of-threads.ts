/** Turns of a thread: what becomes of a question that follows others, and of the places that were cited before. */
import type { CarriedPlace } from '../../contracts/threads/thread.ts';
import { pipeline } from '../support/scene.ts';
import { openAiError } from '../support/scripted-server/scripted-server-reply.ts';
import { goodDraft, says, type Team } from '../support/team.ts';
import type { Way } from './ways.ts';

const question = 'And when does it throw?';
const good: Partial<Team> = { specialist: () => says(goodDraft) };
const place = { path: 'lib/kettle.js', firstLine: 3, lastLine: 3, snapshot: '0'.repeat(40) };
const places = [
  { ...place, quote: 'return water * 100' },
  { ...place, quote: 'return water * 99' },
  { ...place, path: 'lib/lid.js', quote: 'open()' },
];
const notes = [
  { id: 'n1', text: 'boil is old', author: 'ann', commit: '0123456789abcdef', at: '2026-01-02T03:04:05.000Z' },
  { id: 'n2', text: 'so is the guide', author: '', commit: null, at: '2026-01-03T03:04:05.000Z' },
];

const turn = (questions: string[], carried: CarriedPlace[] = []) => ({
  ...{ id: 'kettles', parent: questions.length === 0 ? null : 'thread.kettles.1', turn: questions.length + 1 },
  ...{ questions, places: carried },
});
const follows = turn(['What does boil return?'], places);

export const threads: Record<string, Way> = {
  'first-turn': { team: good, ask: { pipeline: pipeline(), thread: turn([]), notes } },
  'follow-up-with-places': { question, team: good, ask: { pipeline: pipeline(), thread: follows, notes } },
  'follow-up-as-it-is': { question, team: good, ask: { pipeline: pipeline({ rewrite: null }), thread: follows } },
  'follow-up-never-rewritten': {
    question,
    team: { ...good, rewriter: () => says('As a language model') },
    ask: { pipeline: pipeline(), thread: turn(['What does boil return?']) },
  },
  'follow-up-without-rewriter': {
    question,
    team: { ...good, rewriter: () => openAiError(400, 'bad request '.repeat(80)) },
    ask: { pipeline: pipeline(), thread: turn(['What does boil return?']) },
  },
  'follow-up-without-budget': {
    question,
    team: good,
    ask: { pipeline: pipeline({ budget: { modelCalls: 3 } }), thread: turn(['What does boil return?']) },
  },
  'follow-up-that-stands-alone': {
    question: 'Which error does the function boil of lib/kettle.js throw for an empty kettle?',
    team: good,
    ask: { pipeline: pipeline(), thread: turn(['What does boil return?']) },
  },
};
