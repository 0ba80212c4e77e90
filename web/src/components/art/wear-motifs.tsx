import type { Palette } from './palettes';

export const shirt = ({ main, dark, light }: Palette) => (
  <>
    <path d="M80 46l-38 22 14 32 14-6v64h60V94l14 6 14-32-38-22c-6 14-34 14-40 0z" fill={main} />
    <path d="M80 46c6 14 34 14 40 0" fill="none" stroke={dark} strokeWidth="6" />
    <path d="M70 128h60M70 140h60" stroke={light} strokeWidth="5" opacity=".6" />
  </>
);

export const scarf = ({ main, dark, light }: Palette) => (
  <>
    <path d="M62 60c20 22 56 22 76 0l10 20c-26 26-70 26-96 0z" fill={main} />
    <path d="M104 94l30-12 10 76h-34z" fill={main} />
    <path d="M110 128l31-3M108 114l30-5" stroke={light} strokeWidth="6" />
    <path
      d="M112 158v10M122 158v10M132 158v10M142 157v10"
      stroke={dark}
      strokeWidth="4"
      strokeLinecap="round"
    />
  </>
);

export const beanie = ({ main, dark, light }: Palette) => (
  <>
    <circle cx="100" cy="48" r="15" fill={light} />
    <path d="M52 122c0-44 20-66 48-66s48 22 48 66z" fill={main} />
    <path
      d="M80 66c-8 14-10 32-10 48M100 60v54M120 66c8 14 10 32 10 48"
      fill="none"
      stroke={dark}
      strokeWidth="4"
      opacity=".35"
    />
    <rect x="44" y="112" width="112" height="36" rx="13" fill={dark} />
    <path
      d="M64 120v20M82 120v20M100 120v20M118 120v20M136 120v20"
      stroke={main}
      strokeWidth="5"
      strokeLinecap="round"
      opacity=".7"
    />
  </>
);

export const bag = ({ main, dark, light }: Palette) => (
  <>
    <path d="M76 80V68a24 24 0 0 1 48 0v12" fill="none" stroke={dark} strokeWidth="8" />
    <path d="M54 76h92l8 82H46z" fill={main} />
    <path d="M76 92v6M124 92v6" stroke={light} strokeWidth="7" strokeLinecap="round" />
    <path d="M49 134h102" stroke={dark} strokeWidth="5" opacity=".35" />
  </>
);

export const backpack = ({ main, dark, light }: Palette) => (
  <>
    <path d="M84 56V48a16 16 0 0 1 32 0v8" fill="none" stroke={dark} strokeWidth="7" />
    <path d="M58 92c-14 4-16 24-14 50M142 92c14 4 16 24 14 50" fill="none" stroke={dark} strokeWidth="8" />
    <path d="M56 92c0-26 18-40 44-40s44 14 44 40v54a14 14 0 0 1-14 14H70a14 14 0 0 1-14-14z" fill={main} />
    <rect x="70" y="108" width="60" height="38" rx="9" fill={dark} opacity=".55" />
    <path d="M70 120h60" stroke={light} strokeWidth="4" />
    <path d="M84 80h32" stroke={light} strokeWidth="6" strokeLinecap="round" />
  </>
);
