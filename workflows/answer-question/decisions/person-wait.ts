/** A wait for a person, as people see it from the first that is open to the last. */
import type { OpenWaits, Wait } from '../limits/waits.ts';
import type { Visibility } from '../visibility.ts';

/** Shows a wait for a person. @returns ends it, and notes so unless told otherwise */
export function openForPerson(
  waits: OpenWaits,
  visibility: Visibility,
  wait: Extract<Wait, { kind: 'person' | 'decision' }>,
): (noted?: boolean) => void {
  const first = !waits.needsPerson;
  const end = waits.open(wait);
  visibility.show();
  if (first) visibility.note('waiting');
  return (noted = true) => {
    end();
    visibility.show();
    if (noted && !waits.needsPerson) visibility.note('running');
  };
}
