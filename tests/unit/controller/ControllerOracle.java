import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.controller.PartitionChangeBuilder;
import org.apache.kafka.metadata.LeaderRecoveryState;
import org.apache.kafka.metadata.MetadataRecordSerde;
import org.apache.kafka.metadata.PartitionRegistration;
import org.apache.kafka.metadata.placement.ClusterDescriber;
import org.apache.kafka.metadata.placement.PartitionAssignment;
import org.apache.kafka.metadata.placement.PlacementSpec;
import org.apache.kafka.metadata.placement.StripedReplicaPlacer;
import org.apache.kafka.metadata.placement.UsableBroker;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.MetadataVersion;

/** Asks Kafka's own controller: one question in JSON per line, one answer per line. */
public class ControllerOracle {
    public static void main(String[] args) throws Exception {
        ObjectMapper json = new ObjectMapper();
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            JsonNode question = json.readTree(line);
            System.out.println(question.has("brokers") ? place(question) : change(question));
            System.out.flush();
        }
    }

    static String change(JsonNode question) {
        JsonNode p = question.get("partition");
        PartitionRegistration partition = new PartitionRegistration.Builder().
            setReplicas(ints(p.get("replicas"))).
            setDirectories(uuids(p.get("directories"))).
            setIsr(ints(p.get("isr"))).
            setRemovingReplicas(ints(p.get("removing_replicas"))).
            setAddingReplicas(ints(p.get("adding_replicas"))).
            setElr(ints(p.get("elr"))).
            setLastKnownElr(ints(p.get("last_known_elr"))).
            setLeader(p.get("leader").asInt()).
            setLeaderRecoveryState(LeaderRecoveryState.of((byte) p.get("leader_recovery_state").asInt())).
            setLeaderEpoch(p.get("leader_epoch").asInt()).
            setPartitionEpoch(p.get("partition_epoch").asInt()).
            build();
        Set<Integer> acceptable = new TreeSet<>(list(question.get("acceptable")));
        PartitionChangeBuilder builder = new PartitionChangeBuilder(partition, new Uuid(1, 2), 3,
            acceptable::contains, MetadataVersion.fromFeatureLevel((short) question.get("level").asInt()),
            question.get("min_isr").asInt(), question.get("elr").asBoolean());
        builder.setElection(PartitionChangeBuilder.Election.valueOf(question.get("election").asText()));
        builder.setDefaultDirProvider(broker -> new Uuid(5, broker));
        if (question.hasNonNull("isr")) builder.setTargetIsr(list(question.get("isr")));
        if (question.hasNonNull("replicas")) builder.setTargetReplicas(list(question.get("replicas")));
        if (question.hasNonNull("removing")) builder.setTargetRemoving(list(question.get("removing")));
        if (question.hasNonNull("adding")) builder.setTargetAdding(list(question.get("adding")));
        if (question.hasNonNull("unclean_shutdown")) {
            builder.setUncleanShutdownReplicas(list(question.get("unclean_shutdown")));
        }
        if (question.hasNonNull("recovery_state")) {
            builder.setTargetLeaderRecoveryState(LeaderRecoveryState.of((byte) question.get("recovery_state").asInt()));
        }
        if (question.hasNonNull("directory")) {
            builder.setDirectory(question.get("directory").asInt(), new Uuid(6, 6));
        }
        return builder.build().map(ControllerOracle::hex).orElse("nothing");
    }

    static String place(JsonNode question) {
        List<UsableBroker> brokers = new ArrayList<>();
        question.get("brokers").forEach(broker -> brokers.add(new UsableBroker(broker.get(0).asInt(),
            broker.get(1).isNull() ? Optional.empty() : Optional.of(broker.get(1).asText()), broker.get(2).asBoolean())));
        ClusterDescriber cluster = new ClusterDescriber() {
            @Override
            public Iterator<UsableBroker> usableBrokers() {
                return brokers.iterator();
            }

            @Override
            public Uuid defaultDir(int broker) {
                return Uuid.ZERO_UUID;
            }
        };
        try {
            return new StripedReplicaPlacer(new Random(question.get("seed").asLong())).
                place(new PlacementSpec(0, question.get("partitions").asInt(), (short) question.get("factor").asInt()), cluster).
                assignments().stream().map(PartitionAssignment::replicas).toList().toString();
        } catch (RuntimeException refusal) {
            return refusal.getMessage();
        }
    }

    static String hex(ApiMessageAndVersion record) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        MetadataRecordSerde serde = MetadataRecordSerde.INSTANCE;
        java.nio.ByteBuffer buffer = java.nio.ByteBuffer.allocate(serde.recordSize(record, cache));
        serde.write(record, cache, new ByteBufferAccessor(buffer));
        return HexFormat.of().formatHex(buffer.array());
    }

    static List<Integer> list(JsonNode array) {
        List<Integer> numbers = new ArrayList<>();
        array.forEach(number -> numbers.add(number.asInt()));
        return numbers;
    }

    static int[] ints(JsonNode array) {
        return list(array).stream().mapToInt(Integer::intValue).toArray();
    }

    static Uuid[] uuids(JsonNode array) {
        return list(array).stream().map(number -> new Uuid(0, number)).toArray(Uuid[]::new);
    }
}
