import { Injectable, inject } from '@angular/core';
import { Router } from '@angular/router';
import { connect } from '@kerben/api';

/** Leads to the page of the second step as soon as the server asks for it, and back afterwards. */
@Injectable({ providedIn: 'root' })
export class SecondFactorWatch {
  private readonly router = inject(Router);

  watch(): void {
    connect({
      onResponse: async ({ response }) => {
        if (response.status === 403 && (await code(response)) === 'SECOND_FACTOR_REQUIRED') {
          const next = this.router.url;
          if (!next.startsWith('/second-factor')) {
            void this.router.navigate(['/second-factor'], { queryParams: { next } });
          }
        }
        return undefined;
      },
    });
  }
}

async function code(response: Response): Promise<unknown> {
  try {
    return ((await response.clone().json()) as { code?: unknown }).code;
  } catch {
    return undefined;
  }
}
