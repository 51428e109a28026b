/** Reads the file of SWITCHYARD_MODEL_CAPABILITIES. */
import { readFileSync } from 'node:fs';
import { CapabilityFile, type CapabilityOverride } from '../contracts/model/capabilities.ts';
import { messageOf } from '../lib/errors.ts';
import { decodeText } from '../lib/text-file.ts';

const setting = 'SWITCHYARD_MODEL_CAPABILITIES';

/** What the file says, or what is wrong with it: each mistake one line that names the setting, the file and the place. */
export function readCapabilityFile(path: string): { overrides: CapabilityOverride[]; mistakes: string[] } {
  const wrong = (what: string) => ({ overrides: [], mistakes: [`${setting}: ${path}: ${what}`] });
  let value: unknown;
  try {
    value = JSON.parse(decodeText(readFileSync(path)));
  } catch (error) {
    return wrong(
      error instanceof SyntaxError ? `expected JSON (${error.message})` : `cannot be read (${messageOf(error)})`,
    );
  }
  const file = CapabilityFile.safeParse(value);
  if (file.success) return { overrides: file.data.models, mistakes: [] };
  const mistakes = file.error.issues.map(({ path: place, message }) => {
    return `${setting}: ${path}: ${place.length === 0 ? 'the whole' : place.join('.')}: ${message}`;
  });
  return { overrides: [], mistakes };
}
