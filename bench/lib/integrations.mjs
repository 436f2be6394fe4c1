// Integrations as people have them, and as nobody has them.

/** Four typical ones: by level, by grave level, by group, by rule. */
export const TYPICAL = [
  { name: 'slack', filter: '<level>10</level>' },
  { name: 'pagerduty', filter: '<level>12</level>' },
  { name: 'shuffle', filter: '<group>ransomware,exploit_attempt</group>' },
  { name: 'slack', filter: '<rule_id>100200,100201,100202</rule_id><level>3</level>' },
];

/** So many that get nothing of ordinary alerts: each has its own level, groups or rules. */
export function manyIntegrations(count) {
  return Array.from({ length: count }, (_, i) => {
    if (i % 3 === 0) return { name: 'slack', filter: `<level>${10 + (i % 6)}</level>` };
    if (i % 3 === 1) return { name: 'slack', filter: `<rule_id>${200_000 + i}</rule_id>` };
    return { name: 'shuffle', filter: `<group>team_${i},unit_${i}</group><level>3</level>` };
  });
}

/** The most names that fit into a <group>, which may have 20,479 bytes. */
export const MOST_GROUPS = 5000;

/** One whose filter names so many groups. */
export function manyGroups(count) {
  const names = Array.from({ length: count }, (_, i) => i.toString(36));
  return [{ name: 'slack', filter: `<group>${names.join(',')}</group>` }];
}

/** One whose filter names so many rules, in as many elements as that takes. */
export function manyRules(count) {
  const ids = Array.from({ length: count }, (_, i) => 200_000 + i);
  const elements = [];
  while (ids.length > 0) elements.push(`<rule_id>${ids.splice(0, 1000).join(',')}</rule_id>`);
  return [{ name: 'slack', filter: elements.join('\n') }];
}

/** So many of one kind that get every alert. */
export function takingAll(name, count = 1) {
  return Array.from({ length: count }, () => ({ name, filter: '<level>3</level>' }));
}

/** `<integration>` blocks that deliver to a server. */
export function blocks(integrations, origin) {
  return integrations
    .map(
      ({ name, filter }, i) => `<integration><name>${name}</name>
  <hook_url>${origin}/${name}/${i}</hook_url><api_key>not-a-key</api_key>
  ${filter}<alert_format>json</alert_format></integration>`,
    )
    .join('\n');
}
