/** The family of addresses that are paths. */
export const AF_UNIX = 1;
/** What the system has room for, with a zero at the end. */
const LONGEST_PATH = 107;

/**
 * The address of a socket as the system wants it (`struct sockaddr_un`): the family in two bytes, in
 * their order on x64 and arm64, and the path.
 * @throws Error when the path is too long
 */
export function socketAddress(path: string): Buffer {
  const bytes = Buffer.from(path);
  if (bytes.length > LONGEST_PATH) {
    const limit = `it has ${bytes.length} bytes, and may have ${LONGEST_PATH}`;
    throw new Error(`the path of a socket cannot be that long: ${limit}`);
  }
  const address = Buffer.alloc(2 + bytes.length + 1);
  address.writeUInt16LE(AF_UNIX);
  bytes.copy(address, 2);
  return address;
}
