// What a release changes, and what speaks against it. Reads and writes nothing.

const VERSION = /^(\d+)\.(\d+)\.(\d+)$/;
const HEADING = '## Unreleased';

/**
 * The version that is asked for.
 * @param asked a version, or `major`, `minor`, `patch`; undefined: the present one, where it has no tag yet
 * @param present what package.json says
 * @returns undefined where that is no version
 */
export function versionFor(asked, present) {
  if (asked === undefined) return present;
  const [major, minor, patch] = numbersOf(present);
  const next = {
    major: `${major + 1}.0.0`,
    minor: `${major}.${minor + 1}.0`,
    patch: `${major}.${minor}.${patch + 1}`,
  };
  return next[asked] ?? (VERSION.test(asked) ? asked : undefined);
}

/**
 * What keeps a release from being made, each with what to do; empty when nothing does.
 * @param state the repository: `branch`, `changes` (lines of `git status --porcelain`), `tags`, the text of
 * the `changelog`, `present` (the version in package.json), and `licences`, what speaks against those of the
 * libraries
 */
export function releaseProblems(version, { branch, changes, tags, changelog, present, licences }) {
  const problems = [];
  if (branch !== 'main') problems.push(`this is the branch ${branch}: releases are made on main`);
  if (changes.length > 0) {
    problems.push(`there are changes that are not committed: ${changes.slice(0, 5).join(', ')}`);
  }
  const newest = tags
    .map((tag) => tag.replace(/^v/, ''))
    .filter((tag) => VERSION.test(tag))
    .sort(compareVersions)
    .at(-1);
  if (tags.includes(`v${version}`)) {
    problems.push(`v${version} is there already: name another version, or patch, minor or major`);
  } else if (newest !== undefined && compareVersions(version, newest) < 0) {
    problems.push(`${version} is older than ${newest}, which has been released`);
  } else if (compareVersions(version, present) < 0) {
    problems.push(`${version} is older than ${present}, which package.json names`);
  }
  if (notesOf(changelog) === '') {
    problems.push(`CHANGELOG.md says nothing below "${HEADING}": write what changes for users`);
  }
  return [...problems, ...licences];
}

/** What CHANGELOG.md says of the next release, without its heading. */
export function notesOf(changelog) {
  const start = changelog.indexOf(`\n${HEADING}\n`);
  if (start < 0) return '';
  const rest = changelog.slice(start + HEADING.length + 2);
  const end = rest.search(/^## /m);
  return (end < 0 ? rest : rest.slice(0, end)).trim();
}

/** CHANGELOG.md with the version and the date in the place of "Unreleased", and an empty part above. */
export function releasedChangelog(changelog, version, date) {
  return changelog.replace(`\n${HEADING}\n`, `\n${HEADING}\n\n## ${version} - ${date}\n`);
}

/** package.json or package-lock.json with another version of the project. */
export function withVersion(text, version) {
  const value = JSON.parse(text);
  value.version = version;
  if (value.packages?.[''] !== undefined) value.packages[''].version = version;
  return `${JSON.stringify(value, null, 2)}\n`;
}

function compareVersions(one, other) {
  const others = numbersOf(other);
  return numbersOf(one).reduce((found, number, at) => found || number - others[at], 0);
}

function numbersOf(version) {
  return (VERSION.exec(version) ?? [version, 0, 0, 0]).slice(1).map(Number);
}
