import { CreateTables1764000000001 } from './1-create-tables.js';
import { DynamicJobsAndAttempts1764000000002 } from './2-dynamic-jobs-and-attempts.js';
import { NothingStops1764000000003 } from './3-nothing-stops.js';
import { WhatPagesRead1764000000004 } from './4-what-pages-read.js';
import { BlockedNodes1764000000005 } from './5-blocked-nodes.js';
import { EndedSessions1764000000006 } from './6-ended-sessions.js';
import { Notifications1764000000007 } from './7-notifications.js';
import { LastOutcomes1764000000008 } from './8-last-outcomes.js';
import { ToldOnce1764000000009 } from './9-told-once.js';

/** In order. A migration that has been released is never changed, only followed by another. */
export const tasksMigrations = [
  CreateTables1764000000001,
  DynamicJobsAndAttempts1764000000002,
  NothingStops1764000000003,
  WhatPagesRead1764000000004,
  BlockedNodes1764000000005,
  EndedSessions1764000000006,
  Notifications1764000000007,
  LastOutcomes1764000000008,
  ToldOnce1764000000009,
];

/** What this build's code expects of the schema. */
export const SCHEMA_VERSION = tasksMigrations.length;
