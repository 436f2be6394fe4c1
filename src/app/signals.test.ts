import { describe, expect, it } from 'vitest';
import { Child } from '../../test/support/child.ts';

/** A process that takes the signals, and prints what becomes of them. */
function taking(code: string): Child {
  return new Child(`
    import { Signals } from './src/app/signals.ts';
    const signals = new Signals();
    signals.take(['SIGTERM', 'SIGINT']);
    process.on('exit', (code) => console.log('exit ' + code));
    ${code}
  `);
}

async function linesOf(child: Child): Promise<string[]> {
  const lines: string[] = [];
  for (let line = await child.line(); line !== undefined; line = await child.line()) {
    lines.push(line);
  }
  return lines;
}

describe('a signal that comes before anybody asks', () => {
  it('is kept: a reload is told to whoever asks first, once', async () => {
    const child = taking(`
      process.kill(process.pid, 'SIGHUP');
      process.kill(process.pid, 'SIGHUP');
      setTimeout(() => {
        signals.onHangup(() => console.log('first'));
        signals.onHangup(() => console.log('second'));
        process.kill(process.pid, 'SIGHUP');
        setTimeout(() => process.exit(0), 50);
      }, 50);`);
    expect(await linesOf(child)).toEqual(['first', 'second', 'exit 0']);
  });

  it('is kept: a stop is told to whoever asks later', async () => {
    const child = taking(`
      process.kill(process.pid, 'SIGINT');
      setTimeout(async () => {
        console.log(signals.stop.aborted, (await signals.stopped).signal);
        process.exit(0);
      }, 50);`);
    expect(await linesOf(child)).toEqual(['true SIGINT', 'exit 0']);
  });

  it('ends a process that turns out not to be a daemon', async () => {
    const child = taking(`
      process.kill(process.pid, 'SIGHUP');
      setTimeout(() => {
        signals.release();
        setTimeout(() => console.log('still here'), 1000);
      }, 50);`);
    expect(await linesOf(child)).toEqual([]);
  });

  it('does not keep the process alive', async () => {
    expect(await linesOf(taking('signals.close();'))).toEqual(['exit 0']);
  });
});

describe('a stop', () => {
  it('counts from the signal, also where that could not be heard of for a while', async () => {
    const child = taking(`
      setTimeout(() => {
        process.kill(process.pid, 'SIGTERM');
        const end = performance.now() + 3000;
        while (performance.now() < end);
      }, 10);
      await signals.stopped;
      const left = signals.left(10_000);
      console.log(left > 6000 && left < 7500);
      process.exit(0);`);
    expect(await linesOf(child)).toEqual(['true', 'exit 0']);
  });

  it('gets its whole time where the process did little before', async () => {
    const child = taking(`
      setTimeout(() => process.kill(process.pid, 'SIGTERM'), 2000);
      await signals.stopped;
      console.log(signals.left(10_000) > 9000);
      process.exit(0);`);
    expect(await linesOf(child)).toEqual(['true', 'exit 0']);
  });

  it('is over after ten seconds, also for a process that stands still', async () => {
    const began = performance.now();
    const child = taking(`
      process.kill(process.pid, 'SIGTERM');
      await signals.stopped;
      console.log('stopping');
      const end = performance.now() + 60_000;
      while (performance.now() < end);`);
    expect(await linesOf(child)).toEqual(['stopping']);
    expect(performance.now() - began).toBeLessThan(30_000);
  });
});
