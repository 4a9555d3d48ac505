import { ExpressAdapter } from '@nestjs/platform-express';

export const makeAdapter = () => new ExpressAdapter();
