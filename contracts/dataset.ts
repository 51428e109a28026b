/** A question with its ground truth: what an evaluation asks, and what a right answer to it must and must not hold. */
import { z } from 'zod';
import { SnapshotPath } from './evidence.ts';
import { questionMaxCharacters } from './run.ts';
import { Usage } from './chat.ts';

const Phrase = z.string().trim().min(1).max(500);

/**
 * `words`: whole words, whatever the case and markup; `code`: letter for letter, as a whole name; `regex`: a regular
 * expression without lookaround and backreferences. docs/evaluation.md has the rules.
 */
export const Wording = z
  .union([
    Phrase,
    z.strictObject({
      text: Phrase.describe('What the answer must hold.'),
      match: z
        .enum(['words', 'code', 'regex'])
        .default('words')
        .describe(
          'words (also of a plain string): whole words of any script, case and markup ignored. code: letter for letter, ' +
            'not inside a longer name. regex: JavaScript syntax, case ignored, without lookaround, backreferences and named groups.',
        ),
    }),
  ])
  .transform((given) => (typeof given === 'string' ? { text: given, match: 'words' as const } : given));
export type Wording = z.infer<typeof Wording>;

/** A thing said in one of several ways: any of them counts. One alone is a fact with one wording. */
export const Fact = z
  .union([Wording, z.array(Wording).min(1).max(20)])
  .transform((given) => (Array.isArray(given) ? given : [given]));
export type Fact = z.infer<typeof Fact>;

/** Lines of a file, 1-based, both ends included. */
export const LineRange = z
  .tuple([z.int().positive(), z.int().positive()])
  .refine(([first, last]) => first <= last, 'a line range starts before it ends');
export type LineRange = z.infer<typeof LineRange>;

export const ExpectedEvidence = z.strictObject({
  paths: z
    .array(SnapshotPath)
    .max(200)
    .describe(
      'Files, or folders ending in `/` (`./` is the whole repository): a correct citation lies in one of them. Empty where nothing answers the question.',
    ),
  lines: z
    .record(SnapshotPath, z.array(LineRange).min(1))
    .default({})
    .describe('Where in those files the answer stands, as far as somebody has said so: first and last line, from 1.'),
});
export type ExpectedEvidence = z.infer<typeof ExpectedEvidence>;

export const TextKind = z.enum(['code', 'docs']);
export type TextKind = z.infer<typeof TextKind>;

/** What a question was made from: `project` is a fact about the project itself, `absent` something that stands nowhere. */
export const QuestionSource = z.enum([
  'definition',
  'call',
  'heading',
  'test',
  'error',
  'option',
  'commit',
  'changelog',
  'project',
  'absent',
]);
export type QuestionSource = z.infer<typeof QuestionSource>;

/** Of a question that `dataset make` wrote, by what code has found. */
export const QuestionOrigin = z.strictObject({
  source: QuestionSource.describe('What the question was made from.'),
  phrased_by: z.string().min(1).describe('`template`, or the name of the model that worded it.'),
  leak: z
    .number()
    .min(0)
    .max(1)
    .describe('How much of what has to be found the question says already, from 0 to 1; above 0.5 it is not kept.'),
  search_rank: z
    .int()
    .positive()
    .nullable()
    .describe(
      'At which rank a plain search for the words of the question shows an expected file; null: not in the first 20.',
    ),
});
export type QuestionOrigin = z.infer<typeof QuestionOrigin>;

/** What a person has decided about a question. */
export const QuestionReview = z.strictObject({
  verdict: z.enum(['accepted', 'edited', 'rejected']).describe('A rejected question is never asked.'),
  by: z.string().min(1).max(200).describe('Who decided.'),
  at: z.iso.datetime({ offset: true }).describe('When, ISO 8601.'),
  reason: z.string().max(1000).default('').describe('Why it was rejected, or what was changed.'),
});
export type QuestionReview = z.infer<typeof QuestionReview>;

export const DatasetQuestion = z
  .strictObject({
    id: z.string().min(1).max(200).describe('Names the question; once in a file, and stable.'),
    question: z
      .string()
      .trim()
      .min(1, 'the question is empty')
      .max(questionMaxCharacters)
      .describe('What is asked, word for word.'),
    repository: z
      .string()
      .min(1)
      .describe("A folder relative to the dataset's own file, an absolute folder, or a git URL."),
    ref: z
      .string()
      .min(1)
      .max(250)
      .nullable()
      .default(null)
      .describe('The commit (or tag) that the ground truth was checked at; null: whatever is checked out.'),
    expected_route: z.string().min(1).describe('The specialist whose question it is.'),
    second_route: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('The same decision, taken again by somebody who had not seen the first.'),
    other_routes: z
      .array(z.string().min(1))
      .default([])
      .describe('Routes whose specialist the answer needs besides the expected one.'),
    kinds: z
      .record(z.string().min(1), z.array(TextKind).min(1))
      .default({})
      .describe(
        "For a route, the kinds of text that hold its part of the answer: any of them. Where a route is not there, its specialist's tools tell.",
      ),
    kind: z
      .enum(['answerable', 'unanswerable'])
      .describe('To an unanswerable question only an abstention is right: the repository does not hold the answer.'),
    gold: ExpectedEvidence.describe('Where the answer stands.'),
    must_mention: z
      .array(Fact)
      .max(20)
      .default([])
      .describe(
        'Facts that a right answer states, all of them; a list in the list is one fact in several wordings, any of which counts. ' +
          'A plain string is looked for as whole words, whatever the case and the markup ("MIT" is not in "commit"); ' +
          '`{"text": …, "match": "code"}` letter for letter, not inside a longer name; `"match": "regex"` as a regular expression. ' +
          'No model takes part, and another form of a word is another wording.',
      ),
    forbidden_claims: z
      .array(Fact)
      .max(20)
      .default([])
      .describe('Claims that make an answer wrong, any of them; written and matched as the facts are.'),
    shared_wordings: z
      .array(Phrase)
      .max(50)
      .default([])
      .describe(
        'Wordings of `must_mention` that reference answers of other questions hold as well, and that stay on purpose. `dataset check` notes the others.',
      ),
    reference_answer: z
      .string()
      .trim()
      .min(1)
      .nullable()
      .default(null)
      .describe('A right answer, for people and for model judges; null: none was written.'),
    tags: z.array(z.string().min(1)).default([]).describe('Words to choose questions by.'),
    split: z.enum(['dev', 'test']).default('dev').describe('Tune on dev, report on test.'),
    note: z.string().default('').describe('Why this ground truth, or how somebody made sure that there is none.'),
    origin: QuestionOrigin.nullable()
      .default(null)
      .describe('How `dataset make` came to the question; null: a person wrote it.'),
    review: QuestionReview.nullable()
      .default(null)
      .describe('What a person has decided about it in `dataset review`; null: nobody has looked.'),
  })
  .superRefine(({ kind, gold, must_mention, expected_route, other_routes, kinds }, context) => {
    const complain = (message: string, path: string[]) => context.addIssue({ code: 'custom', message, path });
    if (kind === 'answerable' && gold.paths.length === 0)
      complain('an answerable question needs gold', ['gold', 'paths']);
    if (kind === 'unanswerable' && gold.paths.length + must_mention.length > 0)
      complain('an unanswerable question has neither gold nor facts to mention', ['kind']);
    for (const route of Object.keys(kinds))
      if (![expected_route, ...other_routes].includes(route))
        complain(`names "${route}", which is none of the question's routes`, ['kinds']);
    for (const path of Object.keys(gold.lines))
      if (!gold.paths.includes(path)) complain(`has lines of "${path}", which is not in gold.paths`, ['gold', 'lines']);
  });
export type DatasetQuestion = z.infer<typeof DatasetQuestion>;

// What a model that grades is asked, and what it says: one JSON line each way between the command and its child.

export const JudgingTask = z.object({
  /** Of the answer, unique in the run log. */
  id: z.string().min(1),
  /** The model's name; null: the one that the settings name for the judge. */
  judge: z.string().min(1).nullable(),
  question: DatasetQuestion,
  answer: z.string(),
  /** Decides the order of the criteria. */
  seed: z.int(),
  /** True: that order from its end. */
  reversed: z.boolean().default(false),
});
export type JudgingTask = z.infer<typeof JudgingTask>;

export const JudgingResult = z.object({
  id: z.string(),
  /** As the task names it. */
  judge: z.string().nullable(),
  /** Null where the judge failed: that is no grade, and no failure of the variant. */
  correct: z.boolean().nullable(),
  /** Its reason, or what went wrong. */
  said: z.string(),
  usage: Usage.nullable(),
  /** The dated name that answered; null where nothing did. */
  model: z.string().nullable(),
});
export type JudgingResult = z.infer<typeof JudgingResult>;
