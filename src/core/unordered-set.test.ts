import { array, assert, boolean, nat, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import { UnorderedSet, type UnorderedSetItem } from './unordered-set.ts';

test('holds what was put in and not taken out, whatever the order', () => {
  const steps = array(record({ isAdding: boolean(), which: nat(20) }), { maxLength: 100 });
  assert(
    property(steps, (all) => {
      const items = Array.from({ length: 21 }, (): UnorderedSetItem => ({ place: -1 }));
      const bag = new UnorderedSet<UnorderedSetItem>();
      const model = new Set<UnorderedSetItem>();
      for (const { isAdding, which } of all) {
        const item = items[which] as UnorderedSetItem;
        const isNew = isAdding && !model.has(item);
        const wasThere = isAdding ? model.has(item) : bag.delete(item);
        expect(wasThere).toBe(model.has(item));
        if (isNew) bag.add(item);
        if (isAdding) model.add(item);
        else model.delete(item);
        expect(bag.size).toBe(model.size);
        expect(new Set(bag.list())).toEqual(model);
      }
    }),
  );
});
