import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** What a guess costs: some 50 ms and 32 MiB. */
const COST = { N: 2 ** 15, r: 8, p: 1 } as const;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const MAX_MEMORY = 2 ** 28;
/** Longer ones are cut by nobody, and hashed by nobody. */
export const LONGEST_PASSWORD = 1024;

/** The hash of a password, as a users file holds it. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derived(password, salt, COST);
  const { N, r, p } = COST;
  return ['scrypt', N, r, p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** True where a password is the one of a hash. */
export async function checkPassword(password: string, hash: string): Promise<boolean> {
  const [kind, N, r, p, salt = '', key = ''] = hash.split('$');
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const isKnown = kind === 'scrypt' && cost.N <= 2 ** 17 && cost.r <= 16 && cost.p <= 4;
  const wanted = Buffer.from(key, 'base64url');
  if (!isKnown || wanted.length !== KEY_BYTES || password.length > LONGEST_PASSWORD) return false;
  try {
    return timingSafeEqual(await derived(password, Buffer.from(salt, 'base64url'), cost), wanted);
  } catch {
    return false;
  }
}

/** Costs what a real one costs, so that a name that nobody has is as slow as one that somebody has. */
export const NOBODYS_HASH = `scrypt$${COST.N}$${COST.r}$${COST.p}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

function derived(
  password: string,
  salt: Buffer,
  cost: { readonly N: number; readonly r: number; readonly p: number },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { ...cost, maxmem: MAX_MEMORY };
    scrypt(password.normalize('NFC'), salt, KEY_BYTES, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
