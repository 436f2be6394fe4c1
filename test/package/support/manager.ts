import { appendFileSync } from 'node:fs';
import type { Debian } from './debian.ts';

export const HOME = '/var/ossec';
/** Where the manager's script writes what it is given. */
const DELIVERED = '/tmp/delivered';

/** An integration that is a script of the manager, and writes every alert's id to a file. */
export const BLOCK =
  '<integration><name>custom-note</name><level>3</level><alert_format>json</alert_format></integration>';

/** A script for root that makes the directory of a manager. */
export const SET_UP = `
set -e
mkdir -p ${HOME}/bin ${HOME}/etc ${HOME}/integrations ${HOME}/queue/sockets ${HOME}/var/run ${HOME}/logs/alerts
cat > ${HOME}/bin/wazuh-integratord <<'END'
#!/bin/sh
echo "original: $*"
END
cat > ${HOME}/integrations/custom-note <<'END'
#!/bin/sh
sed -n 's/.*"id":"\\([0-9]*\\.[0-9]*\\)".*/\\1/p' "$1" >> ${DELIVERED}
END
cp ${HOME}/bin/wazuh-integratord ${HOME}/bin/wazuh-control
echo '<ossec_config>${BLOCK}</ossec_config>' > ${HOME}/etc/ossec.conf
echo 'integrator.debug=0' > ${HOME}/etc/internal_options.conf
: > ${HOME}/logs/alerts/alerts.json
chown -R root:wazuh ${HOME}
chown -R wazuh:wazuh ${HOME}/logs ${HOME}/queue/sockets ${HOME}/var/run
chmod -R u=rwX,g=rX,o= ${HOME}
chmod 0750 ${HOME}/bin/* ${HOME}/integrations/*
chmod 0770 ${HOME}/logs ${HOME}/logs/alerts ${HOME}/queue/sockets ${HOME}/var/run
`;

/** Puts a manager's directory, with its users and permissions, on a system. */
export function setUpManager(debian: Debian): void {
  debian.must(['sh', '-c', SET_UP]);
}

/** Alerts as the manager writes them. */
export function append(debian: Debian, ...lines: readonly string[]): void {
  const text = lines.map((line) => `${line}\n`).join('');
  appendFileSync(debian.path(`${HOME}/logs/alerts/alerts.json`), text);
}

/** The ids of what the script was given, in order. */
export function delivered(debian: Debian): string[] {
  if (!debian.exists(DELIVERED)) return [];
  return debian.read(DELIVERED).trim().split('\n');
}
