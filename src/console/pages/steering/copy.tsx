import { printableLines } from '../../../core/printable.ts';
import { shown } from '../parts.tsx';

/** A button that copies a text; there only where a script can do it. @param what it is, for those who hear it. */
export function Copy({ text, what }: { text: string; what: string }) {
  return (
    <button type="button" class="plain copy" data-text={text} hidden>
      Copy<span class="away"> {shown(what)}</span>
    </button>
  );
}

/** Lines for the settings file, ready to be copied. */
export function Lines({ text, what }: { text: string; what: string }) {
  return (
    <div class="snippet">
      <pre tabindex={0} role="region" aria-label={shown(what)}>
        {printableLines(text)}
      </pre>
      <Copy text={text} what={what} />
    </div>
  );
}
