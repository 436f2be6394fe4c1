import type { Saving, ThrottlePlace } from '../../../simulation/noise.ts';

/** A throttle as lines for the settings file, and in words where they go. */
export function throttleLines(
  id: string,
  { same, every }: Pick<Saving, 'same' | 'every'>,
  { has, line, indent }: ThrottlePlace,
): { readonly where: string; readonly text: string } {
  const throttle = `throttle: { same: [${same.join(', ')}], every: ${every} }`;
  const key = yamlKey(id);
  const there = `line ${line} of integratord.yaml`;
  const margin = ' '.repeat(indent ?? 0);
  const into = indent === undefined ? 'inside the braces of' : 'below';
  switch (has) {
    case 'nothing':
      return {
        where: 'Add to integratord.yaml:',
        text: `integrations:\n  ${key}:\n    ${throttle}\n`,
      };
    case 'integrations':
      return {
        where: `Add ${into} integrations, ${there}:`,
        text: `${margin}${key}: { ${throttle} }\n`,
      };
    case 'entry':
      return { where: `Add ${into} ${id}, ${there}:`, text: `${margin}${throttle}\n` };
    case 'throttle':
      return {
        where: `This changes the throttle that ${id} has. Put it in the place of that, ${there}:`,
        text: `${margin}${throttle}\n`,
      };
  }
}

/** An id as a key of YAML, in quotes where it needs them. */
function yamlKey(id: string): string {
  return /^[A-Za-z][\w-]*$/.test(id) ? id : JSON.stringify(id);
}
