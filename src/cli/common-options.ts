import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { DELIVERY_STATES, type DeliveryState } from '../core/delivery.ts';
import type { Paths } from '../core/paths.ts';
import {
  LOG_FORMATS,
  LOG_LEVELS,
  type LogFormat,
  type LogLevel,
} from '../telemetry/log-settings.ts';
import { hasEffect } from './option-effects.ts';
import { type PathOptions, resolvePaths } from './paths.ts';

/** What the common options say, wherever on the line they stand. */
export interface Invocation {
  readonly paths: Paths;
  /** What of this the command line says itself. */
  readonly places: PathOptions;
  /** The same without the files of the configuration that the command line names. */
  readonly present: Paths;
  /** Whether the command line says where the daemon's home or state directory is. */
  readonly namesDaemon: boolean;
  /** The files of the configuration that the command line names. */
  readonly named: readonly string[];
  readonly json: boolean;
  readonly logLevel: LogLevel;
  /** Undefined: readable on a terminal, JSON elsewhere. */
  readonly logFormat: LogFormat | undefined;
  /** For `queue`: only deliveries in this state. */
  readonly deliveryState: DeliveryState | undefined;
}

interface CommonOptions extends Omit<PathOptions, 'state'> {
  readonly state?: readonly string[];
  readonly json?: boolean;
  readonly logLevel?: LogLevel;
  readonly logFormat?: LogFormat;
}

/** Gives a command, and all below it, the options that every command understands. */
export function addCommonOptions(command: Command): void {
  command
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('(add --help for help)')
    .option('--home <dir>', "the manager's directory (default: /var/ossec)");
  for (const option of placeOptions()) {
    const isShown = hasEffect(command, option.long ?? '');
    command.addOption(isShown ? option : option.hideHelp());
  }
  command.option('--json', 'machine-readable output');
  for (const child of command.commands) addCommonOptions(child);
}

/** The options that do not have an effect everywhere. */
function placeOptions(): Option[] {
  return [
    new Option('-c, --config <file>', 'configuration (default: <home>/etc/ossec.conf)'),
    new Option(
      '--settings <file>',
      'additional settings (default: <home>/etc/integratord.yaml, if it exists)',
    ),
    new Option('--alerts <file>', 'alerts to follow (default: <home>/logs/alerts/alerts.json)'),
    new Option(
      '--state <dir>',
      'directory of the outbox (default: <home>/queue/integratord)',
    ).argParser(collect),
    new Option('--log-level <level>', 'minimum severity to log (default: info)').choices([
      ...LOG_LEVELS,
    ]),
    new Option('--log-format <format>', 'default: pretty on a terminal, else json').choices([
      ...LOG_FORMATS,
    ]),
  ];
}

function collect(value: string, earlier: readonly string[] | undefined): string[] {
  return [...(earlier ?? []), value];
}

/**
 * Reads the common options of a command. They may stand before or after its name; the one nearest
 * to the end counts. `--state` names the outbox's directory, and in `queue` also, as a second
 * meaning, a state of deliveries: the names of the states decide which is meant.
 */
export function invocation(command: Command): Invocation {
  const levels: CommonOptions[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) {
    levels.unshift(at.opts<CommonOptions>());
  }
  const options = Object.assign({}, ...levels) as CommonOptions;
  const states = levels.flatMap((level) => level.state ?? []);
  const isQueue = command.parent?.name() === 'queue';
  const isDeliveryState = (text: string): text is DeliveryState =>
    isQueue && (DELIVERY_STATES as readonly string[]).includes(text);
  const { state: _, ...rest } = options;
  const directory = states.findLast((text) => !isDeliveryState(text));
  const places = { ...rest, ...(directory === undefined ? {} : { state: directory }) };
  const { config: _config, settings: _settings, ...present } = places;
  return {
    paths: resolvePaths(places, process.env),
    places,
    present: resolvePaths(present, process.env),
    named: [options.config, options.settings]
      .filter((path) => path !== undefined)
      .map((path) => resolve(path)),
    namesDaemon: options.home !== undefined || directory !== undefined,
    json: options.json ?? false,
    logLevel: options.logLevel ?? 'info',
    logFormat: options.logFormat,
    deliveryState: states.findLast(isDeliveryState),
  };
}
