// The scripts that run when a package is installed, upgraded or removed, for dpkg and for rpm.
import { readFileSync } from 'node:fs';

const common = readFileSync(new URL('hooks/common.sh', import.meta.url), 'utf8');

/** The scripts of a .deb, by name. */
export const DEBIAN_HOOKS = {
  postinst: script(`
case "$1" in
  configure) if [ -z "\${2-}" ]; then first_installed; else upgraded; fi ;;
esac`),
  prerm: script(`
case "$1" in
  remove) before_removal ;;
esac`),
  postrm: script(`
case "$1" in
  remove) after_removal ;;
  purge) purged ;;
esac`),
};

/** The scripts of an .rpm, by the name of their section. `$1`: how many versions are there afterwards. */
export const RPM_HOOKS = {
  post: script('\nif [ "$1" -eq 1 ]; then first_installed; else upgraded; fi'),
  preun: script('\nif [ "$1" -eq 0 ]; then before_removal; fi'),
  postun: script('\nif [ "$1" -eq 0 ]; then after_removal; fi'),
};

function script(body) {
  return `#!/bin/sh\nset -e\n${common}${body}\n`;
}
