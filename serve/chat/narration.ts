/**
 * What a run does, as text that grows: stages, what people are asked, and drafts. Clients show it apart from the answer, some
 * as Markdown: nothing of it becomes a link, an image or HTML.
 */
import type { WatchEvent } from '../../application/runs/watch-drafts.ts';
import { draftName, elsewhereText } from '../../application/words/draft-words.ts';
import { routeText, waitingText } from '../../application/words/run-words.ts';
import type { DraftEvent } from '../../contracts/draft-stream.ts';
import type { RunProgress } from '../../contracts/run.ts';
import { printable, printableLine } from '../../lib/printable.ts';
import type { ServedRepository } from '../served.ts';
import { settledLength, withoutMarkup } from './inert-markdown.ts';

export class Narration {
  /** What was said last of each sort: nothing is said twice in a row. */
  readonly #said = new Map<string, string>();
  readonly #tries: number;
  /** The draft that is being written out; those beside it wait until it has ended, and follow whole. */
  #current: string | null = null;
  readonly #waiting = new Map<string, DraftEvent>();
  /** How far each was written, in which attempt; a later attempt is written anew. */
  readonly #shown = new Map<string, { attempt: string; end: number }>();
  /** The draft and attempt of the last words. */
  #written: string | null = null;
  #isLineOpen = false;

  readonly #repository: ServedRepository;

  /** @param tries that a specialist may have; of the repository its name is said, and not where it is */
  constructor(tries: number, repository: ServedRepository) {
    this.#tries = tries;
    this.#repository = repository;
  }

  /** @returns what is new; empty where that is nothing */
  take(event: WatchEvent): string {
    if (event.kind === 'draft') return this.#ofDraft(event.draft);
    if (event.kind === 'drafts-elsewhere') return this.#line('drafts', elsewhereText);
    return event.kind === 'progress' || event.kind === 'waiting' ? this.#ofProgress(event.progress) : '';
  }

  /** A line by itself. */
  line(text: string): string {
    // To Markdown a line without an empty one before it may belong to the list that a draft ends with.
    const before = (this.#isLineOpen ? '\n' : '') + (this.#written === null ? '' : '\n');
    this.#isLineOpen = false;
    this.#written = null;
    const { name, given } = this.#repository;
    return `${before}${withoutMarkup(printableLine(text.replaceAll(given, name)))}\n`;
  }

  #line(sort: string, text: string): string {
    if (this.#said.get(sort) === text) return '';
    this.#said.set(sort, text);
    return this.line(text);
  }

  #ofProgress(progress: RunProgress): string {
    const { stage, doing, state, waitingFor, pending = [] } = progress;
    const workflowId = this.#said.get('run') ?? '';
    const waits = waitingFor !== null || pending.length > 0 ? waitingText(progress, workflowId) : null;
    const what = printableLine(doing);
    return [
      state.route === null ? '' : this.#line('route', routeText(state)),
      this.#line('stage', what === '' ? stage : `${stage}: ${what}`),
      waits === null ? '' : this.#line('waits', waits),
    ].join('');
  }

  /** The first line: which run it is. */
  begin(workflowId: string, joined: boolean): string {
    this.#said.set('run', workflowId);
    return this.line(joined ? `run ${workflowId}, which was asked before` : `run ${workflowId}`);
  }

  #ofDraft(draft: DraftEvent): string {
    const { call, text, ended } = draft;
    if (this.#current !== null && this.#current !== call) {
      this.#waiting.set(call, draft);
      return '';
    }
    const attempt = draft.attempt.join('.');
    const known = this.#shown.get(call);
    const end = ended === true ? text.length : toldLength(text);
    const fresh = text.slice(known?.attempt === attempt ? known.end : 0, end);
    this.#shown.set(call, { attempt, end });
    this.#current = ended === true || text === '' ? null : call;
    const said = fresh === '' ? '' : this.#headingFor(draft, `${call} ${attempt}`) + this.#text(fresh);
    if (this.#current !== null) return said;
    const next = [...this.#waiting.values()];
    this.#waiting.clear();
    return said + next.map((each) => this.#ofDraft(each)).join('');
  }

  /** Empty where what was written last is the same draft. */
  #headingFor(draft: DraftEvent, key: string): string {
    const heading = this.#written === key ? '' : this.line(`${draftName(draft, this.#tries)}:`);
    this.#written = key;
    return heading;
  }

  #text(text: string): string {
    const said = withoutMarkup(printable(text));
    this.#isLineOpen = !said.endsWith('\n');
    return said;
  }
}

/** Half of a character waits for its other half, and a mark for what follows it. */
function toldLength(text: string): number {
  const end = settledLength(text);
  return /[\uD800-\uDBFF]$/.test(text.slice(0, end)) ? end - 1 : end;
}
