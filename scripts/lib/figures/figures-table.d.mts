export declare function withFigures(page: string, figures: unknown): string;
