import type { Letter } from '@/infrastructure/kafka/dead-letters/letter';
import type { LetterPosition } from '@/infrastructure/kafka/dead-letters/letter-queries';
import { timeText } from '@/infrastructure/http/validation';
import { mergePages, type PageOf } from '../merge-pages';

export type LetterPage = PageOf<Letter>;

/** Both parts are of fixed form, so that the texts sort like the list does. */
export const positionText = ({ firstFailedAt, id }: LetterPosition): string => `${firstFailedAt} ${id}`;

const POSITION = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export function isPosition(text: string): boolean {
  const position = positionOf(text);
  return position !== undefined && timeText.safeParse(position.firstFailedAt).success;
}

export function positionOf(text: string): LetterPosition | undefined {
  const [, firstFailedAt, id] = POSITION.exec(text) ?? [];
  return firstFailedAt === undefined || id === undefined ? undefined : { firstFailedAt, id };
}

export const mergeLetters = (pages: readonly LetterPage[], limit: number): LetterPage =>
  mergePages(pages, limit, positionText);
