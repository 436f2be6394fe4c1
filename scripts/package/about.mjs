// What packages say of themselves.
export const SUMMARY = 'delivers the alerts of Wazuh and OSSEC to other tools, and loses none';
export const DESCRIPTION = `integratord sends alerts of a Wazuh manager or OSSEC server to Slack,
PagerDuty, Jira and others, and to scripts. It replaces the manager's
Integrator or runs beside it, reads the same <integration> blocks, keeps
what cannot be delivered yet, and tries again. The Node.js that it runs on
is included.`;
export const MAINTAINER = 'The integratord project <integratord@localhost>';
/** How distributions call machines. */
export const DEBIAN_ARCH = { x64: 'amd64', arm64: 'arm64' };
export const RPM_ARCH = { x64: 'x86_64', arm64: 'aarch64' };
