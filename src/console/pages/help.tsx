/** What each key does. */
const KEYS = [
  ['/', 'go to the first field of the page'],
  ['j k', 'go to the next or the one before in a table'],
  ['enter', 'open it'],
  ['esc', 'close, or leave a field'],
  ['x', 'select it'],
  ['*', 'select all of the page'],
  ['r', 'retry what is selected, or where you are'],
  ['R', 'retry all that match (asks first)'],
  ['d', 'drop it (asks first)'],
  ['s', 'silence alerts like it'],
  ['e', 'explain its alert'],
  ['y', 'copy the request as a command for curl'],
  ['.', 'hold the live view, and let it go on'],
  ['n', 'next page of a table'],
  ['g n', 'Now'],
  ['g d', 'Deliveries'],
  ['g l', 'Dead letters'],
  ['g e', 'Explain'],
  ['g s', 'Silences'],
  ['g r', 'Routing'],
  ['g o', 'Noise'],
  ['g m', 'Simulate'],
  ['g a', 'Activity'],
  ['g b', 'About'],
  ['?', 'this list'],
] as const;

/** The list of keys. */
export function Help() {
  return (
    <dialog id="help" aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <dl>
        {KEYS.map(([keys, what]) => (
          <div>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button>Close</button>
      </form>
    </dialog>
  );
}
