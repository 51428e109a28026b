/** Tells by a file's path whether it is a test, or code that only shows how other code is used. */

const testFolders = /(^|\/)(tests?|__tests__|spec|specs|testing|fixtures|__mocks__|e2e)\//i;
const testNames = /([._-](test|tests|spec)\.[a-z]+$)|(^(test|tests|conftest)[._-])|([a-z]Tests?\.[a-z]+$)/;
const sampleFolders =
  /(^|\/)_*(examples?|demos?|samples?|playgrounds?|benchmarks?|bench|templates?|stories|__stories__)\/|\.stories\.[a-z]+$/i;

/** @param path with `/` between folders */
export function isTestPath(path: string): boolean {
  return testFolders.test(path) || testNames.test(path.slice(path.lastIndexOf('/') + 1));
}

/** @param path with `/` between folders */
export function isSamplePath(path: string): boolean {
  return sampleFolders.test(path);
}
