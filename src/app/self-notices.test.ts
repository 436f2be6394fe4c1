import { beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { NoticeBoard } from './notice-board.ts';
import { ownTroubles } from './own-troubles.ts';
import { type OpenTroubles, SelfNotices, type Trouble } from './self-notices.ts';

let clock: FakeClock;
let troubles: Trouble[];
let told: Record<string, number>;
let open: OpenTroubles;
let messages: [lane: number, sentence: string][];
let lanes: ReadonlyMap<string, number>;
let board: NoticeBoard;
let log: RecordingLog;
let notices: SelfNotices;

const parked: Trouble = {
  key: 'parked:slack',
  about: 'slack',
  sentence: 'It is parked.',
  over: 'It works.',
};

function start(): void {
  notices = new SelfNotices({
    troubles: () => troubles,
    lanes: () => lanes,
    tell: (lane, sentence) => messages.push([lane, sentence]),
    told: {
      read: () => told,
      write: (times) => {
        told = times;
      },
      open: () => open,
      setOpen: (troubles) => {
        open = troubles;
      },
    },
    board,
    clock,
    log,
  });
  notices.start();
}

beforeEach(() => {
  clock = new FakeClock();
  troubles = [];
  told = {};
  open = {};
  messages = [];
  board = new NoticeBoard();
  log = new RecordingLog();
  lanes = new Map([
    ['slack', 1],
    ['pagerduty', 2],
  ]);
  start();
});

it('tells of a trouble that lasts, once, and when it is over; not those that it is about', async () => {
  troubles = [parked];
  await clock.advance(15_000);
  expect(messages).toEqual([]);
  await clock.advance(60_000);
  expect(messages).toEqual([[2, 'It is parked.']]);
  troubles = [];
  await clock.advance(10_000);
  expect(messages).toEqual([
    [2, 'It is parked.'],
    [2, 'It works.'],
  ]);
});

it('says nothing of what comes and goes', async () => {
  for (let times = 0; times < 20; times += 1) {
    troubles = times % 2 === 0 ? [parked] : [];
    await clock.advance(10_000);
  }
  expect(messages).toEqual([]);
});

it('does not say again within an hour what it said, also after a restart', async () => {
  troubles = [parked];
  await clock.advance(40_000);
  notices.stop();
  start();
  await clock.advance(600_000);
  expect(messages).toHaveLength(1);
  troubles = [];
  await clock.advance(3_600_000);
  troubles = [parked];
  await clock.advance(60_000);
  expect(messages.filter(([, sentence]) => sentence === 'It is parked.')).toHaveLength(2);
});

it('says that it is over also where that came to pass while the daemon was down', async () => {
  troubles = [parked];
  await clock.advance(40_000);
  notices.stop();
  troubles = [];
  start();
  await clock.advance(60_000);
  notices.stop();
  start();
  await clock.advance(60_000);
  expect(messages).toEqual([
    [2, 'It is parked.'],
    [2, 'It works.'],
  ]);
});

it('tells each twice an hour at most where it comes and goes', async () => {
  for (let times = 0; times < 20; times += 1) {
    troubles = times % 2 === 0 ? [parked] : [];
    await clock.advance(60_000);
  }
  expect(messages).toEqual([
    [2, 'It is parked.'],
    [2, 'It works.'],
  ]);
});

it('shows on the board what is wrong and what is over, the newest first, also where nobody is told', async () => {
  lanes = new Map();
  troubles = [parked];
  await clock.advance(60_000);
  troubles = [];
  await clock.advance(10_000);
  expect(messages).toEqual([]);
  expect(board.notices).toEqual([
    { at: expect.any(Number) as number, sentence: 'It works.', isOver: true },
    { at: expect.any(Number) as number, sentence: 'It is parked.', isOver: false },
  ]);
  for (let more = 0; more < 10; more += 1) {
    troubles = more % 2 === 0 ? [parked] : [];
    await clock.advance(60_000);
  }
  expect(board.notices).toHaveLength(5);
});

it('tells those who are named later what was wrong before', async () => {
  const named = lanes;
  lanes = new Map();
  troubles = [parked];
  await clock.advance(60_000);
  lanes = named;
  await clock.advance(60_000);
  expect(messages).toEqual([[2, 'It is parked.']]);
});

it('logs an error where the only one that is told is the one in trouble', async () => {
  lanes = new Map([['slack', 1]]);
  troubles = [parked];
  await clock.advance(60_000);
  expect(messages).toEqual([]);
  const said = 'nobody else is named in `notices` who could be told';
  expect(log.lines).toEqual([
    { level: 'error', message: said, fields: { sentence: 'It is parked.' } },
  ]);
});

it('knows what is wrong with integratord itself', () => {
  const diagnostic = {
    severity: 'error',
    file: 'f',
    line: 1,
    column: 2,
    message: 'wrong',
  } as const;
  const found = ownTroubles({
    lanes: [
      { id: 'slack', state: 'parked', lane: 1 },
      { id: 'shuffle', state: 'working', lane: 2 },
    ],
    parkingOf: () => ({ reason: 'auth', message: 'The key is wrong.', since: 0 }),
    refusal: { since: 0, diagnostics: [diagnostic] },
    outbox: { bytes: 81, limit: 100 },
    behind: ['shuffle'],
    canaries: [{ key: 'canary:slack', about: 'slack', sentence: 'It is lost.', over: 'It came.' }],
    quiet: [{ path: '/a.json', quiet: { since: 0, count: undefined, fewest: 1180, weeks: 4 } }],
    now: 47 * 60_000,
    reading: ['the alert file is missing'],
  });
  expect(found.map(({ key, sentence }) => `${key}: ${sentence}`)).toEqual([
    'parked:slack: Nothing is delivered to slack until it is fixed; its alerts wait. The key is wrong.',
    'configuration: The configuration was changed and refused; the one before is in force. f:1:2: error: wrong',
    'outbox: The outbox of integratord is 81 % full: `integratord status` says what waits.',
    'share:shuffle: shuffle has used up its share of the outbox: its further alerts wait in the alert file, and are lost with its archives. `integratord status` says why it does not deliver.',
    'canary:slack: It is lost.',
    'quiet:/a.json: /a.json is quieter than it ever was: no alerts for 47 min; at this hour there were never fewer than 1,180 (in 4 weeks). Is the manager well, and are its agents connected?',
    'reading:the alert file is missing: integratord does not read alerts: the alert file is missing.',
  ]);
});
