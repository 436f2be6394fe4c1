// Makes a release: version, changelog, commit and tag. It pushes nothing.
//
//     npm run release -- [VERSION | patch | minor | major] [--dry-run]
import './node-version.cjs';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { licenceProblems, shippedLibraries } from './package/licences.mjs';
import {
  notesOf,
  releasedChangelog,
  releaseProblems,
  versionFor,
  withVersion,
} from './release/plan.mjs';

const USAGE = 'usage: npm run release -- [VERSION | patch | minor | major] [--dry-run]\n';

const root = process.cwd();
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
const lines = (text) => text.split('\n').filter((line) => line !== '');
const read = (name) => readFileSync(join(root, name), 'utf8');

function wrongUsage(reason) {
  process.stderr.write(`${reason}\n${USAGE}`);
  process.exit(2);
}

function arguments_() {
  const options = { 'dry-run': { type: 'boolean', default: false } };
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    return wrongUsage(error.message);
  }
}

const { positionals, values } = arguments_();
const present = JSON.parse(read('package.json')).version;
const version = versionFor(positionals[0], present);
if (version === undefined || positionals.length > 1) wrongUsage('That is not a version.');

const changelog = read('CHANGELOG.md');
const libraries = shippedLibraries(root, JSON.parse(read('package-lock.json')), {
  os: process.platform,
  cpu: process.arch,
});
const problems = releaseProblems(version, {
  branch: git('branch', '--show-current'),
  changes: lines(git('status', '--porcelain')),
  tags: lines(git('tag')),
  changelog,
  present,
  licences: licenceProblems(libraries),
});
if (problems.length > 0) {
  for (const problem of problems) process.stderr.write(`no release: ${problem}\n`);
  process.exit(1);
}

const date = new Date().toISOString().slice(0, 10);
/** @type {[string, () => void][]} */
const steps = [
  [
    `set the version ${version} in package.json and package-lock.json`,
    () => {
      for (const name of ['package.json', 'package-lock.json']) {
        writeFileSync(join(root, name), withVersion(read(name), version));
      }
    },
  ],
  [
    `date the changes in CHANGELOG.md: ${date}`,
    () => writeFileSync(join(root, 'CHANGELOG.md'), releasedChangelog(changelog, version, date)),
  ],
  [
    'build, and write the documents that are made of the program',
    () => execFileSync('npm', ['run', '--silent', 'docs'], { cwd: root, stdio: ['ignore', 2, 2] }),
  ],
  [
    `commit "Release ${version}"`,
    () => {
      git('add', '--all');
      git('commit', '--quiet', '--message', `Release ${version}`);
    },
  ],
  [
    `tag v${version}, with the changes as its text`,
    () => {
      const text = `integratord ${version}\n\n${notesOf(changelog)}\n`;
      const args = ['tag', '--annotate', `v${version}`, '--cleanup=verbatim', '--file=-'];
      execFileSync('git', args, { cwd: root, input: text });
    },
  ],
];
for (const [text, run] of steps) {
  process.stdout.write(`${values['dry-run'] ? 'would ' : ''}${text}\n`);
  if (!values['dry-run']) run();
}
process.stdout.write(
  values['dry-run']
    ? 'nothing was changed\n'
    : `next: .ci/run, npm run package, git push --follow-tags origin main\n`,
);
