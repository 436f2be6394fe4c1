import { expect, it } from 'vitest';
import { groupId } from './group-id.ts';

it('knows a group by its number and by its name', async () => {
  expect(await groupId('54321')).toBe(54_321);
  expect(await groupId('root')).toBe(0);
});

it.each(['no-such-group-here', '--help', 'root:x'])('says that there is no %s', async (group) => {
  await expect(groupId(group)).rejects.toThrow(`this system knows no group "${group}"`);
});
