// What npm runs before everything else: setup.mjs, once Node is known to be new enough to read it.
require('./node-version.cjs');

void import('./setup.mjs');
