/** Lower case of A–Z only, as the reference's locale has it. */
export function asciiLower(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (part) => part.toLowerCase()) : text;
}

/** Text with its control characters escaped as in a JSON string. */
export function escapeControls(text: string): string {
  return text.replace(/[\u0000-\u001f]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
