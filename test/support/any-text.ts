/** Texts of any code points, half of a pair and names of every object's members among them. */
import fc from 'fast-check';

const members = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'valueOf'];

/** What `fc.string({ unit: 'binary' })` gives, without its table of a million code points, which takes seconds to build. */
export function anyText(maxLength: number): fc.Arbitrary<string> {
  const unit = fc.nat({ max: 0x10_ffff }).map((code) => String.fromCodePoint(code));
  const names = fc.constantFrom(...members.filter(({ length }) => length <= maxLength));
  return fc.oneof({ weight: 19, arbitrary: fc.string({ unit, maxLength }) }, { weight: 1, arbitrary: names });
}
