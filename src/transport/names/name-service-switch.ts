/**
 * True when this nsswitch.conf has names looked up in /etc/hosts first, and what is found there used
 * as it is. Anything unusual is false: then the system is asked.
 */
export function asksFilesFirst(nsswitch: string): boolean {
  let isFirst = false;
  for (const line of nsswitch.split('\n')) {
    // Of several lines, the system uses the last.
    const sources = /^\s*hosts\s*:\s*([^#]*)/i.exec(line)?.[1];
    if (sources !== undefined) isFirst = /^files(?:\s+(?!\[)|\s*$)/.test(sources);
  }
  return isFirst;
}
