/** Keeps of a commit's body what a report would have said: the fault and how it shows, not how it was mended. */

const aboutTheMending =
  /^(?:[-*•]\s+|\d+[.)]\s+)?[*_`]*(?:so,?\s+|therefore,?\s+|thus,?\s+|instead,?\s+|also,?\s+|finally,?\s+|additionally,?\s+|now,?\s+)?(?:(?:in )?(?:this|the|my) (?:pr|patch|commit|change|changes|fix|cl|pull request|solution|diff|implementation|workaround)\b|these (?:changes|commits|patches)\b|(?:i|we)(?:'ve| have|'m| am| are)?(?: now| also| just)? (?:add|chang|decid|implement|updat|mov|chose|choos|introduc|remov|replac|switch|fix|us|mak|made|rewr|refactor|creat|simpl|do\b|did\b|can now)\w*|to (?:fix|address|solve|resolve|avoid|handle|support|implement|achieve) (?:this|that|it|the)\b|(?:fixed|solved|resolved|addressed|done) (?:this )?by\b|(?:re-?)?(?:add|chang|updat|remov|replac|mov|introduc|extract|refactor|implement|switch|renam|creat|delet|drop|pass|mak|wrap|convert|us|inlin|bump|expos|export|split|reset|skip|check|call|set|store|track|return|propagat|delegat|guard|move|rework|rewrit|adjust|improv|clean|ensur|includ|cover|reject|keep|treat|mark|normali[sz]|defin|simplif|merg|teach|let|only)(?:e|es|ed|s|ing|ying|y|ies|ied|d|ped|ping|ting|ts)?\b(?! (?:error|to (?:work|be))))/i;

/** Lines that stand in pull request templates and wait to be replaced. */
const templateText =
  /^>?\s*(?:which issue, if any|is there anything in the pr|what changes are made in this pr\b|is it a feature or a bug ?fix|please (?:describe|include|add|read|make)|(?:thank you|thanks) for|describe (?:the|your) change|add a (?:brief )?description|fill in|if (?:this|the) pr\b|(?:before|after)\s*:?$|n\/a$|none\.?$|no\.?$|yes\.?$)/i;

const sentenceEnd = /(?<=[.!?:])\s+(?=["'`(*_]?[A-Z])/;

/** @param body cleaned of trailers and headings; code blocks stay as they are, wrapped lines are joined */
export function reportPart(body: string): string {
  const blocks = body.split(/(```[\s\S]*?(?:```|$))/);
  const kept = blocks.map((block) => (block.startsWith('```') ? block : proseOf(block)));
  return kept
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function proseOf(text: string): string {
  const units = text.split(/\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s)/);
  return units
    .map((unit) => withoutMending(unit.replace(/\s*\n\s*/g, ' ').trim()))
    .filter(Boolean)
    .join('\n\n');
}

function withoutMending(unit: string): string {
  // Quoted output is evidence, whatever it begins with.
  if (/^[>|]/.test(unit)) return templateText.test(unit) ? '' : unit;
  const kept = unit.split(sentenceEnd).filter((part) => !aboutTheMending.test(part) && !templateText.test(part));
  const text = kept.join(' ');
  return /[\p{L}\p{N}]{2}/u.test(text) ? text : '';
}
