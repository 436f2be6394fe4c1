import type { LogEntry } from './entry.ts';

/** About the program: start, stop, configuration, memory, its log. */
export const PROGRAM_MESSAGES = {
  ready: { level: 'info', meaning: 'The daemon is reading alerts.' },
  stopping: {
    level: 'info',
    meaning: 'A signal asked the daemon to stop. It ends within ten seconds of it.',
  },
  stopped: { level: 'info', meaning: 'Everything is stored and closed; the process ends now.' },
  'attempts are cut short; these deliveries may arrive twice': {
    level: 'warn',
    meaning:
      'The daemon stops, and `count` attempts of this integration took longer than the ten seconds ' +
      'for that, or their results could not be stored. They are repeated after the next start.',
    action: 'Nothing, if the service recognises duplicates, or where one does no harm.',
  },
  'not everything could be closed in time; exiting': {
    level: 'warn',
    meaning: 'Something hangs, and a stop takes ten seconds at most. Nothing is lost.',
    action: 'Check the disk of the state directory, and what else uses the outbox.',
  },
  'exits because of a bug in integratord': {
    level: 'error',
    meaning: 'The program met a condition that it does not handle. `stack` says where.',
    action:
      'Report it, with this line. Start it again, as a service manager does: nothing is lost.',
  },
  'log lines were lost': {
    level: 'error',
    meaning:
      '`count` lines could not be written since `since`, because the disk of the log was full, or ' +
      'nobody read it; `reason` is the code of the error. Deliveries were not affected.',
    action: 'Free disk space, or check what reads the log. This line shows that it works again.',
  },
  'Remote integrations not configured. Clean exit.': {
    level: 'info',
    meaning: 'No `<integration>` is configured, so the daemon exits.',
  },
  'configuration is invalid; not started': {
    level: 'error',
    meaning: 'The configuration cannot be used. The lines before this one say where.',
    action: 'Run `integratord check`, fix the file, start again. Alerts wait in the alert file.',
  },
  'control socket cannot be used; status and reload work by files and signals only': {
    level: 'warn',
    meaning: 'The daemon cannot listen at `path`, for the reason in `cause`. All else works.',
    action: 'Select a state directory with a shorter path, or one whose file system has sockets.',
  },
  'read socket listens': {
    level: 'info',
    meaning:
      'Those of `group` (its number) can ask at `path` for status, metrics and events (`control.read_socket`).',
  },
  'read socket cannot be used': {
    level: 'error',
    meaning:
      'The daemon cannot listen at `path` (`control.read_socket`), for the reason in `cause`. All else works.',
    action: 'Fix `control` in `integratord.yaml`, or the directory of the socket, and reload.',
  },
  'read socket has another group than it should': {
    level: 'warn',
    meaning:
      'The daemon may not give the socket at `path` to the group `wanted`, for the reason in `cause`: those ' +
      'of the group `group` (its number) can read there instead.',
    action:
      'Give the directory of the socket to that group, with mode 2750, and reload: what is made in it has its group.',
  },
  'metrics are served': {
    level: 'info',
    meaning: 'Prometheus can get them at `host` and `port` (`metrics.listen`).',
  },
  'metrics cannot be served; retrying': {
    level: 'error',
    meaning:
      'The daemon cannot listen at the address of `metrics.listen`, for the reason in `cause`. All else ' +
      'works. It tries again every 30 seconds, without another line.',
    action: 'Find what uses the port (`ss -ltnp`), or correct the address, and reload.',
  },
  'metrics cannot be written to the file; retrying': {
    level: 'error',
    meaning:
      'The file of `metrics.file` cannot be written, for the reason in `cause`. All else works. It is ' +
      'tried again every 15 seconds, without another line.',
    action:
      "Let the daemon's user create files in its directory; in a unit of systemd, with `ReadWritePaths=`.",
  },
  'metrics are written to the file again': { level: 'info', meaning: 'The file is current.' },
  'the file of the metrics cannot be removed': {
    level: 'warn',
    meaning: 'Its numbers are old, and look like those of now.',
    action: 'Remove it.',
  },
  'configuration reloaded': { level: 'info', meaning: 'The new configuration is active.' },
  'configuration is invalid; the previous one stays active': {
    level: 'error',
    meaning: 'A reload was refused. Deliveries continue with the old configuration.',
    action: 'Run `integratord check`, fix the file, reload.',
  },
  'configuration waits for the outbox; the previous one stays active': {
    level: 'warn',
    meaning:
      'The new configuration is valid, but the outbox cannot be used at the moment, so that it ' +
      'cannot take effect. It will, as soon as it can.',
    action: 'See the line `outbox cannot be used` before it.',
  },
  'integration enabled': {
    level: 'info',
    meaning: 'An integration is active, at start or after a change.',
  },
  'system clock was changed; retry times are adjusted': {
    level: 'warn',
    meaning: 'The wall clock jumped by 5 seconds or more. Nothing is lost.',
    action: 'If it happens again, check the time service (NTP) of the machine.',
  },

  'little memory; large alerts may end the daemon': {
    level: 'warn',
    meaning:
      'The limit of this process or of its group (`megabytes`) is below what large alerts can need.',
    action: 'Raise the memory limit of the container or the service to `needed` MB or more.',
  },
} as const satisfies Record<string, LogEntry>;
