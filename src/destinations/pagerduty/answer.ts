import {
  classifyHttp,
  delivered,
  displayText,
  failed,
  firstJson,
  type HttpResponse,
  type Outcome,
  type Service,
} from '../sdk/index.ts';

const PAGERDUTY: Service = {
  title: 'PagerDuty',
  credential: 'api_key',
  advice:
    'Copy the integration key (32 characters) of an Events API v2 integration of the service into <api_key>, and reload. Accounts in the EU also need <hook_url>https://events.eu.pagerduty.com</hook_url>.',
};

/**
 * What PagerDuty's answer means: 202 is success, any other success status needs a success text. A
 * wrong key is distinguished from a wrong event by the text of the errors; both are 400.
 */
export function readPagerDuty(response: HttpResponse, now: number): Outcome {
  const { status } = response;
  if (status >= 200 && status < 300) {
    const says = firstJson(response.body)?.['status'];
    const isSuccess = says === undefined ? status === 202 : says === 'success';
    if (isSuccess) return delivered(response);
    return failed(
      response,
      {
        kind: 'retry',
        reason: 'server_error',
        message: `PagerDuty answered with status ${status}, but did not confirm the event. A proxy may be answering instead. It will be retried.`,
      },
      now,
    );
  }
  if (status !== 400) return classifyHttp(response, PAGERDUTY, now);
  const errors = complaints(response);
  if (/routing[ _]key/i.test(errors)) {
    return failed(
      response,
      {
        kind: 'park',
        reason: 'auth',
        message: `PagerDuty does not accept the key (HTTP 400). ${PAGERDUTY.advice}`,
      },
      now,
    );
  }
  const which = errors === '' ? '' : `: ${errors}`;
  return failed(
    response,
    {
      kind: 'reject',
      reason: 'client_error',
      message: `PagerDuty does not accept this event (HTTP 400)${which}. Inspect it with the command preview, and check <options> if they are set.`,
    },
    now,
  );
}

/** What PagerDuty says is wrong, in one line; empty when it does not say. */
export function complaints({ body }: HttpResponse): string {
  const json = firstJson(body);
  const errors = json?.['errors'];
  const list = Array.isArray(errors) ? errors : [errors, json?.['message']];
  const texts = list.flatMap((error) => displayText(error ?? undefined) ?? []);
  return texts.join('; ');
}
