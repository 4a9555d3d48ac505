import { Reflector } from '@nestjs/core';
import type { ApiRole } from './api-key.js';

/**
 * The role that a handler needs. A handler without it is closed to everybody.
 *
 * | role       | may                                                            |
 * | ---------- | -------------------------------------------------------------- |
 * | `viewer`   | read everything                                                |
 * | `operator` | also run jobs, and pause and resume them or the whole cluster  |
 * | `admin`    | also create and remove jobs                                    |
 */
export const Requires = Reflector.createDecorator<ApiRole>();
