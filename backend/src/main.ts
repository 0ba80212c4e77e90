import 'reflect-metadata';
import { startPlatform } from './application';

await startPlatform(process.env);
