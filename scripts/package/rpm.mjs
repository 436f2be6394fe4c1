// Makes packages of RHEL, its rebuilds, Fedora and SUSE, with their own `rpmbuild`.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DESCRIPTION, MAINTAINER, RPM_ARCH, SUMMARY } from './about.mjs';
import { RPM_HOOKS } from './hooks.mjs';
import { CONFIGURATION } from './system-files.mjs';
import { complete, contentOf } from './tree.mjs';

/** Directories that the package removes where nothing else is in them: its own, and those of shells that may not be there. */
const OURS = [
  /^(usr\/(lib|share|share\/doc)\/integratord|etc\/integratord|var\/lib\/integratord)(\/|$)/,
  /^usr\/share\/(bash-completion|fish|zsh)(\/|$)/,
];

/** Why no .rpm can be made here, and what to do about it; undefined when one can. */
export function whyNoRpm() {
  const { error } = spawnSync('rpmbuild', ['--version']);
  return error === undefined
    ? undefined
    : 'there is no rpmbuild here: install it with `apt-get install rpm` or `dnf install rpm-build`';
}

/**
 * @param entries {import('./tree.mjs').Entry[]} as on the system, without a leading slash
 * @param about {{ arch: string, version: string, needs: object, seconds: number }}
 * @param out {string} where to put the package
 * @returns {string} its name
 */
export function rpm(entries, about, out) {
  const all = complete(entries);
  // Not below the project: rpmbuild takes no path with blanks.
  const top = mkdtempSync(join(tmpdir(), 'integratord-rpm-'));
  const tree = join(top, 'tree');
  for (const entry of all) write(tree, entry);
  const spec = join(top, 'integratord.spec');
  writeFileSync(spec, specText(all, tree, about));
  const target = RPM_ARCH[about.arch];
  const settings = {
    _topdir: top,
    _buildhost: 'reproducible',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
    _binary_payload: 'w9.gzdio', // RHEL 8 reads no newer kind
    _build_id_links: 'none',
    __os_install_post: '%{nil}', // nothing is stripped or compiled
    _rpmfilename: '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm',
  };
  const defines = Object.entries(settings).flatMap(([name, value]) => ['-D', `${name} ${value}`]);
  execFileSync('rpmbuild', ['-bb', '--quiet', '--target', `${target}-linux`, ...defines, spec], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(about.seconds), LC_ALL: 'C.UTF-8' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [name] = readdirSync(join(top, 'RPMS'));
  cpSync(join(top, 'RPMS', name), join(out, name));
  rmSync(top, { recursive: true });
  return name;
}

function write(tree, entry) {
  const path = join(tree, entry.path);
  mkdirSync(dirname(path), { recursive: true });
  if (entry.type === 'directory') mkdirSync(path, { recursive: true });
  else if (entry.type === 'link') symlinkSync(entry.target, path);
  else writeFileSync(path, contentOf(entry), { mode: entry.mode });
}

function specText(entries, tree, { version, needs, seconds }) {
  const requires = [
    '/bin/sh',
    ...needs.libraries.map((library) => `${library}()(64bit)`),
    ...needs.needs.map(({ library, version: wanted }) => `${library}(${wanted})(64bit)`),
  ];
  const scripts = Object.entries(RPM_HOOKS).map(
    ([name, text]) => `%${name}\n${text.replaceAll('%', '%%')}`,
  );
  return `Name: integratord
Version: ${version.replaceAll('-', '~')}
Release: 1
Summary: ${SUMMARY}
License: Apache-2.0 AND MIT
Packager: ${MAINTAINER}
Group: System Environment/Daemons
AutoReqProv: no
Provides: integratord = ${version.replaceAll('-', '~')}-1
${[...new Set(requires)].map((name) => `Requires: ${name}\n`).join('')}
%description
${DESCRIPTION}

%install
cp -a '${tree}/.' '%{buildroot}'
find '%{buildroot}' -exec touch -h -d @${seconds} {} +

${scripts.join('\n')}
%files
${entries.filter(isListed).map(fileLine).join('\n')}
`;
}

function isListed({ type, path }) {
  return type !== 'directory' || OURS.some((ours) => ours.test(path));
}

function fileLine({ type, path, mode }) {
  const kind = [
    type === 'directory' && '%dir',
    path in CONFIGURATION && '%config(noreplace)',
    path.startsWith('usr/share/doc/') && type === 'file' && '%doc',
  ].filter(Boolean);
  const owner =
    type === 'link'
      ? '%attr(-,root,root)'
      : `%attr(${mode.toString(8).padStart(4, '0')},root,root)`;
  return [...kind, owner, `"/${path}"`].join(' ');
}
