import { Controller, Get } from '@nestjs/common';

/** Pages of a host, under names that ours have too. */
@Controller()
export class HostDocs {
  @Get('docs')
  docs(): string {
    return 'of the host';
  }

  @Get('openapi.json')
  openApi(): string {
    return 'of the host';
  }
}
