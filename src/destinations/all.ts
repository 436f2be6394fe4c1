/** Every destination that is built in: a new one is one line here. */
export { default as iris } from './iris/index.ts';
export { default as jira } from './jira/index.ts';
export { default as maltiverse } from './maltiverse/index.ts';
export { default as pagerduty } from './pagerduty/index.ts';
export { default as shuffle } from './shuffle/index.ts';
export { default as slack } from './slack/index.ts';
export { default as virustotal } from './virustotal/index.ts';
