/** Builds HTML in which every text is escaped unless it is HTML already: what others wrote never becomes markup. */

/** Markup that may stand as it is. Made by the template `html` and by `trusted` alone. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** For text between tags and for quoted attributes. Control characters and marks that turn the direction are shown as �. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]|\p{Bidi_Control}|\p{Surrogate}/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

type Value = Html | string | number | null | readonly Value[];

/** Null is nothing; a list is its parts, one after the other. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Html {
  return new Html(parts.map((part, at) => (at === 0 ? part : `${markup(values[at - 1] ?? null)}${part}`)).join(''));
}

/** @param text markup that we made ourselves, of escaped text */
export function trusted(text: string): Html {
  return new Html(text);
}

function markup(value: Value): string {
  if (value === null) return '';
  if (value instanceof Html) return value.text;
  return typeof value === 'object' ? value.map(markup).join('') : escapeHtml(String(value));
}
