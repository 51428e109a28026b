/** Chooses one of the labels that a request lists, with a probability for each. */
import { classifyQuestion } from '../router/classify-question.ts';
import { blocks, type Conversation } from './conversation.ts';

export type LabelOption = { name: string; description: string };
export type LabelChoice = { name: string; probability: number }[];

const maxLabels = 100;

function listed(body: string): LabelOption[] {
  return body.split('\n').flatMap((line) => {
    const match = /^\s*[-*]\s*([\w-]{1,60})\s*(?::(.*))?$/.exec(line);
    return match?.[1] === undefined ? [] : [{ name: match[1], description: match[2]?.trimStart() ?? '' }];
  });
}

/** `one of: red, green or blue`, in the instructions or the request. */
function enumerated(text: string): LabelOption[] {
  const names = /\b(?:reply|answer|respond)\b[^.\n]{0,80}\bone of\b[^:\n]{0,40}:\s*([^\n.]{3,500})/i.exec(text)?.[1];
  const labels = (names ?? '').split(/,|\bor\b/).map((name) => name.replace(/["'`\s]/g, ''));
  return labels.filter((name) => /^[\w-]{1,60}$/.test(name)).map((name) => ({ name, description: '' }));
}

/** The labels that the request asks to choose from; none when it asks for something else. */
export function labelOptions(conversation: Conversation): LabelOption[] {
  const routes = blocks(conversation.request, 'routes').flatMap((block) => listed(block.body));
  const options = routes.length > 0 ? routes : enumerated(`${conversation.instructions}\n${conversation.request}`);
  const byName = new Map(options.map((option) => [option.name, option]));
  return byName.size >= (routes.length > 0 ? 1 : 2) ? [...byName.values()].slice(0, maxLabels) : [];
}

/** Every label with its probability, most likely first. */
export function chooseLabel(question: string, options: readonly LabelOption[]): LabelChoice {
  return classifyQuestion(question, options).toSorted((a, b) => b.probability - a.probability);
}
