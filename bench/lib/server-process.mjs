// The process of server.mjs.
import { createServer } from 'node:http';

const tell = (kind, value) => process.send({ kind, value });

let count = 0;
/** What the messages say that they cover, of those in the shape of Shuffle. */
const covered = { alone: 0, together: 0, messages: 0, notices: 0 };
let isWatching = false;
/** The count that someone waits for. */
let awaited = Number.POSITIVE_INFINITY;

// What Slack, PagerDuty and Shuffle all take for a success.
const ANSWER = 'ok';
const HEADERS = { 'content-type': 'text/plain', 'content-length': String(ANSWER.length) };

const server = createServer((request, response) => {
  if (isWatching) {
    isWatching = false;
    tell('arrival', String(process.hrtime.bigint()));
  }
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    // As whoever takes a message must, and as a proof that it arrived whole.
    cover(JSON.parse(Buffer.concat(chunks).toString()));
    count += 1;
    if (count >= awaited) tellReached();
    response.writeHead(request.url.startsWith('/pagerduty') ? 202 : 200, HEADERS).end(ANSWER);
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', 1024, () => tell('port', server.address().port));

function cover({ bundle, rule_id: rule }) {
  if (bundle !== undefined) {
    covered.messages += 1;
    covered.together += bundle.count;
  } else if (rule === 'integratord') covered.notices += 1;
  else covered.alone += 1;
}

function tellReached() {
  awaited = Number.POSITIVE_INFINITY;
  tell('reached', count);
}

process.on('message', ({ kind, value }) => {
  if (kind === 'count') tell('count', count);
  if (kind === 'covered') tell('covered', covered);
  if (kind === 'watch') {
    isWatching = true;
    tell('watch');
  }
  if (kind === 'reached') {
    awaited = value;
    if (count >= awaited) tellReached();
  }
});
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());
