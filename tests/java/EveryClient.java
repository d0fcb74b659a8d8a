import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Kafka's Java producer, consumer and admin client do their work on the broker that is given. */
public class EveryClient {
    static final long START_MS = 1_700_000_000_000L;
    static String bootstrap;

    public static void main(String[] arguments) throws Exception {
        bootstrap = arguments[0];
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            topics(admin);
            produceWithEveryCodec();
            seekAndCommit(admin);
            offsetsForTimes(admin);
            for (String assignor : List.of(RangeAssignor.class.getName(), CooperativeStickyAssignor.class.getName())) {
                rebalance(admin, assignor);
            }
            staticMember(admin);
            deleteGroupsAndTopics(admin);
        }
        transactionsAreRefusedAtOnce();
        System.out.println("done");
    }

    static void topics(Admin admin) throws Exception {
        NewTopic work = new NewTopic("work", 4, (short) 1).configs(Map.of("retention.ms", "-1"));
        admin.createTopics(List.of(work, new NewTopic("small", Optional.of(1), Optional.empty()))).all().get();
        check(admin.listTopics().names().get().containsAll(Set.of("work", "small")), "topics are listed");
        try {
            admin.createTopics(List.of(work)).all().get();
            throw new IllegalStateException("a topic was created twice");
        } catch (ExecutionException failure) {
            check(failure.getCause() instanceof TopicExistsException, "a topic exists");
        }
        admin.createPartitions(Map.of("small", NewPartitions.increaseTo(3))).all().get();
        int partitions = admin.describeTopics(List.of("small")).allTopicNames().get().get("small").partitions().size();
        check(partitions == 3, "partitions are added");
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, "work");
        AlterConfigOp operation =
            new AlterConfigOp(new ConfigEntry("max.message.bytes", "200000"), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Map.of(resource, List.of(operation))).all().get();
        eventually("a topic is configured", () -> configured(admin, resource, "max.message.bytes").equals("200000"));
        check(configured(admin, resource, "retention.ms").equals("-1"), "a topic keeps its configuration");
        check(admin.describeCluster().nodes().get().size() == 1, "the cluster has one node");
        check(!admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1).isEmpty(), "directories are described");
        check(admin.describeMetadataQuorum().quorumInfo().get().leaderId() == 1, "the quorum is described");
        check(admin.describeFeatures().featureMetadata().get().finalizedFeatures().containsKey("metadata.version"),
            "features are described");
    }

    static String configured(Admin admin, ConfigResource resource, String key) throws Exception {
        return admin.describeConfigs(List.of(resource)).all().get().get(resource).get(key).value();
    }

    static void produceWithEveryCodec() throws Exception {
        Map<Integer, Long> next = new HashMap<>();
        for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            try (KafkaProducer<String, String> producer = producer(Map.of("compression.type", codec))) {
                for (int number = 0; number < 40; number++) {
                    int partition = number % 4;
                    ProducerRecord<String, String> record = new ProducerRecord<>(
                        "work", partition, START_MS + number, "k" + number, codec + "-".repeat(200) + number);
                    record.headers().add("codec", codec.getBytes());
                    RecordMetadata metadata = producer.send(record).get();
                    check(metadata.offset() == next.getOrDefault(partition, 0L), "offsets follow each other");
                    next.put(partition, metadata.offset() + 1);
                }
            }
        }
    }

    static void seekAndCommit(Admin admin) throws Exception {
        TopicPartition first = new TopicPartition("work", 0);
        try (KafkaConsumer<String, String> consumer = consumer("seekers", Map.of())) {
            consumer.assign(List.of(first));
            check(consumer.endOffsets(List.of(first)).get(first) == 50, "the end is known");
            consumer.seek(first, 20);
            ConsumerRecord<String, String> record = consumer.poll(Duration.ofSeconds(10)).iterator().next();
            check(record.offset() == 20 && record.value().startsWith("snappy"), "a consumer seeks");
            check(new String(record.headers().lastHeader("codec").value()).equals("snappy"), "headers are kept");
            consumer.seekToEnd(List.of(first));
            check(consumer.position(first) == 50, "a consumer goes to the end");
            consumer.commitSync(Map.of(first, new OffsetAndMetadata(17, Optional.of(0), "why")));
            OffsetAndMetadata committed = consumer.committed(Set.of(first)).get(first);
            check(committed.offset() == 17 && committed.metadata().equals("why"), "an offset is committed");
        }
        Map<TopicPartition, OffsetAndMetadata> offsets =
            admin.listConsumerGroupOffsets("seekers").partitionsToOffsetAndMetadata().get();
        check(offsets.get(first).offset() == 17, "the admin sees what is committed");
        admin.alterConsumerGroupOffsets("seekers", Map.of(first, new OffsetAndMetadata(30))).all().get();
        offsets = admin.listConsumerGroupOffsets("seekers").partitionsToOffsetAndMetadata().get();
        check(offsets.get(first).offset() == 30, "the admin moves what is committed");
    }

    static void offsetsForTimes(Admin admin) throws Exception {
        TopicPartition first = new TopicPartition("work", 0);
        try (KafkaConsumer<String, String> consumer = consumer("times", Map.of())) {
            check(consumer.offsetsForTimes(Map.of(first, START_MS + 5)).get(first).offset() == 2, "a time is found");
            check(consumer.offsetsForTimes(Map.of(first, START_MS + 500)).get(first) == null, "a late time is not");
            check(consumer.beginningOffsets(List.of(first)).get(first) == 0, "the beginning is known");
        }
        long newest = admin.listOffsets(Map.of(first, OffsetSpec.maxTimestamp())).all().get().get(first).offset();
        check(newest == 9, "the largest timestamp is found, but was at " + newest);
        admin.deleteRecords(Map.of(first, RecordsToDelete.beforeOffset(3))).all().get();
        check(admin.listOffsets(Map.of(first, OffsetSpec.earliest())).all().get().get(first).offset() == 3,
            "records are deleted");
    }

    /** Two members share, one leaves, the other has all; every record is read. */
    static void rebalance(Admin admin, String assignor) throws Exception {
        String group = "pair-" + assignor.substring(assignor.lastIndexOf('.') + 1);
        Map<String, Object> settings = Map.of("partition.assignment.strategy", assignor);
        Set<String> read = new HashSet<>();
        List<TopicPartition> lost = new ArrayList<>();
        try (KafkaConsumer<String, String> one = consumer(group, settings)) {
            one.subscribe(List.of("work"), new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    lost.addAll(partitions);
                }

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) { }
            });
            eventually("one has all", () -> {
                poll(one, read);
                return one.assignment().size() == 4;
            });
            try (KafkaConsumer<String, String> two = consumer(group, settings)) {
                two.subscribe(List.of("work"));
                eventually("two share", () -> {
                    poll(one, read);
                    poll(two, read);
                    return one.assignment().size() == 2 && two.assignment().size() == 2;
                });
                boolean eager = assignor.equals(RangeAssignor.class.getName());
                check(lost.size() == (eager ? 4 : 2), "an eager member gives up all, a cooperative what it must");
                check(admin.describeConsumerGroups(List.of(group)).all().get().get(group).members().size() == 2,
                    "a group is described");
                two.commitSync();
            }
            eventually("one has all again and has read all", () -> {
                poll(one, read);
                return one.assignment().size() == 4 && read.size() == 197;
            });
            one.commitSync();
        }
        long committed = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().values().stream()
            .mapToLong(OffsetAndMetadata::offset).sum();
        check(committed == 200, "all is committed");
    }

    /** A static member that comes back has its partitions without a rebalance. */
    static void staticMember(Admin admin) throws Exception {
        Map<String, Object> settings = Map.of("group.instance.id", "desk-1");
        Set<String> read = new HashSet<>();
        for (int life = 0; life < 2; life++) {
            try (KafkaConsumer<String, String> consumer = consumer("static", settings)) {
                consumer.subscribe(List.of("work"));
                eventually("a static member has all", () -> {
                    poll(consumer, read);
                    return consumer.assignment().size() == 4;
                });
                check(consumer.groupMetadata().generationId() == 1, "a static member comes back without rebalance");
            }
        }
        check(admin.describeConsumerGroups(List.of("static")).all().get().get("static").members().iterator().next()
            .groupInstanceId().equals(Optional.of("desk-1")), "a static member is described");
    }

    static void deleteGroupsAndTopics(Admin admin) throws Exception {
        Set<String> names = new HashSet<>();
        admin.listGroups().all().get().forEach(listing -> names.add(listing.groupId()));
        check(names.containsAll(Set.of("seekers", "static", "pair-RangeAssignor")), "groups are listed: " + names);
        admin.deleteConsumerGroups(List.of("seekers")).all().get();
        admin.deleteTopics(List.of("small")).all().get();
        eventually("a topic is gone", () -> !admin.listTopics().names().get().contains("small"));
    }

    /** They are not served yet; who wants them must not wait for them. */
    static void transactionsAreRefusedAtOnce() {
        long began = System.nanoTime();
        try (KafkaProducer<String, String> producer = producer(Map.of("transactional.id", "t"))) {
            producer.initTransactions();
            throw new IllegalStateException("a transaction was begun");
        } catch (KafkaException refusal) {
            check(System.nanoTime() - began < 10_000_000_000L, "a transaction is refused at once: " + refusal);
        }
    }

    static void poll(KafkaConsumer<String, String> consumer, Set<String> read) {
        consumer.poll(Duration.ofMillis(50)).forEach(record -> read.add(record.partition() + "@" + record.offset()));
    }

    static KafkaProducer<String, String> producer(Map<String, Object> more) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("key.serializer", StringSerializer.class);
        settings.put("value.serializer", StringSerializer.class);
        settings.putAll(more);
        return new KafkaProducer<>(settings);
    }

    static KafkaConsumer<String, String> consumer(String group, Map<String, Object> more) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("group.id", group);
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        settings.put("heartbeat.interval.ms", "100");
        settings.put("metadata.max.age.ms", "1000");
        settings.put("key.deserializer", StringDeserializer.class);
        settings.put("value.deserializer", StringDeserializer.class);
        settings.putAll(more);
        return new KafkaConsumer<>(settings);
    }

    interface Condition {
        boolean holds() throws Exception;
    }

    static void eventually(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.holds()) {
            check(System.nanoTime() < deadline, what);
            Thread.sleep(20);
        }
    }

    static void check(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("It does not hold that " + what);
        }
    }
}
