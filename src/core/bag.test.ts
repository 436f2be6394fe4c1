import { array, assert, boolean, nat, property, record } from 'fast-check';
import { expect, test } from 'vitest';
import { Bag, type BagItem } from './bag.ts';

test('holds what was put in and not taken out, whatever the order', () => {
  const steps = array(record({ isAdding: boolean(), which: nat(20) }), { maxLength: 100 });
  assert(
    property(steps, (all) => {
      const items = Array.from({ length: 21 }, (): BagItem => ({ place: -1 }));
      const bag = new Bag<BagItem>();
      const model = new Set<BagItem>();
      for (const { isAdding, which } of all) {
        const item = items[which] as BagItem;
        if (!isAdding) {
          const wasThere = bag.delete(item);
          const wasInModel = model.delete(item);
          expect(wasThere).toBe(wasInModel);
        } else if (!model.has(item)) {
          bag.add(item);
          model.add(item);
        }
        expect(bag.size).toBe(model.size);
        expect(new Set(bag.list())).toEqual(model);
      }
    }),
  );
});
