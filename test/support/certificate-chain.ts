import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files of a server's certificate that an intermediate CA issued, and of the CA above it. */
export interface CertificateChain {
  readonly root: string;
  readonly intermediate: string;
  readonly leaf: string;
  /** The leaf and the intermediate. */
  readonly chain: string;
  readonly key: string;
}

/** Makes a chain for `localhost` with openssl, in a directory. */
export function makeChain(directory: string): CertificateChain {
  const file = (name: string) => join(directory, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const key = (name: string) => {
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file(name));
    return file(name);
  };
  const issue = (name: string, subject: string, by: string, extension: string) => {
    const own = key(`${name}.key`);
    openssl('req', '-new', '-key', own, '-subj', `/CN=${subject}`, '-out', file(`${name}.csr`));
    writeFileSync(file(`${name}.ext`), `${extension}\n`);
    const issuer = ['-CA', file(`${by}.pem`), '-CAkey', file(`${by}.key`), '-CAcreateserial'];
    const result = ['-days', '2', '-extfile', file(`${name}.ext`), '-out', file(`${name}.pem`)];
    openssl('x509', '-req', '-in', file(`${name}.csr`), ...issuer, ...result);
  };
  const isCa = ['-addext', 'basicConstraints=critical,CA:TRUE'];
  const root = ['-subj', '/CN=Root of a test', '-days', '2', '-out', file('root.pem')];
  openssl('req', '-x509', '-new', '-key', key('root.key'), ...root, ...isCa);
  issue('intermediate', 'Intermediate of a test', 'root', 'basicConstraints=critical,CA:TRUE');
  issue('leaf', 'localhost', 'intermediate', 'subjectAltName=DNS:localhost');
  const parts = ['leaf.pem', 'intermediate.pem'].map((name) => readFileSync(file(name)));
  writeFileSync(file('chain.pem'), Buffer.concat(parts));
  return {
    root: file('root.pem'),
    intermediate: file('intermediate.pem'),
    leaf: file('leaf.pem'),
    chain: file('chain.pem'),
    key: file('leaf.key'),
  };
}
