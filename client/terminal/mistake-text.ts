/** Turns what commander says of a wrong command line into sentences that name the option or argument and what is allowed. */
import { printableLine } from '../../lib/printable.ts';

type Sentence = (...parts: string[]) => string;

/** By the message as commander writes it; what is in none of them stays as it is. */
const sentences: [RegExp, Sentence][] = [
  [/^option '([^']*)' argument '(.*)' is invalid\. (.*)$/s, (flags, value, reason) => invalid(flags, value, reason)],
  [
    /^command-argument value '(.*)' is invalid for argument '([^']*)'\. (.*)$/s,
    (value, name, reason) => invalid(`<${name}>`, value, reason),
  ],
  [/^missing required argument '(.*)'$/, (name) => `<${name}> is missing`],
  [/^required option '(.*)' not specified$/, (flags) => `${lastFlag(flags)} ${placeholderOf(flags)} is missing`],
  [/^option '(.*)' argument missing$/, (flags) => `${lastFlag(flags)} needs a value: ${placeholderOf(flags)}`],
  [
    /^too many arguments(?: for '(.*)')?\. Expected (\d+) arguments? but got (\d+):.*$/s,
    (command, most, given) => tooMany(command, Number(most), given),
  ],
  [/^unknown (option|command) '([^']*)'\n?(?:\(Did you mean (?:one of )?([^?]*)\?\))?$/, unknown],
];

/** @param text as commander writes it, which begins with `error: ` */
export function mistakeText(text: string): string {
  const said = text.replace(/^error: /, '').trim();
  const [sentence] = sentences.flatMap(([pattern, toSentence]) => {
    const match = pattern.exec(said);
    return match === null ? [] : [toSentence(...match.slice(1))];
  });
  return `switchyard: ${printableLine(sentence ?? said)}\n`;
}

function invalid(flags = '', value = '', reason = ''): string {
  const what = reason
    .replace(/^Allowed choices are (.*)$/s, 'must be one of $1')
    .replace(/^It /, '')
    .replace(/\.$/, '');
  return `${lastFlag(flags)} ${what}, not ${JSON.stringify(value)}`;
}

function tooMany(command: string | undefined, most: number, given = ''): string {
  const name = command === undefined ? 'the command' : `"${command}"`;
  const takes = most === 0 ? 'no argument' : most === 1 ? 'one argument' : `${most} arguments at most`;
  const hint =
    most === 0
      ? 'what it works on is named by options, which --help lists'
      : 'put words that belong together in quotes';
  return `${name} takes ${takes}, and ${given} ${given === '1' ? 'was' : 'were'} given: ${hint}`;
}

function unknown(what = '', name = '', similar?: string): string {
  const hint = similar === undefined ? '' : `: did you mean ${similar.replaceAll(', ', ' or ')}?`;
  return `there is no ${what} ${name}${hint}`;
}

/** Of `-o, --output <file>`: `--output`. */
function lastFlag(flags = ''): string {
  return flags.startsWith('<') ? flags : (flags.split(/[ ,|]+/).find((part) => part.startsWith('--')) ?? flags);
}

function placeholderOf(flags = ''): string {
  return /<[^<>]*>|\[[^[\]]*\]/.exec(flags)?.[0] ?? '';
}
