import { createHmac, randomBytes } from 'node:crypto';
import type { LaneIdentity, LaneRecord, Parking, ParkingReason } from '../core/outbox.ts';
import type { Database } from './database.ts';

interface LaneRow {
  id: number;
  integration: string | null;
  name: string;
  target_hash: string;
  settings_hash: string;
  parked_reason: string | null;
  parked_message: string | null;
  parked_at: number | null;
  bucket_tokens: number | null;
  bucket_at: number | null;
  paused_at: number | null;
  paused_by: string | null;
}

/** Why the deliveries of a removed integration wait. */
export const REMOVED_MESSAGE = 'its integration is no longer in the configuration';

const CONFIGURATION = 'configuration';

/** Reads a lane as it is stored now. */
export function readLane(database: Database, id: number): LaneRecord | undefined {
  const row = database.get<LaneRow>('SELECT * FROM lane WHERE id = ?', id);
  return row === undefined ? undefined : recordOf(row);
}

/** Marks a lane as parked, or as running when `parking` is undefined. */
export function setParking(database: Database, id: number, parking: Parking | undefined): void {
  database.run(
    `UPDATE lane SET parked_reason = ?, parked_message = ?, parked_at = ?, held_until = 0
     WHERE id = ?`,
    parking?.reason ?? null,
    parking?.message ?? null,
    parking?.since ?? null,
    id,
  );
}

/**
 * Gives each integration its lane. A lane is recognised, among those of the same name, by all of
 * the integration's settings; else by where it delivers to; else by its place among the blocks of
 * that name. Changed settings unpark it; what cannot run is parked as long as that is so. Call
 * within a transaction.
 */
export function assignLanes(
  database: Database,
  identities: readonly LaneIdentity[],
): Map<string, LaneRecord> {
  const salt = readSalt(database);
  const wanted = identities.map((identity) => ({
    id: identity.integrationId,
    name: identity.name,
    target: keyedHash(salt, identity.target),
    settings: keyedHash(salt, identity.settings),
    cannotRun: identity.cannotRun,
  }));
  // Of equal ones, a lane that was in use until now comes before one whose integration was removed.
  const free = new Map(
    database
      .all<LaneRow>('SELECT * FROM lane ORDER BY integration IS NULL, id')
      .map((row) => [row.id, row]),
  );
  const found = new Map<string, LaneRow>();
  type Wanted = (typeof wanted)[number];
  const match = (same: (row: LaneRow, want: Wanted) => boolean) => {
    for (const want of wanted) {
      if (found.has(want.id)) continue;
      for (const row of free.values()) {
        if (row.name !== want.name || !same(row, want)) continue;
        found.set(want.id, row);
        free.delete(row.id);
        break;
      }
    }
  };
  const inPlace = (row: LaneRow, want: Wanted) => row.integration === want.id;
  match((row, want) => row.settings_hash === want.settings && inPlace(row, want));
  match((row, want) => row.settings_hash === want.settings);
  match((row, want) => row.target_hash === want.target && inPlace(row, want));
  match((row, want) => row.target_hash === want.target);
  match(inPlace);

  // The ids must be free before they are given out again: two blocks may have changed places.
  database.run('UPDATE lane SET integration = NULL');
  const lanes = new Map<string, LaneRecord>();
  for (const want of wanted) {
    const row = found.get(want.id);
    const id = row === undefined ? insert(database, want) : update(database, row, want);
    lanes.set(want.id, park(database, id, want, row));
  }
  return lanes;
}

interface HashedIdentity extends Pick<LaneIdentity, 'cannotRun' | 'name'> {
  readonly id: string;
  readonly target: string;
  readonly settings: string;
}

function insert(database: Database, want: HashedIdentity): number {
  return database.run(
    'INSERT INTO lane (integration, name, target_hash, settings_hash) VALUES (?, ?, ?, ?)',
    want.id,
    want.name,
    want.target,
    want.settings,
  ).lastId;
}

function update(database: Database, row: LaneRow, want: HashedIdentity): number {
  database.run(
    `UPDATE lane SET integration = ?, target_hash = ?, settings_hash = ?,
       held_until = CASE WHEN settings_hash = ? THEN held_until ELSE 0 END
     WHERE id = ?`,
    want.id,
    want.target,
    want.settings,
    want.settings,
    row.id,
  );
  return row.id;
}

/** Stores whether the lane is parked from now on; gives all that is known of it. */
function park(
  database: Database,
  id: number,
  { settings, cannotRun }: HashedIdentity,
  row: LaneRow | undefined,
): LaneRecord {
  const before = row && recordOf(row);
  const earlier = before?.parking;
  let parking: Parking | undefined;
  if (cannotRun !== undefined) {
    const since = earlier?.reason === CONFIGURATION ? earlier.since : cannotRun.since;
    parking = { reason: CONFIGURATION, message: cannotRun.message, since };
  } else if (row?.settings_hash === settings && earlier?.reason !== CONFIGURATION) {
    parking = earlier;
  }
  if (earlier !== undefined || parking !== undefined) setParking(database, id, parking);
  const wasStopped = earlier !== undefined || row?.integration === null;
  const isResumed = wasStopped && parking === undefined;
  const { bucket, pause } = before ?? {};
  return {
    id,
    parking,
    bucket,
    ...(pause !== undefined && { pause }),
    ...(isResumed && { isResumed }),
  };
}

function recordOf(row: LaneRow): LaneRecord {
  const parking =
    row.parked_at === null
      ? undefined
      : {
          reason: (row.parked_reason ?? 'internal') as ParkingReason,
          message: row.parked_message ?? '',
          since: row.parked_at,
        };
  const bucket =
    row.bucket_tokens === null || row.bucket_at === null
      ? undefined
      : { tokens: row.bucket_tokens, at: row.bucket_at };
  const pause =
    row.paused_at === null ? undefined : { since: row.paused_at, who: row.paused_by ?? '' };
  return { id: row.id, parking, bucket, ...(pause !== undefined && { pause }) };
}

/** A random key of this outbox, so that the stored hashes say nothing about the secrets in them. */
function readSalt(database: Database): string {
  const row = database.get<{ value: string }>(`SELECT value FROM setting WHERE key = 'salt'`);
  if (row !== undefined) return row.value;
  const salt = randomBytes(32).toString('hex');
  database.run(`INSERT INTO setting (key, value) VALUES ('salt', ?)`, salt);
  return salt;
}

function keyedHash(salt: string, text: string): string {
  return createHmac('sha256', salt).update(text).digest('base64url');
}
