/** Makes text that others wrote safe inside a line of Markdown. */

export function markdownText(text: string): string {
  return text.replace(/[\\|`*_<>[\]]/g, '\\$&').replace(/\s+/g, ' ');
}
