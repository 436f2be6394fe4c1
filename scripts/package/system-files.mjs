// Where a .deb or .rpm puts everything on a system.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launcher } from './launcher.mjs';
import { gzip } from './tar.mjs';
import { below, contentOf, copy, copyAll, directory, file, link } from './tree.mjs';

const HOME = 'usr/lib/integratord';
/** What of the program goes elsewhere, or is only of use in a tarball. */
const ELSEWHERE =
  /^(contrib|completions|licenses)\/|^bin\/integratord$|^(CHANGELOG|README|SECURITY)\.md$|^LICENSE$/;

/** Files that are the operator's once they are there. */
export const CONFIGURATION = {
  'etc/integratord/integrations.conf': `<!--
  What the service integratord delivers: the <integration> blocks of a manager's ossec.conf, moved here so
  that its own Integrator has none of them (file:///usr/lib/integratord/docs/drop-in.md). After a change:
    integratord check && systemctl reload integratord
-->
<ossec_config>
</ossec_config>
`,
  'etc/integratord/integratord.yaml': `# Settings of the service integratord that ossec.conf has no place for:
# file:///usr/lib/integratord/docs/configuration.md
#
# yaml-language-server: $schema=/usr/lib/integratord/docs/integratord.schema.json
`,
};

/**
 * @param root {string} the project
 * @param program {object} as of programFiles
 * @param kind {'deb' | 'rpm'}
 * @returns {import('./tree.mjs').Entry[]}
 */
export function systemFiles(root, { entries, launch }, kind) {
  const from = (path) => entries.find((entry) => entry.path === path);
  const moved = (path, target) => ({ ...from(path), path: target });
  const contrib = (name) => copyAll(`usr/share/integratord/${name}`, join(root, 'contrib', name));
  const zsh = kind === 'deb' ? 'vendor-completions' : 'site-functions';
  const doc = 'usr/share/doc/integratord';
  return [
    ...below(
      HOME,
      entries.filter(({ path }) => !ELSEWHERE.test(path)),
    ),
    file(`${HOME}/bin/integratord`, launcher({ ...launch, unit: true }), 0o755),
    link('usr/bin/integratord', '../lib/integratord/bin/integratord'),
    file('usr/lib/systemd/system/integratord.service', unitText(root)),
    ...['service', 'path'].map((kind) =>
      file(`usr/lib/systemd/system/integratord-keep.${kind}`, keepText(root, kind)),
    ),
    ...['grafana', 'nagios', 'prometheus', 'zabbix'].flatMap(contrib),
    file(
      'usr/share/man/man1/integratord.1.gz',
      gzip(readFileSync(join(root, 'contrib/man/integratord.1'))),
    ),
    moved('completions/integratord.bash', 'usr/share/bash-completion/completions/integratord'),
    moved('completions/integratord.fish', 'usr/share/fish/vendor_completions.d/integratord.fish'),
    moved('completions/integratord.zsh', `usr/share/zsh/${zsh}/_integratord`),
    ...['README.md', 'SECURITY.md'].map((name) => copy(`${doc}/${name}`, join(root, name))),
    ...below(
      doc,
      entries.filter(({ path }) => path.startsWith('licenses/')),
    ),
    link(`${doc}/docs`, `../../../lib/integratord/docs`),
    file(`${doc}/changelog.gz`, gzip(contentOf(from('CHANGELOG.md')))),
    directory('etc/integratord', 0o750),
    ...Object.entries(CONFIGURATION).map(([path, text]) => file(path, text, 0o640)),
    directory('var/lib/integratord', 0o700),
  ];
}

/** The unit of contrib, with the paths of a package. */
function unitText(root) {
  return changed(root, 'integratord.service', [
    [/^(#.*\n)+\n/, `${UNIT_HEAD}\n`],
    [
      'file:///opt/integratord/docs/drop-in.md',
      'man:integratord(1) file:///usr/lib/integratord/docs/drop-in.md',
    ],
    [/^ExecStart=.*$/m, UNIT_START],
    [
      'ReadWritePaths=-/var/ossec/queue/integratord\n',
      'StateDirectory=integratord\nStateDirectoryMode=0700\n',
    ],
  ]);
}

/** What keeps the launcher of `integratord install` in its place. */
function keepText(root, kind) {
  return changed(root, `integratord-keep.${kind}`, [
    [/^(#.*\n)+\n/, `${KEEP_HEAD}\n`],
    ['file:///opt/integratord/docs/upgrading.md', 'file:///usr/lib/integratord/docs/upgrading.md'],
    ...(kind === 'service' ? [[/^ExecStart=\S+ \S+ /m, 'ExecStart=/usr/bin/integratord ']] : []),
  ]);
}

/** A unit of contrib, with other words in some places, all of which must be there. */
function changed(root, name, changes) {
  const unit = readFileSync(join(root, 'contrib/systemd', name), 'utf8');
  return changes.reduce((text, [what, instead]) => {
    const next = text.replace(what, instead);
    if (next === text) throw new Error(`${name} has no ${what} any more`);
    return next;
  }, unit);
}

const KEEP_HEAD = `# Puts integratord back in the place of the manager's Integrator when an upgrade of the manager has replaced it:
#   systemctl enable --now integratord-keep.service integratord-keep.path
# For \`integratord install\`, not for integratord.service. Another directory of the manager: systemctl edit
`;

const UNIT_HEAD = `# integratord as a service beside a Wazuh manager, for the blocks in /etc/integratord/integrations.conf.
# Other paths, another account: systemctl edit integratord
`;
const UNIT_START = `# Variables for \${env:…} in the settings, such as keys; only root needs to read it.
EnvironmentFile=-/etc/integratord/environment
ExecStart=/usr/bin/integratord run --home /var/ossec --config /etc/integratord/integrations.conf --settings /etc/integratord/integratord.yaml --state /var/lib/integratord --log-format json`;
