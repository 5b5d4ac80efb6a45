import { ChangeDetectionStrategy, Component } from '@angular/core';

interface Stall {
  x: number;
  cloth: string;
  goods: readonly { x: number; y: number; r: number; tone: string }[];
}

/** Rows of round goods, heaped: `tones` from the lowest row up. */
function heap(left: number, base: number, r: number, rows: readonly (readonly string[])[]) {
  return rows.flatMap((row, level) =>
    row.map((tone, n) => ({ x: left + level * r + n * r * 2, y: base - r - level * r * 1.6, r, tone })),
  );
}

/** A row of stalls in the morning under the Ala-Too: the drawing of the first page. */
@Component({
  selector: 'k-bazaar-scene',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { 'aria-hidden': 'true' },
  template: `
    <svg viewBox="0 0 640 260" preserveAspectRatio="xMaxYMax slice" width="640" height="260">
      <circle class="glow" cx="452" cy="104" r="92" />
      <circle class="sun" cx="452" cy="104" r="46" />
      <path
        class="far"
        d="M0 170 58 118l26 22 54-66 44 50 30-26 56 58 40-44 62-70 50 62 34-30 58 52 48-58 80 74v60H0z"
      />
      <path
        class="snow"
        d="m138 74 44 50-16-4-12 12-16-14-14 14-14-20zM370 42l50 62-18-6-16 14-16-18-18 10-16-22z"
      />
      <path class="near" d="M0 190c70-30 130-34 210-18s140 18 220-6 150-20 210 2v92H0z" />
      @for (stall of stalls; track stall.x) {
        <g [attr.transform]="'translate(' + stall.x + ' 0)'">
          <path class="pole" d="M10 128v112M186 128v112" />
          <path class="shade" d="M10 150h176v54H10z" />
          @for (good of stall.goods; track $index) {
            <circle [attr.class]="good.tone" [attr.cx]="good.x" [attr.cy]="good.y" [attr.r]="good.r" />
          }
          <path class="counter" d="M2 204h192v56H2z" />
          <path class="board" d="M2 204h192v9H2z" />
          <g [attr.class]="stall.cloth">
            @for (n of stripes; track n) {
              <path
                [class.light]="n % 2 === 1"
                [attr.d]="
                  'M' + (22 + n * 19) + ' 104h19L' + 24.5 * (n + 1) + ' 146a12.25 12.25 0 0 1-24.5 0z'
                "
              />
            }
          </g>
        </g>
      }
      <path class="ground" d="M0 256h640v4H0z" />
    </svg>
  `,
  styles: `
    :host {
      display: block;
    }
    svg {
      width: 100%;
      height: 100%;
    }
    .glow {
      fill: light-dark(#fde6bd, #4a371a);
    }
    .sun {
      fill: light-dark(#f3b75a, #c98a35);
    }
    .far {
      fill: light-dark(#c9d8da, #2b383d);
    }
    .snow {
      fill: light-dark(#fffdf8, #4d5c61);
    }
    .near {
      fill: light-dark(#b7cbb0, #26332b);
    }
    .pole {
      stroke: light-dark(#7a5a3c, #5c4632);
      stroke-width: 5;
      fill: none;
    }
    .shade {
      fill: light-dark(#6b4a33, #241a13);
      opacity: 0.32;
    }
    .counter {
      fill: light-dark(#c08a55, #4d3722);
    }
    .board {
      fill: light-dark(#d9a56f, #6a4d31);
    }
    .ground {
      fill: light-dark(#dcc9ab, #2a231b);
    }
    .felt path {
      fill: light-dark(#a8322a, #9c3d34);
    }
    .apricot path {
      fill: light-dark(#e2972f, #b97b2a);
    }
    .juniper path {
      fill: light-dark(#2b7353, #2f6a50);
    }
    .felt .light,
    .apricot .light,
    .juniper .light {
      fill: light-dark(#fff7ea, #cdbfa9);
    }
    .apple {
      fill: light-dark(#c8453a, #a5463c);
    }
    .orange {
      fill: light-dark(#ee9f35, #bd8030);
    }
    .pear {
      fill: light-dark(#a9b84a, #7d8a3a);
    }
    .plum {
      fill: light-dark(#6d4a78, #57405f);
    }
    .bread {
      fill: light-dark(#d9a35c, #9a7341);
    }
    .cream {
      fill: light-dark(#f5e4c3, #a8997c);
    }
  `,
})
export class BazaarScene {
  protected readonly stripes = [0, 1, 2, 3, 4, 5, 6, 7];
  protected readonly stalls: readonly Stall[] = [
    {
      x: 8,
      cloth: 'felt',
      goods: [
        ...heap(30, 206, 11, [['apple', 'apple', 'apple', 'apple'], ['apple', 'apple', 'apple'], ['apple']]),
        ...heap(128, 206, 10, [
          ['pear', 'pear', 'pear'],
          ['pear', 'pear'],
        ]),
      ],
    },
    {
      x: 222,
      cloth: 'apricot',
      goods: [
        ...heap(34, 206, 14, [['bread', 'bread', 'bread'], ['bread', 'bread'], ['bread']]),
        ...heap(138, 206, 9, [['cream', 'cream', 'cream'], ['cream', 'cream'], ['cream']]),
      ],
    },
    {
      x: 436,
      cloth: 'juniper',
      goods: [
        ...heap(26, 206, 9, [
          ['plum', 'plum', 'plum', 'plum'],
          ['plum', 'plum', 'plum'],
          ['plum', 'plum'],
        ]),
        ...heap(112, 206, 11, [['orange', 'orange', 'orange'], ['orange', 'orange'], ['orange']]),
      ],
    },
  ];
}
