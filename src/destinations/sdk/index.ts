/**
 * All that a destination may use. A destination imports this, its own files and libraries, and nothing
 * else of the project; so this is also the list of what must not change without looking at all of them.
 */

export type { Alert } from '../../alert/alert.ts';
export { scanAlert } from '../../alert/alert-scan.ts';
export {
  isJsonObject,
  type JsonDocument,
  type JsonObject,
  type JsonValue,
  RawJson,
  stringify,
  valueAt,
} from '../../alert/json.ts';
export { messageBytes, valueOf } from '../../alert/large-alert.ts';
export type { Bundle } from '../../core/bundle.ts';
export type { Clock } from '../../core/clock.ts';
export type { DatagramSender } from '../../core/datagram.ts';
export {
  ALERT_FILE,
  type DeliveryContext,
  type Destination,
  type HttpRequest,
  type HttpResponse,
  type HttpResult,
  type Job,
  OPTIONS_FILE,
  type ScriptCall,
  type ScriptResult,
} from '../../core/destination.ts';
export { NO_SETTINGS } from '../../core/destination-settings.ts';
export { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/durations.ts';
export type { AnswerCache, ManagerEvent } from '../../core/enrichment.ts';
export { type Integration, wantsJson } from '../../core/integration.ts';
export type { AttemptDetail, Outcome } from '../../core/outcome.ts';
export { retriesOf } from '../../core/retry.ts';
export { Secret } from '../../core/secret.ts';
export { VERSION } from '../../core/version.ts';
export { type Fact, factsOf, oneLine, plain } from './alert-facts.ts';
export { bundleFacts, bundleGroups, examplesWithin, exampleWithin } from './bundle-json.ts';
export {
  bundleText,
  exampleLog,
  exampleTitle,
  type GroupText,
  groupLine,
  groupTexts,
  headline,
  inert,
  keyText,
  moreAlerts,
  moreKeys,
} from './bundle-text.ts';
export { classifyHttp, delivered, type Failure, failed, type Service } from './classify-http.ts';
export { type Definition, type Delivery, defineDestination, type Examples } from './define.ts';
export { type HashKind, hashIn, isHashOfNothing } from './enrichment/file-hash.ts';
export { type Lookup, lookUp, type Reading } from './enrichment/lookup.ts';
export { fitted, fittedAround, withoutLargest } from './enrichment/manager-event-size.ts';
export { managerLocation } from './enrichment/manager-location.ts';
export { cacheTimes, enrichmentSettings, quotaOf } from './enrichment/settings.ts';
export type { Judgement } from './enrichment/verdict-alert.ts';
export { firstJson } from './first-json.ts';
export { withMember } from './json-edit.ts';
export { memberBytes, memberText } from './json-member.ts';
export { idempotentHeaders, JSON_HEADERS, withOptions } from './message.ts';
export { publicAddress } from './public-address.ts';
export {
  attemptSeconds,
  failedLookup,
  type RequestSession,
  unanswered,
} from './request-session.ts';
export { retryAt } from './retry-after.ts';
export { accountName, addressBelow, isHost } from './service-address.ts';
export {
  apiKey,
  headerKey,
  hookUrl,
  messageSetting,
  openOptions,
  option,
  optionalHookUrl,
  secret,
  setting,
  yamlSetting,
} from './settings.ts';
export { CUT_MARK, cut, displayText, NOT_AVAILABLE, printable, scalarText } from './text.ts';
export { isoTime } from './time-span.ts';
