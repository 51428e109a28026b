/** Tells in which language a question is written, where that is not English: by its script, or by its commonest words. */

const scripts: readonly (readonly [language: string, script: RegExp])[] = [
  ['Japanese', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['Korean', /\p{Script=Hangul}/gu],
  ['Chinese', /\p{Script=Han}/gu],
  ['Russian or another language in Cyrillic letters', /\p{Script=Cyrillic}/gu],
  ['Arabic or another language in Arabic letters', /\p{Script=Arabic}/gu],
  ['Hebrew', /\p{Script=Hebrew}/gu],
  ['Greek', /\p{Script=Greek}/gu],
  ['Hindi or another language in Devanagari letters', /\p{Script=Devanagari}/gu],
  ['Thai', /\p{Script=Thai}/gu],
];
/** A foreign script is read where it has so many of the letters. */
const leastShare = 0.2;

const commonWords: readonly (readonly [language: string, words: ReadonlySet<string>])[] = (
  [
    [
      'German',
      'der die das und ist nicht ein eine einen wie kann ich wird werden wo warum welche welcher mit für auf von zu im den dem was wenn man bei sich aus wann gibt es',
    ],
    [
      'French',
      'le la les et est pas un une des comment puis je où pourquoi quelle quel avec pour sur de du dans que qui ce cette sont il elle faire peut',
    ],
    [
      'Spanish',
      'el la los las y es no un una cómo como puedo dónde donde por qué cuál con para sobre de del en que se hacer está son cuando',
    ],
    [
      'Portuguese',
      'o os as e é não um uma como posso onde por que qual com para sobre de do da em no na se fazer está são quando você',
    ],
    [
      'Italian',
      'il lo la gli le e è non un una come posso dove perché quale con per su di del della in che si fare sono quando viene',
    ],
    [
      'Dutch',
      'de het een en is niet hoe kan ik waar waarom welke met voor op van te in dat die wat wordt er bij naar als',
    ],
    ['Polish', 'jak gdzie dlaczego który która jest nie i w z na do się czy mogę co to dla przez od po'],
    ['Swedish', 'och är inte en ett hur kan jag var varför vilken med för på av till i det som den vad när'],
    ['Turkish', 'nasıl nerede neden hangi bir ve bu için ile ne mi mı değil olarak nedir'],
  ] as const
).map(([language, words]) => [language, new Set(words.split(' '))] as const);

const english = new Set(
  'the a an and is are was not how can i does do where why which what when who with for on of to in that this it be by from if should has have there my you or as at'.split(
    ' ',
  ),
);
/** So many of a language's common words make a sentence of it. */
const leastWords = 2;

/** Null for English, and where nothing tells. Code between backticks is not looked at. */
export function foreignLanguage(question: string): string | null {
  const text = question.slice(0, 4_000).replace(/`[^`]*`/g, ' ');
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const written = scripts.find(([, script]) => (text.match(script)?.length ?? 0) > leastShare * letters);
  if (written !== undefined) return written[0];
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const count = (known: ReadonlySet<string>) => words.filter((word) => known.has(word)).length;
  const counted = commonWords.map(([language, known]) => ({ language, hits: count(known) }));
  const most = counted.reduce((best, one) => (one.hits > best.hits ? one : best));
  return most.hits >= leastWords && most.hits > 1.5 * count(english) ? most.language : null;
}
