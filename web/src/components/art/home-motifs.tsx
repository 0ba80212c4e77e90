import type { Palette } from './palettes';

export const mug = ({ main, dark, light }: Palette) => (
  <>
    <path d="M136 88h12a18 18 0 0 1 0 44h-14" fill="none" stroke={dark} strokeWidth="9" />
    <path d="M60 76h78v56a22 22 0 0 1-22 22H82a22 22 0 0 1-22-22z" fill={main} />
    <path d="M60 76h78v14H60z" fill={light} opacity=".35" />
    <path
      d="M84 62c-7-9 6-13 0-23M108 62c-7-9 6-13 0-23"
      fill="none"
      stroke={dark}
      strokeWidth="4"
      strokeLinecap="round"
      opacity=".45"
    />
  </>
);

export const kettle = ({ main, dark, light }: Palette) => (
  <>
    <path d="M64 84c0-44 72-44 72 0" fill="none" stroke={dark} strokeWidth="8" strokeLinecap="round" />
    <path d="M136 108l26-20 6 8-24 34z" fill={main} />
    <path d="M56 148c-6-40 12-66 44-66s50 26 44 66z" fill={main} />
    <circle cx="100" cy="78" r="7" fill={dark} />
    <path
      d="M70 140c-2-24 6-40 20-46"
      fill="none"
      stroke={light}
      strokeWidth="6"
      strokeLinecap="round"
      opacity=".6"
    />
    <path d="M54 148h92v8H54z" fill={dark} />
  </>
);

export const bowl = ({ main, dark, light }: Palette) => (
  <>
    <ellipse cx="100" cy="92" rx="56" ry="14" fill={dark} />
    <path d="M44 92c2 38 26 58 56 58s54-20 56-58c-16 18-96 18-112 0z" fill={main} />
    <path
      d="M58 112c6 16 16 25 30 29"
      fill="none"
      stroke={light}
      strokeWidth="6"
      strokeLinecap="round"
      opacity=".6"
    />
    <path d="M82 150h36v8H82z" fill={dark} />
  </>
);

export const pan = ({ main, dark, light }: Palette) => (
  <>
    <path d="M126 84l44-36" stroke={dark} strokeWidth="13" strokeLinecap="round" />
    <circle cx="90" cy="112" r="50" fill={dark} />
    <circle cx="90" cy="112" r="40" fill={main} />
    <path
      d="M64 108a28 28 0 0 1 22-24"
      fill="none"
      stroke={light}
      strokeWidth="6"
      strokeLinecap="round"
      opacity=".7"
    />
  </>
);

export const board = ({ main, dark, light }: Palette) => (
  <>
    <rect x="56" y="66" width="88" height="94" rx="14" fill={main} />
    <path d="M88 70V46a12 12 0 0 1 24 0v24z" fill={main} />
    <circle cx="100" cy="50" r="5" fill={light} />
    <path
      d="M72 84v58M92 84v44M112 84v60M128 92v40"
      stroke={dark}
      strokeWidth="3"
      opacity=".35"
      strokeLinecap="round"
    />
  </>
);

export const lamp = ({ main, dark, light }: Palette) => (
  <>
    <path d="M100 96v54" stroke={dark} strokeWidth="7" />
    <path d="M76 46h48l24 54H52z" fill={main} />
    <path d="M52 100h96l10 50H42z" fill={light} opacity=".5" />
    <path d="M72 150h56v9H72z" fill={dark} />
  </>
);

export const chair = ({ main, dark }: Palette) => (
  <>
    <path
      d="M70 122l-8 38M130 122l8 38M82 122v38M118 122v38"
      stroke={dark}
      strokeWidth="7"
      strokeLinecap="round"
    />
    <rect x="66" y="42" width="68" height="58" rx="16" fill={main} />
    <path d="M84 96h32v16H84z" fill={dark} />
    <rect x="58" y="106" width="84" height="20" rx="9" fill={main} />
  </>
);

export const plant = ({ main, dark, light }: Palette) => (
  <>
    <path d="M100 112C70 108 58 84 62 58c26 2 40 22 38 54z" fill={main} />
    <path d="M100 112c-4-40 12-66 42-70 6 34-10 62-42 70z" fill={main} opacity=".75" />
    <path
      d="M100 112c0-18-6-32-20-42M100 112c4-22 14-38 30-54"
      fill="none"
      stroke={light}
      strokeWidth="3"
      opacity=".7"
    />
    <path d="M70 110h60l-8 50H78z" fill={dark} />
  </>
);

export const vase = ({ main, dark, light }: Palette) => (
  <>
    <path
      d="M104 76c2-20 10-32 24-40M98 76c-4-16-12-26-24-32"
      fill="none"
      stroke={dark}
      strokeWidth="3.5"
      strokeLinecap="round"
    />
    <circle cx="130" cy="36" r="9" fill={main} />
    <circle cx="72" cy="42" r="7" fill={main} />
    <path d="M86 72h28c-2 18 24 28 24 56 0 22-16 32-38 32s-38-10-38-32c0-28 26-38 24-56z" fill={main} />
    <path
      d="M74 130c0-14 8-22 14-30"
      fill="none"
      stroke={light}
      strokeWidth="6"
      strokeLinecap="round"
      opacity=".6"
    />
  </>
);

export const candle = ({ main, dark, light }: Palette) => (
  <>
    <path d="M100 38c12 14 12 26 0 32-12-6-12-18 0-32z" fill={main} />
    <path d="M100 66v20" stroke={dark} strokeWidth="4" />
    <rect x="66" y="84" width="68" height="74" rx="10" fill={light} />
    <rect x="66" y="108" width="68" height="30" fill={main} opacity=".85" />
    <path d="M80 123h40" stroke={light} strokeWidth="4" strokeLinecap="round" />
  </>
);

export const textile = ({ main, dark, light }: Palette) => (
  <>
    <rect x="48" y="112" width="104" height="34" rx="12" fill={dark} />
    <rect x="52" y="82" width="96" height="34" rx="12" fill={main} />
    <rect x="56" y="54" width="88" height="32" rx="12" fill={light} />
    <path d="M70 54v32M84 54v32" stroke={main} strokeWidth="5" />
    <path d="M66 99h68" stroke={light} strokeWidth="4" strokeDasharray="6 7" />
  </>
);
