import { readKafkaEnvironment } from '@/infrastructure/kafka/kafka.environment';

/** The base group itself; every other service has `<base>.<service>`. */
export const auditGroup = (): string => readKafkaEnvironment(process.env).KAFKA_CONSUMER_GROUP_ID;
