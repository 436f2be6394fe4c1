import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Action,
  AlertLogModel,
  MODEL_LINE_BYTES,
  type ReaderFactory,
  type StepReader,
  type Work,
} from '../../../test/support/alert-log-model.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { FaultyFiles } from '../../../test/support/faulty-files.ts';
import { silentLog } from '../../core/log.ts';
import { createContext } from './context.ts';
import type { FileCheckpoint } from './file-checkpoint.ts';
import { nowhere } from './first-start.ts';
import { type FileBatch, Follower } from './follower.ts';
import { DEFAULT_LOOK_BACK } from './look-back.ts';

const work: fc.Arbitrary<Work> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      count: fc.integer({ min: 1, max: 12 }),
      logBytes: fc.oneof(fc.constant(200), fc.integer({ min: 0, max: 600 })),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'begin a line' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'finish the line' as const }) },
  { weight: 3, arbitrary: fc.constant({ do: 'next day' as const }) },
  { weight: 3, arbitrary: fc.constant({ do: 'next part' as const }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('compress' as const), which: fc.nat(9) }) },
);

/** What people do to the file. */
const tampering: fc.Arbitrary<Action> = fc
  .constantFrom(
    'truncate',
    'copy and truncate',
    'delete and create',
    'unlink',
    'replace by a copy',
    'move away',
  )
  .map((what) => ({ do: what }));

const reading: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('read a little' as const),
      steps: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'read all' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'stop' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('crash' as const),
      forgotten: fc.integer({ min: 0, max: 3 }),
    }),
  },
);

const meanwhile: fc.Arbitrary<Action> = fc.record({
  do: fc.constant('meanwhile' as const),
  every: fc.integer({ min: 1, max: 6 }),
  work: fc.array(work, { minLength: 1, maxLength: 8, size: 'max' }),
});

/** The reader looks when everything is in order; but what happens is whatever people can think of. */
const anything: fc.Arbitrary<Action> = fc.oneof(
  { weight: 18, arbitrary: work },
  { weight: 6, arbitrary: tampering },
  { weight: 10, arbitrary: reading },
);

/** The manager does what it always does, but in the midst of what the reader does. */
const atAnyTime: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: work },
  { weight: 6, arbitrary: meanwhile },
  { weight: 10, arbitrary: reading },
);

/** The reader that is tested. */
function followers(): ReaderFactory {
  const clock = new FakeClock(statSync(tmpdir()).mtimeMs);
  const files = new FaultyFiles();
  return {
    between: (happens) => {
      files.before = happens;
    },
    pass: (milliseconds) => clock.tick(milliseconds),
    open(path, checkpoint) {
      const context = createContext({
        path,
        clock,
        log: silentLog,
        files,
        lookBack: DEFAULT_LOOK_BACK,
        maxLineBytes: MODEL_LINE_BYTES,
      });
      return new Follower(context, { checkpoint, fromStart: false, onChange() {} });
    },
  };
}

/** A reader that does what the reference does, and stores its offset. */
class InodeReader implements StepReader {
  readonly #path: string;
  #inode: string;
  #offset: number;

  constructor(path: string, checkpoint: FileCheckpoint | undefined) {
    this.#path = path;
    this.#inode = checkpoint?.position.inode ?? '';
    this.#offset = checkpoint?.position.offset ?? 0;
  }

  async poll(): Promise<FileBatch | 'idle'> {
    const stats = statSync(this.#path, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return 'idle';
    if (String(stats.ino) !== this.#inode) this.#offset = 0;
    this.#inode = String(stats.ino);
    const rest = readFileSync(this.#path).subarray(this.#offset);
    const bytes = rest.subarray(0, rest.lastIndexOf('\n') + 1);
    if (bytes.length === 0) return 'idle';
    this.#offset += bytes.length;
    const checkpoint = this.checkpoint();
    const place = { checkpoint, checkpointAt: () => checkpoint, offset: this.#offset };
    return { bytes, path: this.#path, ...place };
  }

  checkpoint(): FileCheckpoint {
    const position = { ...nowhere(this.#path), inode: this.#inode, offset: this.#offset };
    return { position, finished: [], takenAt: 0 };
  }

  status(): { isLive: boolean } {
    return { isLive: false };
  }

  async close(): Promise<void> {}
}

/** Every line that can be had is read once, in order, whatever happens. */
function readsEverything(
  factory: () => ReaderFactory,
  action: fc.Arbitrary<Action>,
): fc.IAsyncProperty<[Action[]]> {
  return fc.asyncProperty(fc.array(action, { maxLength: 40, size: 'max' }), async (actions) => {
    const directory = mkdtempSync(join(tmpdir(), 'integratord-model-'));
    const model = new AlertLogModel(directory, factory());
    try {
      await model.start();
      for (const action of actions) await model.run(action);
      // Something newer, so that lines left without a newline are handed out.
      await model.run({ do: 'next day' });
      await model.run({ do: 'write', count: 1, logBytes: 20 });
      await model.readAll();
      expect(model.readForCertain).toEqual(model.expected);
      expect(model.repeated).toEqual([]);
    } finally {
      await model.close();
      rmSync(directory, { recursive: true, force: true });
    }
  });
}

/** The same actions at every run of the suite; others with `MODEL_RUNS=10000`. */
const runs = process.env['MODEL_RUNS'];
const parameters =
  runs === undefined ? { numRuns: 200, seed: 20260820 } : { numRuns: Number(runs) };
/** None for more runs. */
const timeout = runs === undefined ? 120_000 : 0;

it('loses and repeats nothing, whatever is done to the file', { timeout }, async () => {
  await expect(
    fc.assert(readsEverything(followers, anything), parameters),
  ).resolves.toBeUndefined();
});

it('loses and repeats nothing, whenever the manager does its work', { timeout }, async () => {
  await expect(
    fc.assert(readsEverything(followers, atAnyTime), parameters),
  ).resolves.toBeUndefined();
});

it('would notice a reader that only looks at inodes', async () => {
  const factory: ReaderFactory = {
    pass() {},
    between() {},
    open: (path, checkpoint) => new InodeReader(path, checkpoint),
  };
  const details = await fc.check(
    readsEverything(() => factory, anything),
    { numRuns: 50, endOnFailure: true },
  );
  expect(details.failed).toBe(true);
});
