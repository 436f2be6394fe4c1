/** A word as a shell takes it, whatever is in it: for bash, zsh and sh. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
