import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configDestinations } from '../../test/support/config-destinations.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { fixture } from '../../test/support/vectors.ts';
import type { JsonObject } from '../alert/json.ts';
import { loadConfig } from '../config/load.ts';
import { answerRequest } from './control-request.ts';
import { ControlSocket } from './control-socket.ts';

let path: string;
let clock: FakeClock;
let control: ControlSocket;
let settings: JsonObject[];

beforeEach(async () => {
  path = join(tempDir(), 'integrator');
  clock = new FakeClock();
  settings = [{ name: 'slack', level: 0 }];
  control = await open();
});
afterEach(() => control.close());

const open = () =>
  ControlSocket.open({ path, clock, answer: (text) => answerRequest(text, () => settings) });

function framed(payload: string | Buffer, length = Buffer.byteLength(payload)): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32LE(length);
  return Buffer.concat([header, Buffer.from(payload)]);
}

/** Connects; the promise gives everything that comes until the other side closes. */
function client(): { socket: Socket; received: Promise<Buffer> } {
  const socket = connect({ path, allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const received = new Promise<Buffer>((resolve) => {
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks)));
    socket.on('end', () => socket.end());
  });
  return { socket, received };
}

function ask(bytes: Buffer): Promise<Buffer> {
  const { socket, received } = client();
  socket.write(bytes);
  return received;
}

describe('the socket of the API', () => {
  it('answers byte for byte as the reference', async () => {
    const sample = fixture('samples/intgcom_getconfig_bytes.txt').toString();
    const hex = (name: string) =>
      Buffer.from(
        (new RegExp(`^${name} *: ([0-9a-f ]+)$`, 'm').exec(sample)?.[1] ?? '').replaceAll(' ', ''),
        'hex',
      );
    const conf = `<ossec_config><integration><name>slack</name>
      <hook_url>https://hooks.slack.com/services/T/B/X</hook_url><level>10</level>
      <rule_id>5712</rule_id><alert_format>json</alert_format></integration></ossec_config>`;
    const { integrations } = loadConfig({
      configFile: 'ossec.conf',
      settingsFile: undefined,
      env: {},
      destinations: configDestinations(),
      files: {
        read: () => ({ ok: true, bytes: Buffer.from(conf), truncated: false, mode: 0o640 }),
      },
    });
    settings = integrations.map((loaded) => loaded.getconfig());
    expect(hex('req')).toHaveLength(25);
    expect(hex('resp')).toHaveLength(182);
    expect((await ask(hex('req'))).toString('hex')).toBe(hex('resp').toString('hex'));

    const errors = [...sample.matchAll(/^err : +([0-9a-f ]{11}) (err .+)$/gm)];
    expect(errors).toHaveLength(3);
    const requests = ['getconfig x', 'hello', 'getconfig'];
    for (const [position, [, header = '', text = '']] of errors.entries()) {
      const answer = await ask(framed(requests[position] ?? ''));
      const expected = Buffer.from(header.replaceAll(' ', ''), 'hex').toString('latin1') + text;
      expect(answer.toString('latin1')).toBe(expected);
    }
  });

  it.each([
    ['getconfig integration', 'ok {"integration":[{"name":"slack","level":0}]}'],
    ['getconfig integration\0', 'ok {"integration":[{"name":"slack","level":0}]}'],
    ['getconfig  integration', 'err Could not get requested section'],
    ['getconfig ', 'err Could not get requested section'],
    ['getconfig integrations', 'err Could not get requested section'],
    ['getconfig', 'err INTGCOM getconfig needs arguments'],
    ['getconfig\0 integration', 'err INTGCOM getconfig needs arguments'],
    ['GETCONFIG integration', 'err Unrecognized command'],
    ['\0', 'err Unrecognized command'],
    [' getconfig integration', 'err Unrecognized command'],
    ['\ufffd'.repeat(20_000), 'err Unrecognized command'],
  ])('%j', async (request, answer) => {
    expect((await ask(framed(request))).toString()).toBe(framed(answer).toString());
  });

  it('takes a request in pieces, and one that its sender has ended', async () => {
    const { socket, received } = client();
    for (const byte of framed('getconfig integration')) {
      socket.write(Buffer.from([byte]));
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    expect((await received).toString()).toContain('ok {"integration"');
    const other = client();
    other.socket.end(framed('getconfig integration'));
    expect((await other.received).toString()).toContain('ok {"integration"');
  });

  it('tells the settings of the moment, however many', async () => {
    settings = Array.from({ length: 2000 }, (_, n) => ({
      name: `custom-ü${n}`,
      api_key: 'k'.repeat(200),
    }));
    const answer = await ask(framed('getconfig integration'));
    expect(answer.readUInt32LE(0)).toBe(answer.length - 4);
    expect(answer.length).toBeGreaterThan(400_000);
    expect(JSON.parse(answer.toString('utf8', 4 + 3))).toEqual({ integration: settings });
  });

  it('serves many at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => ask(framed('getconfig integration'))),
    );
    expect(new Set(answers.map(String))).toEqual(
      new Set([framed('ok {"integration":[{"name":"slack","level":0}]}').toString()]),
    );
  });

  it.each([
    ['an empty request', framed('')],
    ['a length beyond all bounds', framed('getconfig integration', 65_537)],
    ['a negative length', framed('getconfig integration', 0xffff_ffff)],
    ['text without a frame', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['an end in the middle', framed('getconfig', 20)],
    ['an end within the length', Buffer.from([21, 0])],
    ['nothing at all', Buffer.alloc(0)],
  ])('answers nothing to %s', async (_, bytes) => {
    const { socket, received } = client();
    socket.end(bytes);
    expect(await received).toEqual(Buffer.alloc(0));
    expect((await ask(framed('x'))).toString()).toContain('err Unrecognized command');
  });

  it('takes the longest request there may be', async () => {
    const answer = await ask(framed('x'.repeat(65_536)));
    expect(answer.toString()).toContain('err Unrecognized command');
  });

  it('disconnects whoever is slow, and serves others meanwhile', async () => {
    const silent = client();
    const halting = client();
    halting.socket.write(Buffer.from([21, 0, 0, 0, 0x67]));
    // Someone who asks and never takes the answer.
    settings = Array.from({ length: 20_000 }, () => ({ name: 'x', api_key: 'k'.repeat(200) }));
    const deaf = connect({ path, allowHalfOpen: true }).on('error', () => {});
    deaf.write(framed('getconfig integration'));
    deaf.pause();
    expect((await ask(framed('x'))).toString()).toContain('err');
    expect(clock.timers).toBe(3);
    clock.tick(4999);
    expect((await ask(framed('x'))).toString()).toContain('err');
    expect(clock.timers).toBe(3);
    clock.tick(1);
    expect(await Promise.all([silent.received, halting.received])).toEqual([
      Buffer.alloc(0),
      Buffer.alloc(0),
    ]);
    expect(clock.timers).toBe(0);
    deaf.destroy();
  });

  it('keeps no descriptor of anyone', async () => {
    const descriptors = () => readdirSync('/proc/self/fd').length;
    const bad = [framed('', 99_999), framed('getconfig', 30), framed('getconfig integration')];
    await Promise.all(bad.map(ask2));
    const before = descriptors();
    for (let round = 0; round < 50; round += 1) await Promise.all(bad.map(ask2));
    expect(descriptors()).toBeLessThanOrEqual(before);
    expect(clock.timers).toBe(0);

    function ask2(bytes: Buffer) {
      const { socket, received } = client();
      socket.end(bytes);
      return received;
    }
  });

  it('belongs to user and group only', () => {
    expect(statSync(path).mode & 0o777).toBe(0o660);
    expect(statSync(path).isSocket()).toBe(true);
  });

  it('takes the place of what an earlier process left there', async () => {
    await control.close();
    writeFileSync(path, 'left over');
    control = await open();
    expect((await ask(framed('x'))).toString()).toContain('err');
  });

  it('says when it cannot be opened, and leaves the umask as it was', async () => {
    const umask = process.umask();
    const options = { path: join(path, 'x'), clock, answer: () => '' };
    await expect(ControlSocket.open(options)).rejects.toThrow(/ENOTDIR|EADDRINUSE|EACCES|EINVAL/);
    expect(process.umask()).toBe(umask);
  });

  it('is gone when it was closed, with everyone on it', async () => {
    const silent = client();
    await new Promise((resolve) => {
      silent.socket.once('connect', resolve);
    });
    await ask(framed('x'));
    await control.close();
    expect(await silent.received).toEqual(Buffer.alloc(0));
    expect(statSync(path, { throwIfNoEntry: false })).toBeUndefined();
    control = await open();
  });
});
