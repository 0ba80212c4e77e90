export const MIN_PASSWORD_LENGTH = 8;
export const MAX_PASSWORD_LENGTH = 200;

/** Addresses are compared without regard to case and surrounding blanks. */
export const normaliseEmail = (email: string): string => email.trim().toLowerCase();
