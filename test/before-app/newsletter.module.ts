import { Module } from '@nestjs/common';
import { Mailer } from './mailer.js';
import { NewsletterService } from './newsletter.service.js';
import { scheduling } from './scheduling.js';

@Module({ imports: [scheduling()], providers: [NewsletterService, Mailer] })
export class NewsletterModule {}
