/** Words of identifiers, and words of English that say nothing. */

/** `getHTTPServer` gives `get HTTP Server`; text without inner capitals is unchanged. */
export function splitCase(word: string): string {
  return word.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/([A-Z])(?=[A-Z][a-z])/g, '$1 ');
}

/** What says nothing of any subject, in lower case. Whoever reads a kind of text adds that kind's own. */
export const stopWords: readonly string[] = `
a about above after again all also am an and any are as at be because been being both but by can could describe did do
does doing done each even ever explain for from further get gets getting give given go goes going had happen happens
has have having he her here how i if in into is it its itself just kind like made make makes making may me might mine
more most much must my no nor not of off on once one only or other our out over own please same she should show so
some such tell than that the their them then there these they thing this those through to too under until up upon us
used using very via want was way we were what when where whether which while who whom whose why will with within
without would you your
`
  .trim()
  .split(/\s+/);
