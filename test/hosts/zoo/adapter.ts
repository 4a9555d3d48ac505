/** Each host of the zoo has one adapter installed, and this file leads to it. */
export { makeAdapter } from './express/adapter.js';
