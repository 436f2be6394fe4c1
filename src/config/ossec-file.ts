import { editDistance, suggestion } from '../core/nearest.ts';
import { type Block, type BlockContext, readBlock } from './block.ts';
import type { OssecElement } from './ossec-conf/element.ts';
import { readOssecConf } from './ossec-conf/reader.ts';
import { quoted } from './report.ts';

const ROOT = 'ossec_config';
const BLOCK = 'integration';
/** No section of another program is so close to it. */
const MOST_EDITS = 2;

/** What a configuration file holds. */
export interface OssecFile {
  readonly blocks: readonly Block[];
  /** False when there is nothing in it but comments, or text of another kind. */
  readonly hasElements: boolean;
}

/**
 * Reads every `<integration>` block of a configuration file. All other sections belong to Wazuh's
 * other programs and are skipped. Undefined when the syntax is broken.
 */
export function readBlocks(text: string, context: BlockContext): OssecFile | undefined {
  const { report } = context;
  const roots = readOssecConf(text, report);
  if (roots === undefined) return undefined;
  if (roots.length === 0 && text.trim() !== '') {
    report.warning(0, `this file has no <${ROOT}>: nothing is configured`);
  }
  const blocks: Block[] = [];
  for (const root of roots) {
    if (root.name === ROOT) {
      for (const section of root.children) {
        if (section.name === BLOCK) blocks.push(readBlock(section, context));
        else if (editDistance(section.name, BLOCK) <= MOST_EDITS) {
          const message = `${quoted(section.name)} is no section, so nothing in it is read`;
          report.error(
            section.offset,
            `${message}; did you mean <${BLOCK}>, one for each integration?`,
          );
        }
      }
    } else if (root.name !== 'var') {
      report.error(root.offset, whyWrongRoot(root));
    }
  }
  return { blocks, hasElements: roots.length > 0 };
}

function whyWrongRoot({ name }: OssecElement): string {
  if (name === 'integration') {
    return `<integration> must be inside <${ROOT}> … </${ROOT}>: here it is ignored`;
  }
  if (name === 'wazuh_config') {
    return `<wazuh_config> is the configuration of Wazuh 5, which has no integrations; expected <${ROOT}>`;
  }
  const meant = suggestion(name, [ROOT]);
  return `the root element must be <${ROOT}>, not ${quoted(name)}${meant}: its content is ignored`;
}
