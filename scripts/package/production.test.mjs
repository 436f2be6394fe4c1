import { expect, it } from 'vitest';
import { assertNative } from './production.mjs';
import { file } from './tree.mjs';

it('makes no package without its native part, or with that of another machine', () => {
  const part = (arch) =>
    file(`node_modules/@koromix/koffi-linux-${arch}/linux_${arch}/koffi.node`, '');
  expect(() => assertNative([part('arm64')], 'arm64')).not.toThrow();
  expect(() => assertNative([part('x64')], 'arm64')).toThrow(
    'there is no node_modules/@koromix/koffi-linux-arm64/linux_arm64/koffi.node',
  );
});
