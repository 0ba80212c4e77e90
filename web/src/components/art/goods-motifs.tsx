import type { Palette } from './palettes';

export const book = ({ main, dark, light }: Palette) => (
  <>
    <path d="M64 46h72a8 8 0 0 1 8 8v92H72a14 14 0 0 1-14-14V52a6 6 0 0 1 6-6z" fill={main} />
    <path d="M72 132h72v22H72a11 11 0 0 1 0-22z" fill={light} />
    <path d="M72 132h72v5H72zM72 149h72v5H72z" fill={dark} />
    <path d="M82 68h44M82 82h30" stroke={light} strokeWidth="6" strokeLinecap="round" />
  </>
);

export const pen = ({ main, dark, light }: Palette) => (
  <>
    <rect x="50" y="48" width="74" height="104" rx="6" fill={light} />
    <path
      d="M64 74h46M64 92h46M64 110h30"
      stroke={main}
      strokeWidth="4"
      strokeLinecap="round"
      opacity=".55"
    />
    <path d="M146 52l14 12-50 62-18 8 4-20z" fill={main} />
    <path d="M92 134l4-20 14 12z" fill={dark} />
  </>
);

export const headphones = ({ main, dark, light }: Palette) => (
  <>
    <path d="M54 118V102a46 46 0 0 1 92 0v16" fill="none" stroke={dark} strokeWidth="10" />
    <rect x="44" y="106" width="28" height="46" rx="12" fill={main} />
    <rect x="128" y="106" width="28" height="46" rx="12" fill={main} />
    <path d="M66 114v30M134 114v30" stroke={light} strokeWidth="5" strokeLinecap="round" opacity=".6" />
  </>
);

export const speaker = ({ main, dark, light }: Palette) => (
  <>
    <rect x="60" y="40" width="80" height="120" rx="16" fill={main} />
    <circle cx="100" cy="114" r="28" fill={dark} />
    <circle cx="100" cy="114" r="12" fill={light} opacity=".7" />
    <circle cx="100" cy="66" r="11" fill={dark} />
  </>
);

export const keyboard = ({ main, dark, light }: Palette) => (
  <>
    <rect x="34" y="72" width="132" height="62" rx="12" fill={dark} />
    {[0, 1, 2].map((row) =>
      [0, 1, 2, 3, 4, 5, 6].map((column) => (
        <rect
          key={`${row}-${column}`}
          x={44 + column * 16.4}
          y={82 + row * 15}
          width="12.5"
          height="11"
          rx="3"
          fill={(row + column) % 5 === 0 ? main : light}
        />
      )),
    )}
  </>
);

export const cable = ({ main, dark, light }: Palette) => (
  <>
    <path d="M70 58v34c0 40 60 10 60 50" fill="none" stroke={dark} strokeWidth="8" strokeLinecap="round" />
    <rect x="54" y="42" width="32" height="36" rx="8" fill={main} />
    <path d="M62 42V30M78 42V30" stroke={dark} strokeWidth="6" strokeLinecap="round" />
    <rect x="114" y="128" width="32" height="34" rx="8" fill={main} />
    <path d="M124 138h12" stroke={light} strokeWidth="5" strokeLinecap="round" />
  </>
);

export const clock = ({ main, dark, light }: Palette) => (
  <>
    <circle cx="100" cy="100" r="56" fill={main} />
    <circle cx="100" cy="100" r="45" fill={light} />
    <path
      d="M100 70v32l20 13"
      fill="none"
      stroke={dark}
      strokeWidth="6"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
    <circle cx="100" cy="100" r="5" fill={main} />
  </>
);

export const bottle = ({ main, dark, light }: Palette) => (
  <>
    <rect x="86" y="34" width="28" height="20" rx="5" fill={dark} />
    <path
      d="M88 52h24v14c12 6 18 14 18 28v54a12 12 0 0 1-12 12H82a12 12 0 0 1-12-12V94c0-14 6-22 18-28z"
      fill={main}
    />
    <path d="M70 102h60v30H70z" fill={light} opacity=".8" />
    <path d="M84 117h32" stroke={dark} strokeWidth="4" strokeLinecap="round" />
  </>
);

export const tent = ({ main, dark, light }: Palette) => (
  <>
    <path d="M100 46l66 106H34z" fill={main} />
    <path d="M100 46l66 106h-40z" fill={dark} opacity=".45" />
    <path d="M100 84l24 68H76z" fill={light} />
    <path d="M100 84v68" stroke={dark} strokeWidth="4" />
  </>
);

export const ball = ({ main, dark, light }: Palette) => (
  <>
    <circle cx="100" cy="102" r="54" fill={main} />
    <path
      d="M52 80c30 14 66 14 96 0M52 126c30-14 66-14 96 0M100 48v108"
      fill="none"
      stroke={light}
      strokeWidth="5"
      opacity=".75"
    />
    <ellipse cx="100" cy="162" rx="44" ry="5" fill={dark} opacity=".25" />
  </>
);

export const blocks = ({ main, dark, light }: Palette) => (
  <>
    <rect x="48" y="104" width="50" height="50" rx="8" fill={main} />
    <rect x="104" y="104" width="50" height="50" rx="8" fill={dark} />
    <rect x="76" y="48" width="50" height="50" rx="8" fill={light} />
    <circle cx="101" cy="73" r="12" fill={main} />
    <path d="M73 116l13 24H60z" fill={light} />
    <path d="M118 129h22M129 118v22" stroke={light} strokeWidth="6" strokeLinecap="round" />
  </>
);

export const shapes = ({ main, dark, light }: Palette) => (
  <>
    <circle cx="82" cy="88" r="38" fill={main} />
    <path d="M112 62h44v88a44 44 0 0 1-44-44z" fill={dark} opacity=".85" />
    <path d="M54 154a32 32 0 0 1 64 0z" fill={light} />
  </>
);

export const monitor = ({ main, dark, light }: Palette) => (
  <>
    <rect x="48" y="44" width="104" height="70" rx="9" fill={dark} />
    <rect x="56" y="52" width="88" height="54" rx="4" fill={light} />
    <path d="M68 92l18-20 14 14 12-10 18 16z" fill={main} opacity=".7" />
    <path d="M92 114h16v18H92z" fill={dark} />
    <rect x="40" y="132" width="120" height="12" rx="5" fill={main} />
    <path d="M52 144h12v16H52zM136 144h12v16h-12z" fill={main} />
  </>
);

export const mat = ({ main, dark, light }: Palette) => (
  <>
    <path d="M70 128h96v26H70z" fill={main} />
    <path d="M84 128v26M152 128v26" stroke={light} strokeWidth="4" opacity=".6" />
    <circle cx="72" cy="118" r="36" fill={dark} />
    <circle cx="72" cy="118" r="27" fill={main} />
    <circle cx="72" cy="118" r="18" fill={dark} />
    <circle cx="72" cy="118" r="9" fill={light} />
  </>
);

export const jar = ({ main, dark, light }: Palette) => (
  <>
    <rect x="70" y="44" width="60" height="20" rx="6" fill={dark} />
    <path
      d="M66 66h68c10 8 12 16 12 26v50a16 16 0 0 1-16 16H70a16 16 0 0 1-16-16V92c0-10 2-18 12-26z"
      fill={light}
    />
    <path d="M54 104c14-8 30 6 46 0s30-6 46 0v38a16 16 0 0 1-16 16H70a16 16 0 0 1-16-16z" fill={main} />
    <rect x="78" y="112" width="44" height="26" rx="5" fill={light} />
    <path d="M88 125h24" stroke={dark} strokeWidth="4" strokeLinecap="round" />
  </>
);
