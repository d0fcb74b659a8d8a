import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import kafka.server.KafkaConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.apache.kafka.server.metrics.ClientMetricsConfigs;
import org.apache.kafka.storage.internals.log.LogConfig;

/** Asks Kafka's own configuration classes: one question in JSON per line, one answer per line. */
public class ConfigOracle {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);  // where Kafka's log lines go
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            answers.println(JSON.writeValueAsString(answer(JSON.readTree(line))));
            answers.flush();
        }
    }

    /** "ok", what was asked for, or the text of the refusal after "refused: ". */
    static Object answer(JsonNode question) {
        try {
            switch (question.get("ask").asText()) {
                case "node":
                    broker(question);
                    return "ok";
                case "parse":
                    return parsed(question);
                case "topic":
                    LogConfig.validate(strings(question, "existing"), strings(question, "configs"),
                        broker(question).extractLogConfigMap(), false);
                    return "ok";
                case "topic defaults":
                    return new TreeMap<>(stringValues(broker(question).extractLogConfigMap()));
                case "group":
                    KafkaConfig config = broker(question);
                    GroupConfig.validate(strings(question, "configs"), config.groupCoordinatorConfig(),
                        config.shareGroupConfig());
                    return "ok";
                case "client metrics":
                    ClientMetricsConfigs.validate(question.get("name").asText(), properties(question, "configs"));
                    return "ok";
                case "dynamic":
                    DynamicBrokerConfig.validateConfigs(properties(question, "configs"),
                        question.get("per_broker").asBoolean());
                    return "ok";
                default:
                    throw new IllegalStateException("unknown question");
            }
        } catch (Exception e) {
            return "refused: " + e.getMessage();
        }
    }

    static KafkaConfig broker(JsonNode question) {
        return KafkaConfig.fromProps(properties(question, "broker"), false);
    }

    static Object parsed(JsonNode question) {
        ConfigDef.Type type = ConfigDef.Type.valueOf(question.get("type").asText());
        Object value = ConfigDef.parseType("some.key", question.get("value").asText(), type);
        return "ok: " + (type == ConfigDef.Type.PASSWORD ? "" : ConfigDef.convertToString(value, type));
    }

    static Map<String, String> stringValues(Map<String, Object> values) {
        Map<String, String> out = new HashMap<>();
        values.forEach((name, value) -> out.put(name, ConfigDef.convertToString(value,
            LogConfig.configType(name).get())));
        return out;
    }

    static Map<String, String> strings(JsonNode question, String field) {
        Map<String, String> out = new HashMap<>();
        question.get(field).fields().forEachRemaining(entry -> out.put(entry.getKey(), entry.getValue().asText()));
        return out;
    }

    static Properties properties(JsonNode question, String field) {
        Properties out = new Properties();
        out.putAll(strings(question, field));
        return out;
    }
}
