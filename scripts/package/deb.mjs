// Writes packages of Debian and Ubuntu: an `ar` of two tar archives.
import { createHash } from 'node:crypto';
import { DEBIAN_ARCH, DESCRIPTION, MAINTAINER, SUMMARY } from './about.mjs';
import { DEBIAN_HOOKS } from './hooks.mjs';
import { CONFIGURATION } from './system-files.mjs';
import { gzip, tar } from './tar.mjs';
import { complete, contentOf, file } from './tree.mjs';

/**
 * @param entries {import('./tree.mjs').Entry[]} as on the system, without a leading slash
 * @param about {{ arch: string, version: string, needs: object, seconds: number }}
 * @returns {{ name: string, content: Buffer }}
 */
export function deb(entries, { arch, version, needs, seconds }) {
  const revision = `${version}-1`;
  const all = complete([...entries, ...debianDocuments(revision, seconds)]);
  const size = all.reduce(
    (total, entry) => total + Math.ceil(contentOf(entry).length / 1024) + 1,
    0,
  );
  const control = [
    file('control', controlText({ arch, revision, needs, size })),
    file(
      'conffiles',
      Object.keys(CONFIGURATION)
        .map((path) => `/${path}\n`)
        .join(''),
    ),
    file('md5sums', sums(all)),
    ...Object.entries(DEBIAN_HOOKS).map(([name, text]) => file(name, text, 0o755)),
  ];
  const archive = (files) =>
    gzip(
      tar(
        files.map((entry) => ({ ...entry, path: `./${entry.path}` })),
        seconds,
      ),
    );
  const content = ar(
    [
      ['debian-binary', Buffer.from('2.0\n')],
      ['control.tar.gz', archive(complete(control))],
      ['data.tar.gz', archive(all)],
    ],
    seconds,
  );
  return { name: `integratord_${revision}_${DEBIAN_ARCH[arch]}.deb`, content };
}

function controlText({ arch, revision, needs, size }) {
  const { glibc, gcc, libraries } = needs;
  const depends = [`libc6 (>= ${glibc})`, 'libgcc-s1 | libgcc1', `libstdc++6 (>= ${gcc})`];
  if (libraries.includes('libatomic.so.1')) depends.push('libatomic1');
  return `Package: integratord
Version: ${revision}
Architecture: ${DEBIAN_ARCH[arch]}
Maintainer: ${MAINTAINER}
Installed-Size: ${size}
Depends: ${depends.join(', ')}
Section: admin
Priority: optional
Description: ${SUMMARY}
 ${DESCRIPTION.replaceAll('\n', '\n ')}
`;
}

function sums(entries) {
  return entries
    .filter(({ type, path }) => type === 'file' && !(path in CONFIGURATION))
    .map((entry) => `${createHash('md5').update(contentOf(entry)).digest('hex')}  ${entry.path}\n`)
    .join('');
}

function debianDocuments(revision, seconds) {
  const date = new Date(seconds * 1000).toUTCString().replace('GMT', '+0000');
  const changelog = `integratord (${revision}) stable; urgency=medium

  * What changed is in changelog.gz.

 -- ${MAINTAINER}  ${date}
`;
  const doc = 'usr/share/doc/integratord';
  return [
    file(`${doc}/changelog.Debian.gz`, gzip(Buffer.from(changelog))),
    file(`${doc}/copyright`, copyright(new Date(seconds * 1000).getUTCFullYear())),
    file('usr/share/lintian/overrides/integratord', OVERRIDES),
  ];
}

const copyright = (
  year,
) => `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: integratord

Files: *
Copyright: ${year} the integratord authors
License: Apache-2.0

Files: usr/lib/integratord/bin/node
Copyright: Node.js contributors, and those named in licenses/node beside this file
License: MIT

Files: usr/lib/integratord/node_modules/*
Copyright: those named in the LICENSE file of each library
License: MIT and others

License: Apache-2.0
 The text is in /usr/share/common-licenses/Apache-2.0.

License: MIT
 The text, and those of all that Node.js is made of, is in licenses/node beside this file.

License: MIT and others
 The text is in the LICENSE file of each library.
`;

/** What a distribution would do otherwise, and why it is right here. */
const OVERRIDES = `# It brings the Node.js it was tested with, as its project built it.
integratord: embedded-library *
integratord: unstripped-binary-or-object *
integratord: hardening-no-pie *
integratord: missing-dep-for-interpreter *
# Commands of libraries, which nobody runs here.
integratord: script-not-executable *
# Keys may be in the settings, and alerts are in the state.
integratord: non-standard-dir-perm *
integratord: non-standard-file-perm *
# A unit that runs is restarted, and no other: dh_installsystemd has no such way without debhelper.
integratord: maintainer-script-calls-systemctl *
# What Node.js and the libraries bring stays below their directory.
integratord: package-contains-documentation-outside-usr-share-doc *
integratord: extra-license-file *
# There is no mailing list: see SECURITY.md.
integratord: bogus-mail-host *
integratord: bogus-mail-host-in-debian-changelog *
integratord: initial-upload-closes-no-bugs *
`;

/** An archive as `ar` writes it. */
function ar(members, seconds) {
  const parts = members.flatMap(([name, content]) => [
    Buffer.from(
      `${name.padEnd(16)}${String(seconds).padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(content.length).padEnd(10)}\`\n`,
    ),
    content,
    Buffer.alloc(content.length % 2, '\n'),
  ]);
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts]);
}
