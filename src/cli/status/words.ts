export { bytesOf, spanOf } from '../../core/words.ts';
