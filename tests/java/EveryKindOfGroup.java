import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;

/** Leaves in a cluster: topics with records in every codec, configurations, one group of each kind with offsets,
 *  committed, aborted and transactional offsets, and one transaction that stays open. Prints `done` at the end. */
public class EveryKindOfGroup {
    static final String STRING = "org.apache.kafka.common.serialization.StringSerializer";
    static final String FROM_STRING = "org.apache.kafka.common.serialization.StringDeserializer";
    static String bootstrap;

    public static void main(String[] arguments) throws Exception {
        bootstrap = arguments[0];
        topics();
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) produce(codec);
        consume("classic-group", "classic");
        consume("consumer-group", "consumer");
        share();
        streams();
        transactions();
        System.out.println("done");
        System.out.flush();
        Runtime.getRuntime().halt(0); // the open transaction stays open
    }

    static Properties properties(String... pairs) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        for (int i = 0; i < pairs.length; i += 2) properties.put(pairs[i], pairs[i + 1]);
        return properties;
    }

    static KafkaProducer<String, String> producer(String... pairs) {
        Properties properties = properties(pairs);
        properties.put("key.serializer", STRING);
        properties.put("value.serializer", STRING);
        return new KafkaProducer<>(properties);
    }

    static void topics() throws Exception {
        try (Admin admin = Admin.create(properties())) {
            admin.createTopics(List.of(
                new NewTopic("plain", 3, (short) 1),
                new NewTopic("compacted", 1, (short) 1).configs(Map.of("cleanup.policy", "compact")),
                new NewTopic("transactional", 1, (short) 1),
                new NewTopic("out", 1, (short) 1))).all().get();
            admin.incrementalAlterConfigs(Map.of(
                new ConfigResource(ConfigResource.Type.TOPIC, "plain"),
                List.of(new AlterConfigOp(new ConfigEntry("retention.ms", "123456789"), AlterConfigOp.OpType.SET)),
                new ConfigResource(ConfigResource.Type.GROUP, "share-group"),
                List.of(new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET))
            )).all().get();
        }
    }

    static void produce(String codec) throws Exception {
        try (KafkaProducer<String, String> producer = producer("compression.type", codec)) {
            for (int i = 0; i < 20; i++) {
                producer.send(new ProducerRecord<>("plain", i % 3, "key" + i, codec + i)).get();
                producer.send(new ProducerRecord<>("compacted", 0, "key" + i % 5, codec + i)).get();
            }
        }
    }

    static Properties consumer(String... pairs) {
        Properties properties = properties(pairs);
        properties.put("key.deserializer", FROM_STRING);
        properties.put("value.deserializer", FROM_STRING);
        return properties;
    }

    static void consume(String group, String protocol) {
        Properties properties = consumer("group.id", group, "group.protocol", protocol, "enable.auto.commit", "false");
        properties.put("auto.offset.reset", "earliest");
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(properties)) {
            consumer.subscribe(List.of("plain"));
            int seen = 0;
            while (seen < 100) seen += consumer.poll(Duration.ofMillis(200)).count();
            consumer.commitSync();
        }
    }

    static void share() {
        Properties properties = consumer("group.id", "share-group");
        try (KafkaShareConsumer<String, String> consumer = new KafkaShareConsumer<>(properties)) {
            consumer.subscribe(List.of("plain"));
            int seen = 0;
            for (int i = 0; i < 100 && seen < 10; i++)
                for (ConsumerRecord<String, String> ignored : consumer.poll(Duration.ofMillis(200))) seen++;
            consumer.commitSync(Duration.ofSeconds(10));
        }
    }

    static void streams() throws Exception {
        StreamsBuilder builder = new StreamsBuilder();
        builder.<String, String>stream("plain").to("out");
        Properties properties = properties(StreamsConfig.APPLICATION_ID_CONFIG, "streams-group", "group.protocol", "streams");
        properties.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        properties.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.StringSerde.class);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "100");
        properties.put("auto.offset.reset", "earliest");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, System.getProperty("java.io.tmpdir") + "/streams-" + System.nanoTime());
        KafkaStreams streams = new KafkaStreams(builder.build(), properties);
        streams.start();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(consumer())) {
            consumer.assign(List.of(new TopicPartition("out", 0)));
            consumer.seekToBeginning(List.of(new TopicPartition("out", 0)));
            int seen = 0;
            for (int i = 0; i < 200 && seen < 100; i++) seen += consumer.poll(Duration.ofMillis(200)).count();
        }
        Thread.sleep(1000);
        streams.close(Duration.ofSeconds(10));
    }

    @SuppressWarnings("removal") // the way without a consumer
    static ConsumerGroupMetadata transactionalGroup() {
        return new ConsumerGroupMetadata("transactional-group");
    }

    static void transactions() throws Exception {
        TopicPartition from = new TopicPartition("plain", 0);
        KafkaProducer<String, String> producer = producer("transactional.id", "finished", "transaction.timeout.ms", "60000");
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("transactional", "a", "committed")).get();
        producer.sendOffsetsToTransaction(Map.of(from, new OffsetAndMetadata(7, "in a transaction")),
            transactionalGroup());
        producer.commitTransaction();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("transactional", "b", "aborted")).get();
        producer.sendOffsetsToTransaction(Map.of(from, new OffsetAndMetadata(9)),
            transactionalGroup());
        producer.abortTransaction();
        producer.close();
        KafkaProducer<String, String> open = producer("transactional.id", "open", "transaction.timeout.ms", "900000");
        open.initTransactions();
        open.beginTransaction();
        open.send(new ProducerRecord<>("transactional", "c", "undecided")).get();
        open.sendOffsetsToTransaction(Map.of(from, new OffsetAndMetadata(11)),
            transactionalGroup());
        open.flush();
    }
}
