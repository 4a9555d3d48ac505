import { FastifyAdapter } from '@nestjs/platform-fastify';

export const makeAdapter = () => new FastifyAdapter();
