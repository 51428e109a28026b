/** Messages of the application layer name options of the command line; a client has arguments of tools. */

/** `--max-tokens` becomes `max_tokens`, `--repo` becomes `repository`. */
export function inArguments(message: string): string {
  return message.replace(/(?<![\w-])--([a-z]+(?:-[a-z]+)*)/g, (_, option: string) =>
    option === 'repo' ? 'repository' : option.replaceAll('-', '_'),
  );
}
